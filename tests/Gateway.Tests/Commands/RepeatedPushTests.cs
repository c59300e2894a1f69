using System.Text;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;
using Portico.Gateway.Connections;
using Portico.Gateway.Tests.Connections;
using static Portico.Gateway.Tests.Connections.LoopHarness;

namespace Portico.Gateway.Tests.Commands;

/// <summary>A push that is repeated since its answer got lost reaches each client once, and only clients that were bound when it was due.</summary>
public sealed class RepeatedPushTests
{
    private readonly LoopHarness _loop = new();
    private readonly LoopCommands _commands;

    public RepeatedPushTests() => _commands = new LoopCommands(_loop.Clients);

    [Theory]
    [InlineData(CommandKind.SendToUid)]
    [InlineData(CommandKind.SendToGroup)]
    public void Push_Repeated_IsDeliveredOnce(CommandKind kind)
    {
        var client = Member("x");
        _loop.Advance(1);

        Assert.Equal(1u, Push(kind, "x", 7, 0));
        Assert.Equal(0u, Push(kind, "x", 7, 500));
        Assert.Equal(1u, Push(kind, "x", 8, 500));

        Assert.Equal("hi\nhi\n", Sent(client));
    }

    [Fact]
    public void Push_RepeatedAfterItReachedNobody_IsDelivered()
    {
        Assert.Equal(0u, Push(CommandKind.SendToUid, "x", 7, 0));
        var client = Member("x");
        _loop.Advance(2);

        Assert.Equal(1u, Push(CommandKind.SendToUid, "x", 7, 1000));
        Assert.Equal("hi\n", Sent(client));
    }

    [Fact]
    public void Push_Repeated_LeavesOutClientsBoundAfterItWasDue()
    {
        var before = Member("x");
        _loop.Advance(5);
        var after = Member("x");
        _loop.Advance(1);

        // Due three seconds ago: between the two.
        Assert.Equal(1u, Push(CommandKind.SendToUid, "x", 7, 3000));
        Assert.Equal(("hi\n", ""), (Sent(before), Sent(after)));

        // Bound anew, the first one is as a page that was loaded again.
        Do(CommandKind.UnbindUid, before, "x");
        Do(CommandKind.BindUid, before, "x");
        Assert.Equal(0u, Push(CommandKind.SendToUid, "x", 8, 3000));
    }

    [Fact]
    public void Push_RepeatedToMany_LeavesOutClientsBoundAfterItWasDue()
    {
        var before = Enumerable.Range(0, 40).Select(_ => Member("x")).ToList();
        _loop.Advance(5);
        var after = Enumerable.Range(0, 40).Select(_ => Member("x")).ToList();
        _loop.Advance(1);

        Assert.Equal(40u, Push(CommandKind.SendToUid, "x", 7, 3000));
        Assert.All(before, client => Assert.Equal("hi\n", Sent(client)));
        Assert.All(after, client => Assert.Equal("", Sent(client)));
    }

    [Fact]
    public void RecentPushes_RememberASixtySecondsAtLeast_AndAreBounded()
    {
        var pushes = new RecentPushes();
        var tick = 1000 / DeadlineWheel.TickMilliseconds;
        pushes.Add(1, 59 * tick);
        Assert.True(pushes.Contains(1, 60 * tick));
        Assert.True(pushes.Contains(1, 118 * tick));
        Assert.False(pushes.Contains(1, 300 * tick));

        for (ulong push = 10; push < 10 + (3UL * RecentPushes.Most); push++)
        {
            pushes.Add(push, 301 * tick);
        }

        Assert.False(pushes.Contains(10, 301 * tick));
        Assert.True(pushes.Contains(10 + (3UL * RecentPushes.Most) - 1, 301 * tick));
    }

    private ClientConnection Member(string name)
    {
        var client = _loop.Text();
        Do(CommandKind.BindUid, client, name);
        Do(CommandKind.JoinGroup, client, name);
        return client;
    }

    private void Do(CommandKind kind, ClientConnection client, string name) =>
        _commands.Execute(new CommandView { Kind = kind, Id = 1, Connection = client.Id, Name = Encoding.UTF8.GetBytes(name) }, null);

    private uint Push(CommandKind kind, string name, ulong push, uint age)
    {
        var outcome = _commands.Execute(
            new CommandView { Kind = kind, Id = 1, Name = Encoding.UTF8.GetBytes(name), Body = "hi"u8, Push = push, PushAge = age }, null);
        _loop.Turn();
        return outcome.Delivered;
    }
}
