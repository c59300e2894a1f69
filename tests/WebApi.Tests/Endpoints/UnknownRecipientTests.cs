using System.Net;
using Portico.Client;
using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Messages;
using Portico.Support;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>Who may be written to: names that nobody has are refused on every entry, and an open conversation is always enough.</summary>
public sealed class UnknownRecipientTests
{
    private static readonly string Device = new('0', 20);
    private static readonly string Dropped = new OpaqueCodes([new string('d', 40)]).Encode("U_1");

    [Fact]
    public async Task Api_NamesThatNobodyHas_AreRefusedAndNothingIsStored()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        var code = WebApiHarness.Codes.Encode("U_1");

        foreach (var name in (string[])["nobody0", "alice", "V_77", "E_77", "v_2", "V_2x", "service:oX", "service-agent:a", code + "x", code[..^1], code.ToUpperInvariant(), Dropped])
        {
            foreach (var sender in (string[])["U_7", "V_2"])
            {
                using var answer = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { to = name, content = "x" }, sender);
                Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            }
        }

        foreach (var uid in (string[])["U_7", "V_2"])
        {
            Assert.Empty(await ConversationsOfAsync(api, uid));
        }
    }

    [Fact]
    public async Task WebSocketSend_NamesThatNobodyHas_AreRefusedAndNothingIsStored()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        using var log = Client(api);
        var code = WebApiHarness.Codes.Encode("U_1");

        foreach (var name in (string[])["nobody0", "V_77", "E_77", code + "A", code[1..], Dropped])
        {
            foreach (var sender in (string[])["U_7", "V_2"])
            {
                Assert.Equal(SendStatus.UnknownRecipient, (await log.SendAsync(Shop(sender, name, "x"))).Status);
            }
        }

        Assert.Empty(await ConversationsOfAsync(api, "U_7"));
        Assert.Empty(await ConversationsOfAsync(api, "V_2"));
        Assert.Equal(SendStatus.Stored, (await log.SendAsync(Shop("V_2", code, "x"))).Status);
    }

    [Fact]
    public async Task UploadImgage_MerchantThatDoesNotExist_IsRefusedBeforeAnythingIsFetched()
    {
        // Nothing listens at this address, so that a picture that was asked for would be answered with -2.
        await using var api = await WebApiHarness.StartShopAsync(new() { ["WebApi:WeChat:BaseAddress"] = $"http://127.0.0.1:{FreePort.Take()}", ["WebApi:WeChat:Token"] = "wx" });

        foreach (var name in (string[])["V_77", "nobody", Dropped])
        {
            Assert.Equal(-3, await StatusAsync(api.FormAsync("/push/push/uploadImgage", new() { ["images[]"] = "a", ["toMid"] = name, ["client_id"] = Device }, "U_1")));
        }

        Assert.Empty(await ConversationsOfAsync(api, "U_1"));
    }

    [Fact]
    public async Task SendMessageToUser_CodeThatIsWrongOrAMerchants_IsRefusedAndStoresNoPicture()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        var device = api.Gateways.Connect("V_2").Id.ToString();
        var picture = $"<img src=\"data:image/png;base64,{Convert.ToBase64String(Media.Samples.Png())}\">";
        var code = WebApiHarness.Codes.Encode("U_1");

        Assert.Equal(-1, await AnswerAsync(code + "x"));
        Assert.Equal(-1, await AnswerAsync(Dropped));
        Assert.Equal(-3, await AnswerAsync(WebApiHarness.Codes.Encode("V_2")));
        Assert.False(Directory.Exists(Path.Combine(api.Folder, "upload", "chat")));
        Assert.Equal(1, await AnswerAsync(code));

        Task<long> AnswerAsync(string to) => StatusAsync(api.FormAsync(
            "/push/push/sendMessageToUser", new() { ["message"] = picture, ["toUserCode"] = to, ["client_id"] = device, ["myCode"] = WebApiHarness.Codes.Encode("V_2") }, "V_2"));
    }

    [Fact]
    public async Task Backend_WritesToAnybody_AndIsAnsweredInTheOpenConversation()
    {
        await using var api = await WebApiHarness.StartShopAsync();

        using var before = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { to = "V_77", content = "x" }, "U_1");
        using var backend = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = "V_77", to = "U_1", content = "welcome" });
        using var after = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { to = "V_77", content = "thanks" }, "U_1");
        using var byUid = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { to = "U_1", content = "x" }, "V_77");

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.NotFound], new[] { before.StatusCode, backend.StatusCode, after.StatusCode, byUid.StatusCode });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OpenConversation_LastProductDeletedOrMoved_BothGoOnByEveryEntry(bool isMoved)
    {
        await using var weChat = await ShopMediaTests.WeChatStandInAsync();
        await using var api = await WebApiHarness.StartShopAsync(new() { ["WebApi:WeChat:BaseAddress"] = weChat.Urls.Single(), ["WebApi:WeChat:Token"] = "wx" });
        using var log = Client(api);
        var (buyer, merchant) = (WebApiHarness.Codes.Encode("U_1"), WebApiHarness.Codes.Encode("V_88"));
        await api.PutProductAsync(881, "V_88");
        var device = api.Gateways.Connect("V_88").Id.ToString();
        Assert.Equal(1, await StatusAsync(api.FormAsync("/push/push/SendMessageToMerchant", ToMerchant("message"), "U_1")));

        if (isMoved)
        {
            await api.PutProductAsync(881, "V_2");
        }
        else
        {
            using var deleted = await api.SendAsync(HttpMethod.Delete, "/api/v1/products/881", null);
        }

        using var overHttp = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { to = "V_88", content = "how many?" }, "U_1");
        Assert.Equal(HttpStatusCode.OK, overHttp.StatusCode);
        Assert.Equal(SendStatus.Stored, (await log.SendAsync(Shop("U_1", "V_88", "still there?"))).Status);
        Assert.Equal(SendStatus.Stored, (await log.SendAsync(Shop("V_88", buyer, "yes"))).Status);
        Assert.Equal(1, await StatusAsync(api.FormAsync("/push/push/SendMessageToMerchant", ToMerchant("message"), "U_1")));
        Assert.Equal(-3, await StatusAsync(api.FormAsync("/push/push/SendMessageToMerchant", ToMerchant("link"), "U_1")));
        Assert.Equal(1, await StatusAsync(api.FormAsync("/push/push/uploadImgage", new() { ["images[]"] = "a", ["toMid"] = "V_88", ["client_id"] = Device }, "U_1")));
        Assert.Equal(1, await StatusAsync(api.FormAsync(
            "/push/push/sendMessageToUser", new() { ["message"] = "5 pieces", ["toUserCode"] = buyer, ["client_id"] = device, ["myCode"] = merchant }, "V_88")));

        // Whoever has never written to him finds nobody.
        Assert.Equal(-3, await StatusAsync(api.FormAsync("/push/push/SendMessageToMerchant", ToMerchant("message"), "U_2")));
        Assert.Equal(SendStatus.UnknownRecipient, (await log.SendAsync(Shop("U_2", "V_88", "hello"))).Status);

        static Dictionary<string, string> ToMerchant(string type) => new() { ["message"] = "hi", ["toMid"] = "V_88", ["pid"] = "881", ["client_id"] = Device, ["sendType"] = type };
    }

    [Fact]
    public async Task MerchantWithoutProducts_WroteFirst_IsAnswered()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        using var log = Client(api);

        Assert.Equal(SendStatus.UnknownRecipient, (await log.SendAsync(Shop("U_1", "V_99", "anybody?"))).Status);
        Assert.Equal(SendStatus.Stored, (await log.SendAsync(Shop("V_99", WebApiHarness.Codes.Encode("U_1"), "we open soon"))).Status);

        Assert.Equal(SendStatus.Stored, (await log.SendAsync(Shop("U_1", "V_99", "good"))).Status);
    }

    [Fact]
    public async Task Service_VisitorThatNobodyKnows_IsRefusedOneWhoIsConnectedOrHasWrittenIsNot()
    {
        await using var api = await WebApiHarness.StartAsync();
        using var log = Client(api);
        api.Gateways.Connect("service:oThere");
        Assert.Equal(SendStatus.Stored, (await log.SendAsync(Service("oWrote", "", "help"))).Status);

        foreach (var byQueue in (bool[])[false, true])
        {
            Assert.Equal(SendStatus.UnknownRecipient, (await log.SendAsync(Service("agent1", "oNobody", "hi", byQueue))).Status);
        }

        Assert.Equal(SendStatus.Stored, (await log.SendAsync(Service("agent1", "oThere", "hi"))).Status);
        Assert.Equal(SendStatus.Stored, (await log.SendAsync(Service("agent1", "oWrote", "hi"))).Status);
    }

    private static async Task<List<string>> ConversationsOfAsync(WebApiHarness api, string uid) =>
        [.. (await api.GetAsync("/api/v1/conversations?uid=" + uid).ReadAsync()).GetProperty("conversations").EnumerateArray().Select(row => row.GetProperty("peer").GetString()!)];

    private static async Task<long> StatusAsync(Task<HttpResponseMessage> call) => (await call.ReadAsync()).GetProperty("status").GetInt64();

    private static SendRequest Shop(string from, string to, string text) => new() { Application = "shop", Sender = from, Recipient = to, Type = 1, Content = text };

    private static SendRequest Service(string from, string to, string text, bool byQueue = false) =>
        new() { Application = "service", Sender = from, Recipient = to, Type = 1, Content = text, ByQueue = byQueue };

    private static MessageLogClient Client(WebApiHarness api) => new(api.InnerAddress, new MessageLogOptions { Timeout = Guard.Limit }, TimeProvider.System);
}
