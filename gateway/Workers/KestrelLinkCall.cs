using System.IO.Pipelines;
using Portico.Contracts.Rpc;

namespace Portico.Gateway.Workers;

/// <summary>A link on a gRPC call that Kestrel serves, between the pool thread that reads it and the loop that writes it.</summary>
internal sealed class KestrelLinkCall(RpcServerCall call) : ILinkCall
{
    private readonly PipeReader _requests = call.Requests;
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public PipeWriter Responses => call.Responses;

    /// <inheritdoc/>
    public string Peer => call.Peer;

    /// <summary>Done when the loop writes no more and the call may end.</summary>
    public Task Released => _released.Task;

    /// <summary>Why the gateway ended it; null when it ended as the worker wished.</summary>
    public string? Failure { get; private set; }

    /// <inheritdoc/>
    public void Abort() => call.Abort();

    /// <inheritdoc/>
    public void Release(string? failure)
    {
        Failure ??= failure;
        try
        {
            // Wakes the reading half when it is still waiting for the worker. Before the call is let go: its reader belongs to it.
            _requests.CancelPendingRead();
        }
        catch (Exception fault) when (fault is InvalidOperationException or IOException)
        {
            // The reading half has ended by itself.
        }

        _released.TrySetResult();
    }
}
