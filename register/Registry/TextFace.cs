using Microsoft.AspNetCore.Connections;
using Portico.Contracts.Rpc;
using Portico.Hosting;
using Portico.Register.Hosting;

namespace Portico.Register.Registry;

/// <summary>The list over GatewayWorker's register protocol (GatewayWorker protocol section 1): a connection for each peer.</summary>
internal sealed class TextFace(GatewayRoll roll, RegisterOptions options, TimeProvider timeProvider, RepeatedWarnings warnings)
{
    /// <summary>Carries one connection until its peer leaves, is refused or falls silent, or the register stops.</summary>
    public async Task RunAsync(ConnectionContext connection, CancellationToken cancellationToken)
    {
        using var peer = new TextPeer(connection, roll, options, timeProvider, Tongues.AcceptedAt(connection));
        try
        {
            var reason = await peer.RunAsync(cancellationToken);
            if (reason is not null)
            {
                warnings.Add(connection.RemoteEndPoint, "closed as a GatewayWorker peer: " + reason);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // The peer went away or the register stops; its leases are given back by then.
        }
    }
}
