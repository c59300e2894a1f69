using System.Text.Json;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Protos.Messages;
using Portico.Support;

namespace Portico.BusinessWorker.Tests.Events;

public sealed class ShopEventsTests : IAsyncLifetime
{
    private ScriptedGateway _gateway = null!;
    private TestWorker _worker = null!;
    private ScriptedLink _link = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await ScriptedGateway.StartAsync();
        _worker = await TestWorker.StartAsync(_gateway, []);
        _link = await _gateway.LinkAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task Handshake_OldClient_GetsClientIdAndTimeAndNothingElse()
    {
        await _link.SendAsync(ScriptedLink.Open(5, "/"), ScriptedLink.Message(5, "{\"type\":\"handshake\",\"role\":\"user\"}"));

        var answer = await JsonAsync();
        Assert.Equal(["type", "client_id", "time"], answer.EnumerateObject().Select(field => field.Name));
        Assert.Equal($"7f000001{_gateway.Port:x4}00000005", answer.GetProperty("client_id").GetString());
        Assert.Matches("^[0-2][0-9]:[0-5][0-9]:[0-5][0-9]$", answer.GetProperty("time").GetString());
    }

    [Fact]
    public async Task Handshake_PorticoClient_AlsoGetsItsUid()
    {
        await _link.SendAsync(ScriptedLink.Open(5, "/", "portico.v1", uid: "U_1"), ScriptedLink.Message(5, "{\"type\":\"handshake\"}"));

        Assert.Equal("U_1", (await JsonAsync()).GetProperty("uid").GetString());
    }

