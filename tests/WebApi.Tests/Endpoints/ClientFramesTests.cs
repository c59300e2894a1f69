using System.Text;
using System.Text.Json;
using Portico.Client;
using Portico.Contracts.Protos.Messages;
using Portico.Support;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>Frames of portico.v1 that the log answers (PROTOCOL.md), and what is wrong with some of them.</summary>
public sealed class ClientFramesTests : IAsyncLifetime
{
    private readonly FakeClock _clock = new() { Start = DateTimeOffset.UtcNow };
    private WebApiHarness _api = null!;
    private MessageLogClient _log = null!;
    private string _conversation = "";

    public async ValueTask InitializeAsync()
    {
        _api = await WebApiHarness.StartShopAsync(clock: _clock);
        _log = new MessageLogClient(_api.InnerAddress, new MessageLogOptions { Timeout = Guard.Limit }, TimeProvider.System);
        foreach (var text in new[] { "one", "two", "three" })
        {
            _conversation = (await SendAsync("U_1", "V_2", text)).Conversation;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _log.Dispose();
        await _api.DisposeAsync();
    }

    [Theory]
    [InlineData("99", 3, 0)]
    [InlineData("2", 2, 1)]
    [InlineData("0", 0, 3)]
    public async Task Read_AnySequence_CursorStaysWithinTheConversation(string seq, int cursor, int unread)
    {
        var answer = await HandleAsync("V_2", $$"""{"type":"read","ref":"a","conversation":"{{_conversation}}","seq":{{seq}}}""");

        Assert.Equal($$"""{"type":"ack","ref":"a","conversation":"{{_conversation}}","seq":{{cursor}},"unread":{{unread}}}""", answer!.Value.GetRawText());
    }

    [Fact]
    public async Task Read_Again_NeverGoesBack()
    {
        await HandleAsync("V_2", $$"""{"type":"read","conversation":"{{_conversation}}","seq":3}""");

        var back = await HandleAsync("V_2", $$"""{"type":"read","conversation":"{{_conversation}}","seq":1}""");

        Assert.Equal(3, back!.Value.GetProperty("seq").GetInt32());
    }

    [Theory]
    [InlineData("read", "-1")]
    [InlineData("read", "1.5")]
    [InlineData("read", "1e0")]
    [InlineData("read", "99999999999999999999")]
    [InlineData("read", "\"x\"")]
    [InlineData("read", "null")]
    [InlineData("recall", "-1")]
    [InlineData("recall", "0")]
    [InlineData("recall", "4")]
    [InlineData("recall", "1.5")]
    [InlineData("recall", "[1]")]
    public async Task ReadAndRecall_NoSuchSequence_IsABadField(string type, string seq)
    {
        var answer = await HandleAsync("U_1", $$"""{"type":"{{type}}","ref":"a","conversation":"{{_conversation}}","seq":{{seq}}}""");

        Assert.Equal(("error", "bad_field", "a"), Error(answer));
    }

    [Theory]
    [InlineData("read")]
    [InlineData("recall")]
    public async Task ReadAndRecall_ForeignConversation_LooksLikeNone(string type)
    {
        var foreign = await HandleAsync("U_9", $$"""{"type":"{{type}}","conversation":"{{_conversation}}","seq":1}""");
        var none = await HandleAsync("U_9", $$"""{"type":"{{type}}","conversation":"4711","seq":1}""");

        Assert.Equal(none!.Value.GetRawText(), foreign!.Value.GetRawText());
        Assert.Equal("bad_field", foreign.Value.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Recall_AfterTwoMinutes_IsTooLate()
    {
        _clock.Advance(TimeSpan.FromSeconds(121));

        Assert.Equal(("error", "too_late", "a"), Error(await HandleAsync("U_1", $$"""{"type":"recall","ref":"a","conversation":"{{_conversation}}","seq":1}""")));
        Assert.Equal(("error", "not_allowed", "b"), Error(await HandleAsync("V_2", $$"""{"type":"recall","ref":"b","conversation":"{{_conversation}}","seq":1}""")));
    }

    [Fact]
    public async Task Typing_AgainAndAgain_GoesOnOnceInTwoSeconds()
    {
        var merchant = _api.Gateways.Connect("V_2", "portico.v1");

        // Pushes leave in the order of the numbers, beside the answers: behind this one nothing of the beginning is on its way.
        await SendAsync("U_1", "V_2", "four");
        while (!(await merchant.NextAsync()).Contains("four", StringComparison.Ordinal))
        {
        }

        var frame = $$"""{"type":"typing","conversation":"{{_conversation}}"}""";
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(await HandleAsync("U_1", frame));
        }

        _clock.Advance(TimeSpan.FromSeconds(2));
        await HandleAsync("U_1", frame);
        await HandleAsync("V_2", frame);
        await HandleAsync("U_9", frame);

        Assert.Equal($$"""{"type":"typing","conversation":"{{_conversation}}"}""", await merchant.NextAsync());
        Assert.Equal($$"""{"type":"typing","conversation":"{{_conversation}}"}""", await merchant.NextAsync());
        Assert.True(merchant.IsQuiet);
    }

    [Fact]
    public async Task Online_ByMerchantAndBuyer_EachLearnsWhatHeMayKnow()
    {
        foreach (var uid in new[] { "U_1", "U_2", "V_2" })
        {
            _api.Gateways.Connect(uid);
        }

        var code = WebApiHarness.Codes.Encode("U_1");
        var merchant = await HandleAsync("V_2", $$"""{"type":"online","ref":"o","uids":["{{code}}","U_1","V_2","E_4","junk junk"]}""");
        var buyer = await HandleAsync("U_1", $$"""{"type":"online","uids":["V_2","E_4","U_1","U_2","{{WebApiHarness.Codes.Encode("U_2")}}"]}""");

        Assert.Equal($$$"""{"type":"online","ref":"o","online":{"{{{code}}}":1,"U_1":0,"V_2":1,"E_4":0,"junk junk":0}}""", merchant!.Value.GetRawText());
        Assert.Equal([1, 0, 1, 0, 0], buyer!.Value.GetProperty("online").EnumerateObject().Select(entry => entry.Value.GetInt32()));
    }

    [Fact]
    public async Task Online_WrongOrTooMany_IsABadField()
    {
        var many = string.Join(',', Enumerable.Range(0, 101).Select(i => $"\"V_{i}\""));
        foreach (var uids in new[] { $"[{many}]", "\"V_2\"", "[1]", "{}", "[\"\\ud800\"]" })
        {
            Assert.Equal(("error", "bad_field", "a"), Error(await HandleAsync("U_1", $$"""{"type":"online","ref":"a","uids":{{uids}}}""")));
        }
    }

    [Theory]
    [InlineData("""{"type":"sync","ref":"a","conversations":{"\ud800":1}}""")]
    [InlineData("""{"type":"read","ref":"a","conversation":"1","seq":1,"x":[["\udc00\ud800"]]}""")]
    [InlineData("""{"type":"typing","ref":"a","x":"\ud83d\ude00 \ud83d"}""")]
    public async Task AnyFrame_HalfOfASurrogatePair_IsABadField(string frame) => Assert.Equal(("error", "bad_field", "a"), Error(await HandleAsync("U_1", frame)));

    [Fact]
    public async Task AnyFrame_NestedTooDeep_IsToldForGood()
    {
        var answer = await HandleAsync("U_1", $$"""{"type":"sync","ref":"a","x":{{new string('[', 20)}}{{new string(']', 20)}}}""");

        Assert.Equal("bad_json", answer!.Value.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Sync_MoreThanAnAnswerHolds_ComesInPartsThatAllFit()
    {
        const int Length = 900_000;
        for (var i = 0; i < 5; i++)
        {
            await SendAsync("U_1", "V_2", new string((char)1, Length));
        }

        var seen = 3L;
        for (var more = true; more;)
        {
            var page = (await HandleAsync("V_2", $$$"""{"type":"sync","conversations":{"{{{_conversation}}}":{{{seen}}}},"only":1}"""))!.Value.GetProperty("conversations").GetProperty(_conversation);
            var message = Assert.Single(page.GetProperty("messages").EnumerateArray());
            Assert.Equal((++seen, Length), (message.GetProperty("seq").GetInt64(), message.GetProperty("content").GetString()!.Length));
            more = page.GetProperty("more").GetBoolean();
        }

        Assert.Equal(8, seen);
    }

    [Fact]
    public async Task SyncAndOnline_MoreThanTwentyInASecond_AreTooFast()
    {
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("sync", (await HandleAsync("U_1", """{"type":"sync","conversations":{}}"""))!.Value.GetProperty("type").GetString());
        }

        Assert.Equal(("error", "too_fast", "a"), Error(await HandleAsync("U_1", """{"type":"online","ref":"a","uids":[]}""")));
        Assert.Equal("sync", (await HandleAsync("U_2", """{"type":"sync","conversations":{}}"""))!.Value.GetProperty("type").GetString());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("online", (await HandleAsync("U_1", """{"type":"online","uids":[]}"""))!.Value.GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("V_77")]
    [InlineData("E_2")]
    [InlineData("V_")]
    public async Task Send_ToAMerchantWithoutProducts_IsNobody(string merchant)
    {
        Assert.Equal(SendStatus.UnknownRecipient, (await SendAsync("U_1", merchant, "x")).Status);
    }

    private Task<SendReply> SendAsync(string from, string to, string text) =>
        _log.SendAsync(new SendRequest { Application = "shop", Sender = from, Recipient = to, Type = 1, Content = text });

    private async Task<JsonElement?> HandleAsync(string uid, string frame)
    {
        var answer = await _log.HandleAsync("shop", uid, "", Encoding.UTF8.GetBytes(frame));
        Assert.NotNull(answer);
        return answer.Value.IsEmpty ? null : JsonDocument.Parse(answer.Value).RootElement;
    }

    private static (string?, string?, string?) Error(JsonElement? frame) =>
        (frame!.Value.GetProperty("type").GetString(), frame.Value.GetProperty("code").GetString(), frame.Value.GetProperty("ref").GetString());
}
