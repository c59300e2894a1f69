using System.Text;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;
using Portico.Gateway.Tests.Connections;

namespace Portico.Gateway.Tests.Commands;

public sealed class HandshakeQueryTests
{
    [Fact]
    public void Select_Handshake_GivesTheHeadAsItCameAndLeavesOutWhoseIsNotDone()
    {
        var loop = new LoopHarness();
        var (open, opening, text) = (loop.WebSocket("/a?token=x", "Cookie: portico_token=y\r\n"), loop.Raw(), loop.Text());
        opening.OnBytes("GET / HTTP/1.1\r\nHost: x\r\n"u8.ToArray());
        var rows = new CommandResult();
        var select = new Select { Handshake = true, Connections = { open.Id, opening.Id, text.Id, 5 } };

        new LoopCommands(loop.Clients).Execute(new CommandView { Kind = CommandKind.Select, Id = 1, Select = select }, rows);

        Assert.Equal([open.Id, text.Id], rows.Clients.Select(row => row.Connection));
        Assert.Equal(Encoding.ASCII.GetString(LoopHarness.Handshake("/a?token=x", "Cookie: portico_token=y\r\n")), rows.Clients[0].Handshake.ToStringUtf8());
        Assert.True(rows.Clients[1].Handshake.IsEmpty);
        var without = new CommandResult();
        new LoopCommands(loop.Clients).Execute(new CommandView { Kind = CommandKind.Select, Id = 1, Select = new Select { All = true } }, without);
        Assert.Equal([false, false, false], without.Clients.Select(row => row.HasHandshake));
    }
}
