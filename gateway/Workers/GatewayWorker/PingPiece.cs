using System.Buffers;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>A PING on its way to a worker.</summary>
internal sealed class PingPiece : IOutputPiece
{
    /// <summary>The only one there needs to be.</summary>
    public static readonly PingPiece Instance = new();

    /// <inheritdoc/>
    public void WriteTo(IBufferWriter<byte> destination) => destination.Write(EventPackets.Ping);

    /// <inheritdoc/>
    public void OnWritten(bool sent)
    {
        // Nobody waits for it: a connection that cannot take it ends by itself.
    }
}
