using System.Net;

namespace Portico.Contracts.Rpc;

/// <summary>A request body that stays open and hands its stream out.</summary>
internal sealed class RpcStreamContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RpcStreamContent() => Headers.ContentType = RpcClientCall.ContentType;

    /// <summary>The body's stream, once the headers are on their way.</summary>
    public Task<Stream> Opened => _opened.Task;

    /// <summary>Ends the body.</summary>
    public void Complete() => _completed.TrySetResult();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // Headers leave with the first flush only; the server must see the call now.
        await stream.FlushAsync(cancellationToken);
        if (!_opened.TrySetResult(stream))
        {
            // The handler tries again on a fresh connection, but what was written to the first stream is gone.
            throw new IOException("The connection broke while the call was starting.");
        }

        await _completed.Task.WaitAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
