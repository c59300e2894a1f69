using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Portico.Contracts.Rpc;

/// <summary>
/// One call as its handler sees it. The call ends when the handler's task does; after that neither pipe may be touched. Reads and
/// writes may run at the same time, but only one of each.
/// </summary>
public sealed class RpcServerCall
{
    private readonly HttpContext _context;
    private RpcMetadata? _metadata;
    private RpcMetadata? _trailers;

    internal RpcServerCall(HttpContext context, int maxReceiveMessageSize, DateTimeOffset? deadline, CancellationToken cancellationToken)
    {
        _context = context;
        MaxReceiveMessageSize = maxReceiveMessageSize;
        Deadline = deadline;
        CancellationToken = cancellationToken;
    }

    /// <summary>The path, "/package.Service/Method".</summary>
    public string Path => _context.Request.Path;

    /// <summary>What the caller sent beside its messages.</summary>
    public RpcMetadata Metadata => _metadata ??= ReadMetadata();

    /// <summary>What is sent to the caller after the messages.</summary>
    public RpcMetadata Trailers => _trailers ??= [];

    /// <summary>When the caller gives up; null when never.</summary>
    public DateTimeOffset? Deadline { get; }

    /// <summary>Fires when the caller is gone, the deadline has passed, or (streams only) the server is stopping.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Remote address; null where the connection has none.</summary>
    public System.Net.IPAddress? PeerAddress => _context.Connection.RemoteIpAddress;

    /// <summary>Largest message received, in bytes.</summary>
    public int MaxReceiveMessageSize { get; }

    /// <summary>Remote address and port as text, for logs.</summary>
    public string Peer => $"{_context.Connection.RemoteIpAddress}:{_context.Connection.RemotePort}";

    /// <summary>The framed requests as they come; see <see cref="RpcFraming"/>.</summary>
    public PipeReader Requests => _context.Request.BodyReader;

    /// <summary>
    /// The framed responses. Belongs to one thread at a time: GetSpan, Advance and FlushAsync, at most one flush in flight and no
    /// writing during it. Call <see cref="StartAsync"/> first.
    /// </summary>
    public PipeWriter Responses => _context.Response.BodyWriter;

    internal RpcMetadata? TrailersOrNull => _trailers;

    /// <summary>Sends the headers at once; they would otherwise wait for the first flush, and the caller with them.</summary>
    public async Task StartAsync()
    {
        await _context.Response.StartAsync(CancellationToken);
        await _context.Response.BodyWriter.FlushAsync(CancellationToken);
    }

    /// <summary>Cuts the call off without a status; the peer sees a reset stream. For a caller that does not obey.</summary>
    public void Abort() => _context.Abort();

    /// <summary>The next request, or null when the caller has sent all. Ends with <see cref="CancellationToken"/>.</summary>
    public ValueTask<T?> ReadAsync<T>()
        where T : class, IMessage<T>, new() => RpcMessages.ReadAsync<T>(Requests, MaxReceiveMessageSize, CancellationToken);

    /// <summary>The next request, or null when the caller has sent all.</summary>
    /// <param name="cancellationToken">Ends the wait in place of <see cref="CancellationToken"/>, so link it with that.</param>
    public ValueTask<T?> ReadAsync<T>(CancellationToken cancellationToken)
        where T : class, IMessage<T>, new() => RpcMessages.ReadAsync<T>(Requests, MaxReceiveMessageSize, cancellationToken);

    /// <summary>All requests, until the caller has sent its last.</summary>
    public async IAsyncEnumerable<T> ReadAllAsync<T>([EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : class, IMessage<T>, new()
    {
        using var both = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, CancellationToken)
            : null;
        var token = both?.Token ?? CancellationToken;
        while (await RpcMessages.ReadAsync<T>(Requests, MaxReceiveMessageSize, token) is { } message)
        {
            yield return message;
        }
    }

    /// <summary>Sends one response.</summary>
    public async ValueTask WriteAsync(IMessage message)
    {
        await WriteLastAsync(message);
        await Responses.FlushAsync(CancellationToken);
    }

    /// <summary>Leaves the flush to the end of the call, which sends message and trailers in one.</summary>
    internal async ValueTask WriteLastAsync(IMessage message)
    {
        if (!_context.Response.HasStarted)
        {
            await _context.Response.StartAsync(CancellationToken);
        }

        RpcFraming.WriteMessage(Responses, message);
    }

    private RpcMetadata ReadMetadata()
    {
        var metadata = new RpcMetadata();
        foreach (var (key, values) in _context.Request.Headers)
        {
            foreach (var value in values)
            {
                metadata.AddReceived(key, value ?? "");
            }
        }

        return metadata;
    }
}