    [Theory]
    [InlineData("{\"type\":\"send\",\"toClientUid\":\"V_2\",\"content\":\"a<b\",\"c_type\":1,\"Db_id\":9,\"source\":\"U_66\"}", 1, "a<b")]
    [InlineData("{\"type\":\"send\",\"toClientUid\":\"V_2\",\"content\":12.50,\"c_type\":\"1\"}", 1, "12.50")]
    [InlineData("{\"type\":\"send\",\"toClientUid\":\"V_2\",\"content\":{\"id\":3},\"c_type\":2}", 2, "{\"id\":3}")]
    [InlineData("{\"type\":\"send\",\"toClientUid\":\"V_2\",\"content\":3,\"c_type\":2}", 2, "3")]
    [InlineData("{\"type\":\"send\",\"toClientUid\":\"V_2\",\"content\":[\"/a.png\"],\"c_type\":3}", 3, "[\"/a.png\"]")]
    public async Task Send_BoundOldClient_IsStoredForItsBoundUidAndNothingIsAnswered(string frame, int type, string content)
    {
        await _link.SendAsync(ScriptedLink.Open(5, "/", uid: "U_1"), ScriptedLink.Message(5, frame, 4));

        var sent = await SentAsync();
        Assert.Equal(
            new SendRequest
            {
                Application = "shop",
                Sender = "U_1",
                Recipient = "V_2",
                Type = (uint)type,
                Content = content,
                EventId = "abc-5-4",
                SenderClientId = $"7f000001{_gateway.Port:x4}00000005",
            },
            sent);
        await _link.AckedAsync(2);
        Assert.False(_link.TryCommand(out _));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[1]")]
    [InlineData("{\"role\":\"user\"}")]
    [InlineData("{\"type\":\"nonsense\"}")]
    [InlineData("{\"type\":\"pong\"}")]
    [InlineData("{\"type\":\"send\",\"content\":\"x\",\"c_type\":1}")]
    [InlineData("{\"type\":\"send\",\"toClientUid\":\"V_2\",\"content\":\"x\",\"c_type\":9}")]
    [InlineData("{\"type\":\"send\",\"toClientUid\":\"V_2\",\"content\":\"\\ud800\",\"c_type\":1}")]
    public async Task Message_OldClientSendsItWrongly_IsDroppedAndTheSocketStays(string frame)
    {
        await _link.SendAsync(ScriptedLink.Open(5, "/", uid: "U_1"), ScriptedLink.Message(5, frame), ScriptedLink.Message(5, "{\"type\":\"handshake\"}", 3));

        Assert.Equal("handshake", (await JsonAsync()).GetProperty("type").GetString());
        Assert.False(_gateway.Sent.Reader.TryRead(out _));
    }

    [Theory]
    [InlineData("not json", "bad_json", "")]
    [InlineData("{\"type\":\"nonsense\",\"client_msg_id\":\"m1\",\"ref\":\"r1\"}", "unknown_type", "r1")]
    [InlineData("{\"type\":\"send\",\"content\":\"x\",\"c_type\":1,\"client_msg_id\":\"m1\",\"ref\":7}", "bad_field", "7")]
    [InlineData("{\"type\":\"token\",\"token\":\"forged\",\"ref\":\"r1\"}", "unauthorized", "r1")]
    public async Task Message_PorticoClientSendsItWrongly_GetsAnErrorWithItsRef(string frame, string code, string reference)
    {
        await _link.SendAsync(ScriptedLink.Open(5, "/", "portico.v1", uid: "U_1"), ScriptedLink.Message(5, frame));

        var error = await JsonAsync();
        Assert.Equal(("error", code), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        Assert.NotEqual("", error.GetProperty("message").GetString());
        Assert.Equal(reference, error.TryGetProperty("ref", out var echoed) ? echoed.GetString() : "");
    }

    [Fact]
    public async Task Send_PorticoClient_GetsTheAckOfTheLog()
    {
        await _link.SendAsync(
            ScriptedLink.Open(5, "/", "portico.v1", uid: "U_1"),
            ScriptedLink.Message(5, "{\"type\":\"send\",\"toClientUid\":\"V_2\",\"content\":\"x\",\"c_type\":1,\"client_msg_id\":\"m1\",\"ref\":\"r1\"}"));

        Assert.Equal("m1", (await SentAsync()).ClientMsgId);
        Assert.Equal(
            "{\"type\":\"ack\",\"ref\":\"r1\",\"client_msg_id\":\"m1\",\"primary\":7,\"conversation\":\"U_1|V_2\",\"seq\":3,\"time\":\"03:04:05\",\"timestamp\":1767323045,\"sent_at\":1767323045000}",
            (await JsonAsync()).GetRawText());
    }

    [Theory]
    [InlineData(2, "{\"id\":9}", "{\"id\":9,\"title\":\"cup\"}", false, "\"content\":{\"id\":9,\"title\":\"cup\"}}")]
    [InlineData(3, "[\"/upload/a.png\"]", "[\"/upload/a.png\"]", false, "\"content\":[\"/upload/a.png\"]}")]
    [InlineData(1, "\"x\"", "x", false, "\"content\":\"x\"}")]
    [InlineData(2, "{\"id\":9}", "", true, "\"content\":\"\",\"recalled\":true}")]
    public async Task Send_LogSaysWhatItHasStored_TheAckHoldsIt(int type, string content, string stored, bool isRecalled, string end)
    {
        _gateway.LogAnswer = _ => new SendReply { Status = SendStatus.Stored, Id = 7, Conversation = "7", Sequence = 3, SentAtMs = 1, Content = stored, Recalled = isRecalled };
        await _link.SendAsync(
            ScriptedLink.Open(5, "/", "portico.v1", uid: "U_1"),
            ScriptedLink.Message(5, $"{{\"type\":\"send\",\"toClientUid\":\"V_2\",\"content\":{content},\"c_type\":{type},\"client_msg_id\":\"m1\"}}"));

        Assert.EndsWith(end, (await JsonAsync()).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_Unbound_IsDroppedOrRefusedByKindOfClient()
    {
        const string Frame = "{\"type\":\"send\",\"toClientUid\":\"V_2\",\"content\":\"x\",\"c_type\":1,\"source\":\"U_1\"}";
        await _link.SendAsync(
            ScriptedLink.Open(5, "/"), ScriptedLink.Message(5, Frame), ScriptedLink.Open(6, "/", "portico.v1"), ScriptedLink.Message(6, Frame));

        var command = await _link.CommandAsync();
        Assert.Equal(6u, command.Connection);
        Assert.Contains("\"unbound\"", command.Body.ToStringUtf8(), StringComparison.Ordinal);
        Assert.False(_gateway.Sent.Reader.TryRead(out _));
    }

    [Theory]
    [InlineData(SendStatus.Conflict, "conflict")]
    [InlineData(SendStatus.UnknownRecipient, "unknown_recipient")]
    [InlineData(SendStatus.Invalid, "bad_field")]
    [InlineData(SendStatus.Unavailable, "unavailable")]
    public async Task Send_LogRefuses_PorticoClientIsToldWhy(SendStatus status, string code)
    {
        _gateway.LogAnswer = _ => new SendReply { Status = status, Error = "because" };

        await _link.SendAsync(
            ScriptedLink.Open(5, "/", "portico.v1", uid: "U_1"),
            ScriptedLink.Message(5, "{\"type\":\"send\",\"toClientUid\":\"V_2\",\"content\":\"x\",\"c_type\":1,\"client_msg_id\":\"m1\"}"));

        Assert.Equal($"{{\"type\":\"error\",\"code\":\"{code}\",\"message\":\"because\",\"client_msg_id\":\"m1\"}}", (await JsonAsync()).GetRawText());
    }

    [Fact]
    public async Task Send_TooFast_PorticoClientIsToldHowLongToWait()
    {
        _gateway.LogAnswer = _ => new SendReply { Status = SendStatus.TooFast, Error = "Too many messages", RetryAfterSeconds = 3 };

        await _link.SendAsync(
            ScriptedLink.Open(5, "/", "portico.v1", uid: "U_1"),
            ScriptedLink.Message(5, "{\"type\":\"send\",\"toClientUid\":\"V_2\",\"content\":\"x\",\"c_type\":1,\"client_msg_id\":\"m1\"}"));

        Assert.Equal("{\"type\":\"error\",\"code\":\"too_fast\",\"message\":\"Too many messages\",\"retry_after\":3,\"client_msg_id\":\"m1\"}", (await JsonAsync()).GetRawText());
    }

    [Theory]
    [InlineData(",\"seen\":7", 7L)]
    [InlineData("", null)]
    [InlineData(",\"seen\":\"7\"", null)]
    public async Task Send_PorticoClientSaysWhatItHasSeen_TheLogIsToldSo(string member, long? seen)
    {
        await _link.SendAsync(
            ScriptedLink.Open(5, "/", "portico.v1", uid: "U_1"),
            ScriptedLink.Message(5, $"{{\"type\":\"send\",\"toClientUid\":\"V_2\",\"content\":\"x\",\"c_type\":1{member}}}"));

        var sent = await SentAsync();
        Assert.Equal(seen, sent.HasSeen ? sent.Seen : null);
    }

    [Fact]
    public async Task Send_OldClientIsTooFast_IsSlowedDownAndNothingIsLost()
    {
        var calls = 0;
        _gateway.LogAnswer = _ => Interlocked.Increment(ref calls) == 1 ? new SendReply { Status = SendStatus.TooFast, RetryAfterSeconds = 1 } : new SendReply { Status = SendStatus.Stored };
        const string Frame = "{\"type\":\"send\",\"toClientUid\":\"V_2\",\"content\":\"CONTENT\",\"c_type\":1}";

        await _link.SendAsync(
            ScriptedLink.Open(5, "/", uid: "U_1"),
            ScriptedLink.Message(5, Frame.Replace("CONTENT", "one", StringComparison.Ordinal)), ScriptedLink.Message(5, Frame.Replace("CONTENT", "two", StringComparison.Ordinal)));

        Assert.Equal(["one", "one", "two"], new[] { (await SentAsync()).Content, (await SentAsync()).Content, (await SentAsync()).Content });
        await _link.AckedAsync(3);
    }

    [Fact]
    public async Task Send_OldClientIsOverTheDaysLimit_IsTriedOnce()
    {
        _gateway.LogAnswer = _ => new SendReply { Status = SendStatus.TooFast, RetryAfterSeconds = 80_000 };

        await _link.SendAsync(ScriptedLink.Open(5, "/", uid: "U_1"), ScriptedLink.Message(5, "{\"type\":\"send\",\"toClientUid\":\"V_2\",\"content\":\"x\",\"c_type\":1}"));

        await _link.AckedAsync(2);
        await SentAsync();
        Assert.False(_gateway.Sent.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Send_OldClientAndLogIsAwayForAMoment_IsTriedAgainUnderTheSameEventId()
    {
        var calls = 0;
        _gateway.LogAnswer = _ => new SendReply { Status = Interlocked.Increment(ref calls) == 1 ? SendStatus.Unavailable : SendStatus.Stored };

        await _link.SendAsync(ScriptedLink.Open(5, "/", uid: "U_1"), ScriptedLink.Message(5, "{\"type\":\"send\",\"toClientUid\":\"V_2\",\"content\":\"x\",\"c_type\":1}"));

        Assert.Equal(await SentAsync(), await SentAsync());
        await _link.AckedAsync(2);
    }

    private async Task<JsonElement> JsonAsync()
    {
        var command = await _link.CommandAsync();
        Assert.Equal((CommandKind.SendToClient, 5u), (command.Kind, command.Connection));
        return JsonDocument.Parse(command.Body.Memory).RootElement;
    }

    private Task<SendRequest> SentAsync() => _gateway.Sent.Reader.ReadAsync().AsTask().Guarded();
}
