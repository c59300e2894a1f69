namespace Portico.Contracts.Rpc;

/// <summary>A call that did not end with <see cref="RpcStatusCode.OK"/>. A server handler throws it to choose the status.</summary>
public sealed class RpcException : Exception
{
    /// <summary>Creates the exception.</summary>
    public RpcException(RpcStatus status, Exception? inner = null)
        : base($"{status.Code}: {status.Detail}", inner) => Status = status;

    /// <summary>Creates the exception.</summary>
    public RpcException(RpcStatusCode code, string detail, Exception? inner = null)
        : this(new RpcStatus(code, detail), inner)
    {
    }

    /// <summary>How the call ended.</summary>
    public RpcStatus Status { get; }

    /// <summary>Status code.</summary>
    public RpcStatusCode Code => Status.Code;

    /// <summary>What the server sent after its messages, without the status itself.</summary>
    public RpcMetadata Trailers { get; init; } = [];
}
