using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Portico.Gateway.Workers.GatewayWorker;
using Portico.Support;

namespace Portico.Gateway.Tests.Workers.GatewayWorker;

/// <summary>Whoever begins as a worker and ends badly ends alone: an exception on a thread of the pool would end the gateway, and this test's process.</summary>
public sealed class AdoptedConnectionTests
{
    private static readonly byte[] WorkersBeginning = [0, 0, 0, 64, 200];

    [Fact]
    public async Task Abort_AfterItsEnd_DoesNothing()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.LocalEndPoint!).Guarded();
        await using var stream = new NetworkStream(socket);
        var connection = new AdoptedConnection(socket, stream, 0);
        await connection.DisposeAsync();

        connection.Abort(new ConnectionAbortedException("too late"));

        // Work of the pool that was queued before has run, or its exception has ended us, once as much was done after it.
        await Task.WhenAll(Enumerable.Range(0, 4 * Environment.ProcessorCount).Select(_ => Task.Run(Thread.Yield, TestContext.Current.CancellationToken))).Guarded();
        Assert.False(connection.ConnectionClosed.IsCancellationRequested);
    }

    [Fact]
    public async Task InnerPort_ManyHalfGreetingsOfWorkers_AreClosedAndTheGatewayLivesOn()
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:InnerFirstPacketSeconds", "1"));
        var peers = new List<RawClient>();
        try
        {
            for (var i = 0; i < 200; i++)
            {
                peers.Add(await RawClient.ConnectAsync(gateway.InnerPort));
                await peers[i].SendAsync(WorkersBeginning);
            }

            await Task.WhenAll(peers.Select(peer => peer.ReceiveToEndAsync())).Guarded();
            using var client = await RawClient.ConnectAsync(gateway.TextPort);
        }
        finally
        {
            peers.ForEach(peer => peer.Dispose());
        }
    }
}
