using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace Portico.Contracts.Rpc;

/// <summary>
/// A stream in both directions, from the caller's side. Reading and writing may run at the same time, but only one of each. Dispose
/// ends the call; the server sees its stream reset unless both sides were done.
/// </summary>
public sealed class RpcDuplexCall : IDisposable
{
    private readonly RpcClientCall _call;
    private readonly RpcStreamContent _content;
    private readonly int _maxReceiveMessageSize;
    private PipeReader? _responses;

    internal RpcDuplexCall(RpcClientCall call, RpcStreamContent content, PipeWriter requests, int maxReceiveMessageSize)
    {
        _call = call;
        _content = content;
        Requests = requests;
        _maxReceiveMessageSize = maxReceiveMessageSize;
    }

    /// <summary>
    /// The framed requests. GetSpan, Advance and FlushAsync, which sends; no writing while a flush is in flight, so collect what comes
    /// meanwhile elsewhere and send it with the next flush.
    /// </summary>
    public PipeWriter Requests { get; }

    /// <summary>The framed responses, once the server's headers are there. After the last one call <see cref="ThrowUnlessOk"/>.</summary>
    /// <exception cref="RpcException">The server refused the call.</exception>
    public async Task<PipeReader> OpenResponsesAsync() => _responses ??= await _call.OpenResponsesAsync();

    /// <summary>Sends one request.</summary>
    public async ValueTask WriteAsync(IMessage message, CancellationToken cancellationToken = default)
    {
        RpcFraming.WriteMessage(Requests, message);
        await Requests.FlushAsync(cancellationToken);
    }

    /// <summary>Says that no further request comes; responses go on.</summary>
    public async ValueTask CompleteRequestsAsync()
    {
        await Requests.CompleteAsync();
        _content.Complete();
    }

    /// <summary>The next response, or null when the call ended well.</summary>
    /// <exception cref="RpcException">The call ended otherwise.</exception>
    public async ValueTask<T?> ReadAsync<T>(CancellationToken cancellationToken = default)
        where T : class, IMessage<T>, new()
    {
        var responses = _responses ?? await OpenResponsesAsync();
        var message = await RpcMessages.ReadAsync<T>(responses, _maxReceiveMessageSize, cancellationToken);
        if (message is null)
        {
            ThrowUnlessOk();
        }

        return message;
    }

    /// <summary>All responses, until the call ended well.</summary>
    public async IAsyncEnumerable<T> ReadAllAsync<T>([EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : class, IMessage<T>, new()
    {
        while (await ReadAsync<T>(cancellationToken) is { } message)
        {
            yield return message;
        }
    }

    /// <summary>Looks at the status, after the responses were read to their end.</summary>
    /// <exception cref="RpcException">The call did not end with OK.</exception>
    public void ThrowUnlessOk() => _call.ThrowUnlessOk();

    /// <inheritdoc/>
    public void Dispose()
    {
        _content.Complete();
        _call.Dispose();
    }
}
