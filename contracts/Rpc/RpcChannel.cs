using System.Net.Security;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Portico.Contracts.Rpc.SingleStream;

namespace Portico.Contracts.Rpc;

/// <summary>
/// Calls to one server over one HTTP/2 connection, which is dialled at the first call and again at the next call after it broke.
/// Every failure is an <see cref="RpcException"/>, but the caller's own cancellation, which is an
/// <see cref="OperationCanceledException"/>. Use from any thread.
/// </summary>
public sealed class RpcChannel : IDisposable
{
    private readonly RpcChannelOptions _options;
    private readonly HttpMessageInvoker _invoker;
    private readonly RpcMetadata _metadata = [];

    /// <summary>Creates the channel; nothing is dialled yet.</summary>
    /// <param name="address"><c>http://host:port</c> (HTTP/2 without TLS, by prior knowledge) or <c>https://host:port</c>.</param>
    /// <param name="options">How it calls.</param>
    public RpcChannel(Uri address, RpcChannelOptions? options = null)
    {
        if (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
        {
            throw new ArgumentException($"'{address}' is neither http:// nor https://.", nameof(address));
        }

        Address = address;
        _options = options ?? new RpcChannelOptions();
        _invoker = new HttpMessageInvoker(CreateHandler(_options));
        RpcSecretKey.AddTo(_metadata, _options.SecretKey);
    }

    /// <summary>The server.</summary>
    public Uri Address { get; }

    /// <summary>One request, one response.</summary>
    public async Task<TResponse> UnaryAsync<TRequest, TResponse>(
        string path, TRequest request, RpcCallOptions options = default, CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>, new()
    {
        using var call = Start(path, new RpcRequestContent(request), options, cancellationToken);
        var responses = await call.OpenResponsesAsync();
        var response = await RpcMessages.ReadAsync<TResponse>(responses, _options.MaxReceiveMessageSize, CancellationToken.None);
        if (response is not null && await RpcMessages.ReadAsync<TResponse>(responses, _options.MaxReceiveMessageSize, CancellationToken.None) is not null)
        {
            throw new RpcException(RpcStatusCode.Internal, "the server sent more than one response");
        }

        call.ThrowUnlessOk();
        return response ?? throw new RpcException(RpcStatusCode.Internal, "the server sent no response");
    }

    /// <summary>One request, many responses; leaving the enumeration ends the call.</summary>
    public async IAsyncEnumerable<TResponse> ServerStreamingAsync<TRequest, TResponse>(
        string path, TRequest request, RpcCallOptions options = default, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>, new()
    {
        using var call = Start(path, new RpcRequestContent(request), options, cancellationToken);
        var responses = await call.OpenResponsesAsync();
        while (await RpcMessages.ReadAsync<TResponse>(responses, _options.MaxReceiveMessageSize, CancellationToken.None) is { } response)
        {
            yield return response;
        }

        call.ThrowUnlessOk();
    }

    /// <summary>
    /// Opens a stream in both directions. Returns when the connection stands and the headers are sent; the server's own headers are
    /// not waited for. Dispose the call to end it.
    /// </summary>
    public async Task<RpcDuplexCall> DuplexAsync(string path, RpcCallOptions options = default, CancellationToken cancellationToken = default)
    {
        var content = new RpcStreamContent();
        var call = Start(path, content, options, cancellationToken);
        try
        {
            var requests = await call.OpenRequestsAsync(content);
            return new RpcDuplexCall(call, content, requests, _options.MaxReceiveMessageSize);
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens a stream in both directions on a connection of its own, where the server knows that (see <see cref="SingleStreamCall"/>).
    /// </summary>
    /// <param name="path">The method.</param>
    /// <param name="place">Which of the server's places it is for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when it does not: use <see cref="DuplexAsync"/>.</returns>
    public async Task<SingleStreamCall?> TrySingleStreamAsync(string path, uint place, CancellationToken cancellationToken = default) =>
        Address.Scheme == Uri.UriSchemeHttp && _options.AllowPlain
            ? await SingleStreamCall.TryOpenAsync(Address, path, place, _options, cancellationToken)
            : null;

    /// <summary>Closes the connection; calls under way end with UNAVAILABLE or CANCELLED.</summary>
    public void Dispose() => _invoker.Dispose();

    private static SocketsHttpHandler CreateHandler(RpcChannelOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = false,
            ConnectTimeout = options.ConnectTimeout,
            InitialHttp2StreamWindowSize = options.StreamWindow,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = options.KeepAlivePingDelay,
            KeepAlivePingTimeout = options.KeepAlivePingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        if (options.Tls is { } tls)
        {
            handler.SslOptions = tls;
            tls.ApplicationProtocols ??= [SslApplicationProtocol.Http2];
        }

        return handler;
    }

    private RpcClientCall Start(string path, HttpContent content, RpcCallOptions options, CancellationToken cancellationToken)
    {
        if (Address.Scheme == Uri.UriSchemeHttp && !_options.AllowPlain)
        {
            throw new RpcException(
                RpcStatusCode.Unavailable, $"{Address.Authority} is known without TLS, and this process speaks to nobody without it (Tls:AllowPlain)");
        }

        var call = new RpcClientCall(_options.TimeProvider, options.Timeout, cancellationToken);
        try
        {
            call.Send(_invoker, new Uri(Address, path), content, [_metadata, _options.Metadata, options.Metadata]);
            return call;
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }
}
