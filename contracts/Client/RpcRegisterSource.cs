using Portico.Contracts.Protos.Register;
using Portico.Contracts.Rpc;

namespace Portico.Client;

/// <summary>A register of ours.</summary>
internal sealed class RpcRegisterSource(string address, RegisterWatcherOptions options) : IRegisterSource
{
    private const string WatchPath = "/portico.register.v1.Register/Watch";

    private readonly RpcChannel _channel = new(
        UriOf(address),
        new RpcChannelOptions { SecretKey = options.SecretKey, Tls = options.Tls, AllowPlain = options.AllowPlain, TimeProvider = options.TimeProvider });

    /// <summary>Where a register of ours is called.</summary>
    public static Uri UriOf(string address) => new(address.Contains("://", StringComparison.Ordinal) ? address : "http://" + address);

    /// <inheritdoc/>
    public IAsyncEnumerable<WatchReply> WatchAsync(CancellationToken cancellationToken) =>
        _channel.ServerStreamingAsync<WatchRequest, WatchReply>(WatchPath, new WatchRequest(), default, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();
}
