using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Portico.Client.Tests;

public sealed class UserTokensTests
{
    private static readonly string Secret = new('s', 32);
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly UserTokens _tokens = new(Secret);

    [Fact]
    public void Verify_OwnToken_GivesUidAndEnd()
    {
        var token = _tokens.Create("U_1", Now.AddMinutes(5));

        Assert.Equal(TokenStatus.Valid, _tokens.Verify(token, Now, out var uid, out var expires));
        Assert.Equal("U_1", uid);
        Assert.Equal(Now.AddMinutes(5), expires);
        Assert.Equal(TokenStatus.Expired, _tokens.Verify(token, Now.AddMinutes(5), out _, out _));
    }

    [Fact]
    public void Verify_WhileTheSecretIsReplaced_TakesTokensOfBothAndSignsWithTheFirst()
    {
        var (older, newer) = (new string('o', 32), new string('n', 32));
        var both = new UserTokens([newer, older]);

        Assert.Equal(TokenStatus.Valid, both.Verify(new UserTokens(older).Create("U_1", Now.AddMinutes(5)), Now, out var uid, out _));
        Assert.Equal("U_1", uid);
        Assert.Equal(TokenStatus.Valid, both.Verify(Sign("""{"alg":"HS256","kid":"some name"}""", """{"sub":"U_2","exp":1893456000}""", older), Now, out uid, out _));
        Assert.Equal("U_2", uid);
        Assert.Equal(TokenStatus.Valid, new UserTokens(newer).Verify(both.Create("U_1", Now.AddMinutes(5)), Now, out _, out _));
        Assert.Equal(TokenStatus.Invalid, both.Verify(new UserTokens(Secret).Create("U_1", Now.AddMinutes(5)), Now, out _, out _));
        Assert.Throws<ArgumentException>(() => new UserTokens([newer, "short"]));
    }

    [Fact]
    public void Verify_TokenOfAnotherLibrary_IsRead()
    {
        // As PHP's json_encode and hash_hmac make it.
        var token = Sign("""{"typ":"JWT","alg":"HS256"}""", """{"iss":"php","sub":"V_2","nbf":1767322000,"exp":1893456000.5}""", Secret);

        Assert.Equal(TokenStatus.Valid, _tokens.Verify(token, Now, out var uid, out _));
        Assert.Equal("V_2", uid);
    }

    [Theory]
    [InlineData("""{"alg":"none"}""", """{"sub":"U_1","exp":1893456000}""")]
    [InlineData("""{"alg":"HS384"}""", """{"sub":"U_1","exp":1893456000}""")]
    [InlineData("""{"alg":"RS256"}""", """{"sub":"U_1","exp":1893456000}""")]
    [InlineData("""{"alg":"hs256"}""", """{"sub":"U_1","exp":1893456000}""")]
    [InlineData("""{"alg":"HS256","crit":["x"]}""", """{"sub":"U_1","exp":1893456000}""")]
    [InlineData("""{}""", """{"sub":"U_1","exp":1893456000}""")]
    [InlineData("""[]""", """{"sub":"U_1","exp":1893456000}""")]
    [InlineData("""{"alg":"HS256"}""", """{"sub":"U_1"}""")]
    [InlineData("""{"alg":"HS256"}""", """{"sub":"","exp":1893456000}""")]
    [InlineData("""{"alg":"HS256"}""", """{"sub":"\ud800","exp":1893456000}""")]
    [InlineData("""{"alg":"HS256"}""", """{"sub":"U_1","exp":1e300}""")]
    [InlineData("""{"alg":"HS256"}""", """{"sub":"U_1","exp":1893456000,"nbf":1893456000}""")]
    [InlineData("""{"alg":"HS256"}""", """{"sub":5,"exp":1893456000}""")]
    [InlineData("""{"alg":"HS256"}""", """{"sub":["U_1"],"exp":1893456000}""")]
    [InlineData("""{"alg":"HS256"}""", """{"sub":true,"exp":1893456000}""")]
    [InlineData("""{"alg":"HS256"}""", """{"exp":1893456000}""")]
    [InlineData("""{"alg":"HS256"}""", """not json""")]
    [InlineData("""{"alg":"HS256"}""", """{"sub":"U_1","exp":1893456000}x""")]
    [InlineData("""{"alg":"HS256"}""", """{"sub":"U_1","exp":1893456000}{"sub":"U_2"}""")]
    [InlineData("""{"alg":"HS256"}""", "{\"sub\":\"U_1\",\"exp\":1893456000}\0")]
    [InlineData("""{"alg":"HS256"}""", """{"sub":"U_1\u0000","exp":1893456000}""")]
    [InlineData("""{"alg":"HS256"}""", """{"sub":"U_1 ","exp":1893456000}""")]
    [InlineData("""{"alg":"HS256"}""", """{"sub":"U_1\n","exp":1893456000}""")]
    [InlineData("""{"alg":"HS256"}""", """{"sub":"U\u30001","exp":1893456000}""")]
    [InlineData("""{"alg":"HS256"}""", """{"sub":"0","exp":1893456000}""")]
    [InlineData("""{"alg":"HS256"}""", """{"sub":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","exp":1893456000}""")]
    public void Verify_SignedButWrong_IsInvalid(string header, string payload) =>
        Assert.Equal(TokenStatus.Invalid, _tokens.Verify(Sign(header, payload, Secret), Now, out _, out _));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("U_1 ")]
    [InlineData("U_1\0")]
    public void Create_ForAUidThatNobodyTakes_Throws(string uid) => Assert.Throws<ArgumentException>(() => _tokens.Create(uid, Now.AddMinutes(5)));

    [Fact]
    public void Verify_PayloadWithBlanksAroundTheObject_IsRead() =>
        Assert.Equal(TokenStatus.Valid, _tokens.Verify(Sign("""{"alg":"HS256"}""", " {\"sub\":\"U_1\",\"exp\":1893456000}\n", Secret), Now, out _, out _));

    [Fact]
    public void Verify_ForgedUnsignedOrGarbage_IsInvalid()
    {
        var token = _tokens.Create("U_1", Now.AddMinutes(5));
        var parts = token.Split('.');
        string?[] wrong =
        [
            null, "", ".", "..", "...", "a.b.c", parts[0], $"{parts[0]}.{parts[1]}", $"{parts[0]}.{parts[1]}.", $".{parts[1]}.{parts[2]}", token + ".", token + "A",
            token[..^2], token.Replace('.', ' '), "ä" + token, new string('x', 100_000), new UserTokens(new string('t', 32)).Create("U_1", Now.AddMinutes(5)),
            $"{parts[0]}.{Base64Url.EncodeToString("""{"sub":"U_2","exp":1893456000}"""u8)}.{parts[2]}",
        ];

        Assert.All(wrong, text => Assert.Equal(TokenStatus.Invalid, _tokens.Verify(text, Now, out _, out _)));
    }

    private static string Sign(string header, string payload, string secret)
    {
        var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed)))}";
    }
}
