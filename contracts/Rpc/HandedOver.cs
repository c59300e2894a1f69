using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Portico.Contracts.Rpc;

/// <summary>Connections that are served the long way: taken over whole by the short calls' owner, or by Kestrel, which fetches them here.</summary>
internal sealed class HandedOver(IShortCalls calls, TlsDoor door, ArrivalOrder order, SocketConnectionContextFactory connections) : IAsyncDisposable
{
    private readonly Channel<ConnectionContext> _waiting = Channel.CreateUnbounded<ConnectionContext>(new UnboundedChannelOptions { SingleWriter = true });

    /// <summary>One more. On the accepting thread.</summary>
    /// <param name="young">The connection.</param>
    /// <param name="bytes">What it has sent and nobody has taken.</param>
    public void Add(in Young young, ReadOnlySpan<byte> bytes)
    {
        young.Socket.NoDelay = true;
        var isReadable = !bytes.IsEmpty && !door.IsTls(bytes);
        if (isReadable && calls.TryTakeOver(young.Socket, bytes))
        {
            return;
        }

        var connection = connections.Create(young.Socket);
        connection.Items[typeof(IShortCalls)] = young.State;
        if (isReadable && !Tongues.IsHttp2(bytes))
        {
            connection.Items[typeof(ArrivalOrder)] = order.Enter();
        }

        _waiting.Writer.TryWrite(connection);
    }

    /// <summary>The next for Kestrel; null when there will be none.</summary>
    public async ValueTask<ConnectionContext?> NextAsync(CancellationToken cancellationToken)
    {
        while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_waiting.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    /// <summary>No more will come.</summary>
    public void Complete(Exception? fault) => _waiting.Writer.TryComplete(fault);

    /// <summary>Ends those that nobody fetched.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_waiting.Reader.TryRead(out var connection))
        {
            await connection.DisposeAsync();
        }
    }
}
