using Portico.Contracts.Link;

namespace Portico.BusinessWorker.Links.GatewayWorker;

/// <summary>Packets that wait to be sent.</summary>
internal sealed class PacketBuffer : IOutputBuffer
{
    private const int KeptCapacity = 1024 * 1024;

    /// <summary>Where they are appended.</summary>
    public LinkBuffer Bytes { get; } = new();

    /// <inheritdoc/>
    public int Length => Bytes.Length;

    /// <inheritdoc/>
    public void Clear() => Bytes.Clear(KeptCapacity);

    /// <inheritdoc/>
    public void Dispose() => Bytes.Dispose();
}
