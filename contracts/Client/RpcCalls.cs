using System.Net.Security;
using System.Text;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Portico.Contracts.Rpc;
using RpcException = Grpc.Core.RpcException;

namespace Portico.Client;

/// <summary>
/// The way to one role over gRPC: a channel of the library with our limits, and the key in every call. Nothing is dialled before the first call.
/// Thread-safe.
/// </summary>
public sealed class RpcCalls : IDisposable
{
    private readonly GrpcChannel _channel;

    /// <summary>Creates the channel.</summary>
    /// <param name="address"><c>http://host:port</c> (HTTP/2 without TLS, by prior knowledge) or <c>https://host:port</c>.</param>
    /// <param name="options">How it calls.</param>
    /// <exception cref="ArgumentException">The address has another scheme.</exception>
    public RpcCalls(Uri address, RpcChannelOptions options)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(options);
        if (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
        {
            throw new ArgumentException($"'{address}' is neither http:// nor https://.", nameof(address));
        }

        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            // Not as HttpHandler: the library would then connect by itself, and after a failure wait up to two minutes before it tries again.
            HttpClient = new HttpClient(CreateHandler(options)) { Timeout = Timeout.InfiniteTimeSpan },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = options.MaxReceiveMessageSize,
            MaxSendMessageSize = null,
        });
        var isRefused = address.Scheme == Uri.UriSchemeHttp && !options.AllowPlain;
        Invoker = _channel.Intercept(metadata =>
        {
            if (isRefused)
            {
                throw new RpcException(new Status(
                    StatusCode.Unavailable, $"{address.Authority} is known without TLS, and this process speaks to nobody without it (Tls:AllowPlain)"));
            }

            AddKey(metadata, options.SecretKey);
            return metadata;
        });
    }

    /// <summary>What generated clients are created with.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>Closes the connection; calls under way end.</summary>
    public void Dispose() => _channel.Dispose();

    private static void AddKey(Metadata metadata, string key)
    {
        if (key.Length == 0)
        {
            return;
        }

        // A header loses its outer spaces on the way and holds only printable ASCII; any other key goes as bytes.
        if (!key.AsSpan().ContainsAnyExceptInRange(' ', '~') && key.AsSpan().Trim(' ').Length == key.Length)
        {
            metadata.Add(RpcSecretKey.MetadataKey, key);
        }
        else
        {
            metadata.Add(RpcSecretKey.BinaryMetadataKey, Encoding.UTF8.GetBytes(key));
        }
    }

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
}
