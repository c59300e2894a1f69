using System.Buffers;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>Something that waits to be written to an inner connection.</summary>
internal interface IOutputPiece
{
    /// <summary>Writes it; on the one thread that writes the connection.</summary>
    void WriteTo(IBufferWriter<byte> destination);

    /// <summary>It was handed to the transport, or never will be because the connection broke. Any thread.</summary>
    void OnWritten(bool sent);
}
