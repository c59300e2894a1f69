namespace Portico.Contracts.Rpc;

/// <summary>How a call ended.</summary>
/// <param name="Code">Status code.</param>
/// <param name="Detail">Text for people; travels to the peer, so it must hold no secret.</param>
public readonly record struct RpcStatus(RpcStatusCode Code, string Detail)
{
    /// <summary>Done, nothing to say.</summary>
    public static readonly RpcStatus Ok = new(RpcStatusCode.OK, "");
}
