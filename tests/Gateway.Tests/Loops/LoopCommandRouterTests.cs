using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;
using Portico.Gateway.Loops;
using Portico.Gateway.Tests.Connections;
using Portico.Gateway.Workers;

namespace Portico.Gateway.Tests.Loops;

public sealed class LoopCommandRouterTests
{
    [Fact]
    public void Execute_ForAClientOfAnotherLoop_CountsInTheLinksWindowUntilThatLoopIsDone()
    {
        var loops = new HoldingLoops();
        var router = new LoopCommandRouter(0, loops, new LoopCommands(new LoopHarness().Clients), 1024);
        var results = new Results();

        router.Execute(new CommandView { Kind = CommandKind.SendToClient, Connection = 1, Body = new byte[900] }, results);
        var more = results.Window.AddAsync(100);

        Assert.False(more.IsCompleted);
        Assert.Equal(1, loops.Posted.Single().Loop);
        ((PendingCommand)loops.Posted[0].Work).Add(CommandOutcome.Done(1), null);
        Assert.True(more.IsCompleted);
    }

    private sealed class HoldingLoops : IWorkerLoops
    {
        public List<(int Loop, ILoopWork Work)> Posted { get; } = [];

        public int Count => 2;

        public bool TryPost(int loop, ILoopWork work)
        {
            Posted.Add((loop, work));
            return true;
        }
    }

    private sealed class Results : IResultSink
    {
        public CommandWindow Window { get; } = new(1000);

        CommandWindow? IResultSink.Window => Window;

        public void Add(scoped in ResultView result) => Assert.Fail("nobody asked");

        public void Add(CommandResult result) => Assert.Fail("nobody asked");
    }
}
