using Portico.Cluster.Tests.Support;
using static Portico.Cluster.Tests.Service.DeskClient;

namespace Portico.Cluster.Tests.Service;

/// <summary>What agents and visitors do at the desk, step by step, whatever processes stand behind it.</summary>
internal static class QueueStory
{
    /// <summary>Long enough that no hiccup of the machine takes an agent's visitor away.</summary>
    public const int LeaseSeconds = 15;

    /// <summary>Where the customer service listens.</summary>
    public static string Address(PorticoCluster cluster) => cluster.WebSocketAddress(cluster.Gateways[0], "/service");

    /// <summary>Two agents and two visitors, from the first hello to the rating, with what each may not do in between.</summary>
    public static async Task ServeAsync(PorticoCluster cluster)
    {
        var address = Address(cluster);
        await using var alice = await DeskClient.ConnectAsync(address, "alice", agent: true);
        await using var bob = await DeskClient.ConnectAsync(address, "bob", agent: true);
        await using var one = await DeskClient.ConnectAsync(address, "v1", agent: false);
        Assert.Equal(["badge", "queue"], one.Frames.Select(Type));
        Assert.Equal(0, one.Frames[1].GetProperty("position").GetInt32());
        await alice.NextAsync("queue", frame => frame.GetProperty("agents").GetArrayLength() == 2);
        var shaken = await one.HandshakeAsync();
        Assert.Equal(("visitor", "v1"), (shaken.GetProperty("role").GetString(), shaken.GetProperty("uid").GetString()));

        await WrongAsync(alice, one);
        var conversation = (await one.SayAsync("where is my <parcel>?")).GetProperty("conversation").GetString()!;
        await one.PositionAsync(1);
        await using var two = await DeskClient.ConnectAsync(address, "v2", agent: false);
        Assert.Equal("ack", Type(await two.SayAsync("hello")));
        await two.PositionAsync(2);
        foreach (var agent in (DeskClient[])[alice, bob])
        {
            var reception = await agent.NextAsync("reception");
            Assert.Equal(("where is my <parcel>?", "v1"), (reception.GetProperty("content").GetString(), reception.GetProperty("openid").GetString()));
            var queue = await agent.WaitingAsync("v1", "v2");
            Assert.Equal(1, queue.GetProperty("waiting")[0].GetProperty("unread").GetInt32());
            Assert.Equal("not_allowed", Code(await agent.SayAsync("I have not claimed it", "v1")));
        }

        var (holder, other) = await ClaimAsync(alice, bob);
        var name = holder == alice ? "alice" : "bob";
        Assert.Equal(name, (await one.NextAsync("claimed")).GetProperty("agent").GetString());
        await two.PositionAsync(1);

        await TalkAsync(holder, other, one, name, conversation);
        await EndAsync(cluster, holder, other, one);
    }

