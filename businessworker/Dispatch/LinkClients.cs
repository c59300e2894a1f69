using System.Collections.Concurrent;
using Portico.BusinessWorker.Events;
using Portico.Contracts.Protos.Gateway;

namespace Portico.BusinessWorker.Dispatch;

/// <summary>
/// The clients of one stream and their lanes: events of a client in order, of different clients in parallel. <see cref="Dispatch"/> is called by
/// the stream's reader alone. A callback that ends without awaiting is over when it returns: no lane is made, nothing is copied or allocated.
/// </summary>
internal sealed class LinkClients(IClientLink link, IEventAcks acks, EventHandling handling)
{
    private readonly ConcurrentDictionary<uint, ClientContext> _clients = new();

    /// <summary>Clients known.</summary>
    public int Count => _clients.Count;

    /// <summary>The client of a connection; from any thread.</summary>
    public ClientContext? Find(uint connection) => _clients.GetValueOrDefault(connection);

    /// <summary>True when the event is done with; false when <see cref="IEventAcks.Done"/> will say so.</summary>
    public bool Dispatch(in ClientEvent e)
    {
        var client = Find(e.Connection);
        if (client is null)
        {
            if (e.Kind == EventKind.Close && !e.HasState)
            {
                // Nobody here was told of this client.
                return true;
            }

            client = new ClientContext(link, e.Connection);
            _clients[e.Connection] = client;
        }

        if (e.Kind == EventKind.Close)
        {
            _clients.TryRemove(e.Connection, out _);
            client.MarkGone();
        }

        if (client.Lane is ClientLane lane && TryQueue(lane, e))
        {
            return false;
        }

        var task = handling.HandleAsync(client, e);
        if (task.IsCompletedSuccessfully)
        {
            Completed.Consume(task);
            return true;
        }

        Suspend(client, e, task);
        return false;
    }

    /// <summary>The stream has ended: tell the callbacks that still run.</summary>
    public void Abandon()
    {
        foreach (var (_, client) in _clients)
        {
            client.MarkGone();
        }

        _clients.Clear();
    }

    private static bool TryQueue(ClientLane lane, in ClientEvent e)
    {
        lock (lane)
        {
            if (!lane.Busy)
            {
                return false;
            }

            e.Block.Hold();
            lane.Waiting.Enqueue(e);
            return true;
        }
    }

    private void Suspend(ClientContext client, in ClientEvent e, ValueTask task)
    {
        e.Block.Hold();
        var lane = client.Lane as ClientLane ?? new ClientLane();
        client.Lane = lane;
        lane.Busy = true;
        lane.Running = RunAsync(client, lane, e, task);
    }

    private async Task RunAsync(ClientContext client, ClientLane lane, ClientEvent e, ValueTask task)
    {
        await task;
        while (true)
        {
            Finish(e);
            lock (lane)
            {
                if (!lane.Waiting.TryDequeue(out e))
                {
                    lane.Busy = false;
                    return;
                }
            }

            if (!acks.IsClosed)
            {
                await handling.HandleAsync(client, e);
            }
        }
    }

    private void Finish(in ClientEvent e)
    {
        e.Block.Release();
        acks.Done(e.Sequence);
    }
}
