namespace Portico.WebApi.Tests.Messages;

/// <summary>Pushes that wait for gateways that hang are bounded; what is turned away is in the log for the receiver's next sync.</summary>
public sealed class PusherTests
{
    [Fact]
    public async Task Push_GatewaysHangAndTheBytesAreUsedUp_TheRestIsLeftToTheNextSync()
    {
        await using var api = await WebApiHarness.StartShopAsync(new() { ["WebApi:Limits:PushBytes"] = "1048576", ["WebApi:Limits:PresenceMilliseconds"] = "1" });
        var receiver = api.Gateways.Connect("V_2", "portico.v1");
        var hangs = new TaskCompletionSource();
        api.Gateways.Delay = () => hangs.Task;

        // Above the limit alone: one goes always. The others would go beyond it.
        string[] texts = [new string('a', 300_000), "small", new string('b', 3_000)];
        foreach (var text in texts)
        {
            Assert.Equal(System.Net.HttpStatusCode.OK, (await SendAsync(api, text)).StatusCode);
        }

        api.Gateways.Delay = () => Task.CompletedTask;
        hangs.SetResult();
        var first = (await receiver.NextJsonAsync()).GetProperty("content").GetString();
        var next = await NextAsync(api, receiver);
        var page = await api.GetAsync("/api/v1/messages?uid=V_2&with=U_1").ReadAsync();

        Assert.Equal((texts[0], "goes again"), (first, next));
        Assert.Equal(texts, page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("content").GetString()).Take(3));
    }

    // The room of the first push comes back when its gateways have answered, a moment after the receiver had it.
    private static async Task<string?> NextAsync(WebApiHarness api, ScriptedClient receiver)
    {
        await Support.Guard.UntilAsync(
            async () =>
            {
                await SendAsync(api, "goes again");
                return !receiver.IsQuiet;
            },
            "a push");
        return (await receiver.NextJsonAsync()).GetProperty("content").GetString();
    }

    private static Task<HttpResponseMessage> SendAsync(WebApiHarness api, string content) =>
        api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = "U_1", to = "V_2", content });
}