    /// <summary>Four agents grab at eight visitors at once: each visitor gets one of them, whichever processes they reach.</summary>
    public static async Task RaceAsync(string address)
    {
        var agents = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => DeskClient.ConnectAsync(address, $"racer{i}", agent: true)));
        var visitors = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => DeskClient.ConnectAsync(address, $"raced{i}", agent: false)));
        await Task.WhenAll(visitors.Select(visitor => visitor.SayAsync("hello")));
        await Task.WhenAll(visitors.Select(visitor => visitor.NextAsync("queue", frame => frame.GetProperty("position").GetInt32() > 0)));

        var claims = (await Task.WhenAll(agents.Select(async agent =>
        {
            var answers = new List<(DeskClient Agent, string OpenId, string Answer)>();
            for (var i = 0; i < visitors.Length; i++)
            {
                answers.Add((agent, $"raced{i}", Code(await agent.AskAsync(new() { ["type"] = "claim", ["openid"] = $"raced{i}" }))));
            }

            return answers;
        }))).SelectMany(answers => answers);

        foreach (var ofVisitor in claims.GroupBy(claim => claim.OpenId))
        {
            var won = Assert.Single(ofVisitor, claim => claim.Answer == "claim");
            Assert.All(ofVisitor.Where(claim => claim != won), claim => Assert.True(claim.Answer is "taken" or "at_capacity", claim.Answer));
            Assert.Equal("ack", Type(await won.Agent.SayAsync("mine", won.OpenId)));
        }

        foreach (var client in (DeskClient[])[.. agents, .. visitors])
        {
            await client.DisposeAsync();
        }
    }

    private static async Task WrongAsync(DeskClient agent, DeskClient visitor)
    {
        Assert.Equal("queue_empty", Code(await agent.AskAsync(new() { ["type"] = "claim" })));
        Assert.Equal("queue_empty", Code(await agent.AskAsync(new() { ["type"] = "claim", ["openid"] = "nobody" })));
        Assert.Equal("not_allowed", Code(await agent.AskAsync(new() { ["type"] = "close", ["openid"] = "v1" })));
        Assert.Equal("not_allowed", Code(await agent.AskAsync(new() { ["type"] = "rate", ["score"] = 5 })));
        Assert.Equal("bad_field", Code(await agent.AskAsync(new() { ["type"] = "capacity", ["value"] = -1 })));
        Assert.Equal("bad_field", Code(await agent.AskAsync(new() { ["type"] = "send", ["content"] = "to nobody" })));
        Assert.Equal("unknown_type", Code(await agent.AskAsync(new() { ["type"] = "dance" })));
        foreach (var type in (string[])["claim", "transfer", "close", "capacity", "canned"])
        {
            Assert.Equal("not_allowed", Code(await visitor.AskAsync(new() { ["type"] = type, ["openid"] = "v1", ["value"] = 1 })));
        }

        Assert.Equal("not_allowed", Code(await visitor.AskAsync(new() { ["type"] = "rate", ["score"] = 5 })));
        Assert.Equal("bad_field", Code(await visitor.AskAsync(new() { ["type"] = "rate", ["score"] = 6 })));
        await visitor.Socket.SendAsync("{\"type\":");
        Assert.Equal("bad_json", Code(await visitor.NextAsync("error")));
    }

    private static async Task<(DeskClient Holder, DeskClient Other)> ClaimAsync(DeskClient alice, DeskClient bob)
    {
        Dictionary<string, object> Claim() => new() { ["type"] = "claim", ["openid"] = "v1" };
        var answers = await Task.WhenAll(alice.AskAsync(Claim()), bob.AskAsync(Claim()));
        Assert.Equal(["claim", "error"], answers.Select(Type).Order());
        Assert.Equal("taken", Code(answers.Single(answer => Type(answer) == "error")));
        Assert.Equal(LeaseSeconds, answers.Single(answer => Type(answer) == "claim").GetProperty("lease").GetInt32());
        return Type(answers[0]) == "claim" ? (alice, bob) : (bob, alice);
    }

    private static async Task TalkAsync(DeskClient holder, DeskClient other, DeskClient visitor, string name, string conversation)
    {
        Assert.Equal("ack", Type(await holder.SayAsync("on its way", "v1")));
        var reception = await visitor.NextAsync("reception");
        Assert.Equal(("on its way", name), (reception.GetProperty("content").GetString(), reception.GetProperty("agent").GetString()));
        await visitor.BadgeAsync(1);
        await visitor.SendAsync(new { type = "typing", conversation });
        await holder.NextAsync("typing");
        var read = await visitor.AskAsync(new() { ["type"] = "read", ["conversation"] = conversation, ["seq"] = reception.GetProperty("seq").GetInt64() });
        Assert.Equal(0, read.GetProperty("unread").GetInt64());
        await holder.NextAsync("read");
        Assert.Equal("ack", Type(await visitor.SayAsync("thank you")));
        await holder.NextAsync("reception", frame => frame.GetProperty("content").GetString() == "thank you");

        // Only whose message it is takes it back; the visitor's devices and the holder are told.
        var wrong = await holder.SayAsync("wrong window", "v1");
        Assert.Equal("not_allowed", Code(await visitor.AskAsync(new() { ["type"] = "recall", ["conversation"] = conversation, ["seq"] = wrong.GetProperty("seq").GetInt64() })));
        Assert.Equal("ack", Type(await holder.AskAsync(new() { ["type"] = "recall", ["conversation"] = conversation, ["seq"] = wrong.GetProperty("seq").GetInt64() })));
        await visitor.NextAsync("recall");

        // Every agent may look everything up.
        var sync = await other.AskAsync(new() { ["type"] = "sync", ["conversations"] = new Dictionary<string, int> { [conversation] = 0 } });
        var page = sync.GetProperty("conversations").GetProperty(conversation);
        Assert.Equal("v1", page.GetProperty("peer").GetString());
        Assert.Equal(["v1", name, "v1", name], page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("sender").GetString()));
        Assert.DoesNotContain(other.Frames, frame => Type(frame) is "typing" or "read" || (Type(frame) == "reception" && frame.GetProperty("content").GetString() == "thank you"));
    }

    private static async Task EndAsync(PorticoCluster cluster, DeskClient holder, DeskClient other, DeskClient visitor)
    {
        var name = (await other.HandshakeAsync()).GetProperty("uid").GetString()!;
        Assert.Equal("unknown_recipient", Code(await holder.AskAsync(new() { ["type"] = "transfer", ["openid"] = "v1", ["to"] = "nobody" })));
        Assert.Equal("ack", Type(await other.AskAsync(new() { ["type"] = "capacity", ["value"] = 0 })));
        Assert.Equal("at_capacity", Code(await other.AskAsync(new() { ["type"] = "claim" })));
        Assert.Equal("at_capacity", Code(await holder.AskAsync(new() { ["type"] = "transfer", ["openid"] = "v1", ["to"] = name })));
        Assert.Equal("ack", Type(await other.AskAsync(new() { ["type"] = "capacity", ["value"] = 2 })));
        Assert.Equal("ack", Type(await holder.AskAsync(new() { ["type"] = "transfer", ["openid"] = "v1", ["to"] = name })));
        await other.NextAsync("claim", frame => frame.GetProperty("openid").GetString() == "v1");
        Assert.Equal(name, (await visitor.NextAsync("claimed")).GetProperty("agent").GetString());
        Assert.Equal("not_allowed", Code(await holder.SayAsync("not mine any more", "v1")));

        Assert.Equal("ack", Type(await other.AskAsync(new() { ["type"] = "transfer", ["openid"] = "v1" })));
        await visitor.PositionAsync(1);
        await holder.WaitingAsync("v1", "v2");
        Assert.Equal("claim", Type(await holder.AskAsync(new() { ["type"] = "claim" })));
        Assert.Equal("Welcome", (await holder.AskAsync(new() { ["type"] = "canned" })).GetProperty("answers")[0].GetProperty("title").GetString());
        Assert.Equal("ack", Type(await holder.AskAsync(new() { ["type"] = "close", ["openid"] = "v1" })));
        await visitor.NextAsync("closed");
        Assert.Equal("ack", Type(await visitor.AskAsync(new() { ["type"] = "rate", ["score"] = 4, ["text"] = "好" })));
        Assert.Equal(4, (await other.NextAsync("rated")).GetProperty("score").GetInt32());
        Assert.Equal("not_allowed", Code(await visitor.AskAsync(new() { ["type"] = "rate", ["score"] = 1 })));

        using var caller = cluster.Caller();
        Assert.Equal("好", (await caller.AskAsync("api/v1/service/ratings")).GetProperty("ratings")[0].GetProperty("text").GetString());
        Assert.Equal("v2", (await caller.AskAsync("api/v1/service/queue")).GetProperty("waiting")[0].GetProperty("openid").GetString());

        // A newer connection takes the visitor's place and is told what he has missed.
        await using var newer = await DeskClient.ConnectAsync(Address(cluster), "v1", agent: false);
        await Assert.ThrowsAsync<InvalidOperationException>(() => visitor.NextAsync("never"));
        Assert.Equal(4009, (int?)visitor.Socket.Socket.CloseStatus);
        Assert.Equal("ack", Type(await newer.SayAsync("one more thing")));
        await newer.PositionAsync(2);
    }
}
