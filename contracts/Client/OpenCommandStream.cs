using Portico.Contracts.Rpc;

namespace Portico.Client;

/// <summary>The open stream of a <see cref="CommandStream"/>, until it ends.</summary>
internal sealed class OpenCommandStream(RpcDuplexCall call)
{
    /// <summary>The call.</summary>
    public RpcDuplexCall Call { get; } = call;

    /// <summary>Writes commands to it.</summary>
    public CommandEncoder Encoder { get; } = new(call.Requests);

    /// <summary>Its commands were given up; guarded by the lock of its owner.</summary>
    public bool IsBroken { get; set; }
}
