using Portico.Contracts.Protos.Register;
using Portico.Contracts.Rpc;

namespace Portico.Client;

/// <summary>A register of ours.</summary>
internal sealed class RpcRegisterSource(string address, string secretKey, TimeProvider clock) : IRegisterSource
{
    private const string WatchPath = "/portico.register.v1.Register/Watch";

    private readonly RpcChannel _channel = new(new Uri($"http://{address}"), new RpcChannelOptions { SecretKey = secretKey, TimeProvider = clock });

    /// <inheritdoc/>
    public IAsyncEnumerable<WatchReply> WatchAsync(CancellationToken cancellationToken) =>
        _channel.ServerStreamingAsync<WatchRequest, WatchReply>(WatchPath, new WatchRequest(), default, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();
}
