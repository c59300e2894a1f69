using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Gateway.Tests.Workers;

/// <summary>Workers that do not get on without leaving, and clients whose callback hangs.</summary>
public sealed class HungWorkerTests
{
    // Long enough for the test to read what it has to read first.
    private static readonly (string, string) FiveSeconds = ("Gateway:Limits:WorkerSeconds", "5");

    [Fact]
    public async Task Worker_NeitherAcknowledgesNorAnswers_ItsEventsGoToAnotherAndItsLateCommandsNowhere()
    {
        await using var gateway = await RunningGateway.StartAsync(1, FiveSeconds);
        using var hung = await ScriptedWorker.AttachAsync(gateway, "w:1", answersProbes: true);
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        var connect = await hung.NextAsync(EventKind.WebsocketConnect);
        await client.SendAsync("for whoever lives");
        using var other = await ScriptedWorker.AttachAsync(gateway, "w:2");

        await other.NextAsync(EventKind.Adopt);
        Assert.True((await other.NextAsync(EventKind.WebsocketConnect)).Redelivered);
        Assert.Equal("for whoever lives", await other.NextTextAsync());

        try
        {
            await hung.CommandAsync(new Command { Kind = CommandKind.SendToClient, Connection = connect.Connection, Body = Google.Protobuf.ByteString.CopyFromUtf8("late") });
        }
        catch (RpcException)
        {
            // Its stream has ended, which it may notice when it writes.
        }

        await other.CommandAsync(new Command { Kind = CommandKind.SendToClient, Connection = connect.Connection, Body = Google.Protobuf.ByteString.CopyFromUtf8("in time") });
        Assert.Equal("in time", await client.ReceiveAsync());
        Assert.Equal(RpcStatusCode.Unavailable, await hung.EndAsync());
    }

    [Fact]
    public async Task PhpWorker_DoesNotRead_ItsUnreadEventsGoToAnother()
    {
        await using var gateway = await RunningGateway.StartAsync(1, FiveSeconds);
        using var php = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await php.ConnectAsync(IPAddress.Loopback, gateway.InnerPort).Guarded();
        var packet = new ArrayBufferWriter<byte>();
        PacketCodec.Write(packet, new PacketHeader { Command = PacketCommand.WorkerConnect }, default, """{"worker_key":"php:1","secret_key":""}"""u8);
        await php.SendAsync(packet.WrittenMemory).AsTask().Guarded();
        using var client = await RawClient.ConnectAsync(gateway.TextPort);
        await Guard.UntilAsync(() => php.Poll(0, SelectMode.SelectRead), "the event of the client's connect");

        // More than the kernel holds between the two, and more than the link; the client is paused on the way.
        var line = new byte[1024];
        Array.Fill(line, (byte)'x');
        line[^1] = (byte)'\n';
        var flood = Task.Run(async () =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                await client.SendAsync(line);
            }
        });
        using var other = await ScriptedWorker.AttachAsync(gateway, "w:2");

        await other.NextAsync(EventKind.Adopt);
        var (sequence, lost) = await other.NextAsync();
        Assert.True(lost.Redelivered);

        // It goes on with the other: more than what was redelivered comes.
        while (lost.Redelivered)
        {
            await other.AckAsync(sequence);
            (sequence, lost) = await other.NextAsync();
        }

        client.Dispose();
        _ = await Record.ExceptionAsync(() => flood.Guarded());
    }

    [Fact]
    public async Task Leaving_WorkerHangs_WhoWaitsBehindItGoesToAnother()
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:ParkedSeconds", "1"), ("Gateway:Limits:WorkerSeconds", "0"));
        using var hung = await ScriptedWorker.AttachAsync(gateway, "w:1");
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await hung.NextAsync(EventKind.WebsocketConnect);
        using var other = await ScriptedWorker.AttachAsync(gateway, "w:2");

        // It says that it leaves, and is never done with what it has; the query's answer shows that the gateway has read it.
        await hung.SendAsync(new WorkerMessage { Leaving = true, Commands = { new Command { Id = 1, Kind = CommandKind.CountClients } } });
        await hung.NextResultAsync();
        await client.SendAsync("behind it");

        await other.NextAsync(EventKind.Adopt);
        Assert.True((await other.NextAsync(EventKind.WebsocketConnect)).Redelivered);
        Assert.Equal("behind it", await other.NextTextAsync());
        Assert.Equal(RpcStatusCode.Unavailable, await hung.EndAsync());
    }

    [Fact]
    public async Task Probe_WhileEventsAreWaitedFor_ComesAndItsAnswerIsTaken()
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:WorkerSeconds", "40"));
        using var worker = await ScriptedWorker.AttachAsync(gateway, "w:1", answersProbes: true);
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await worker.NextAsync(EventKind.WebsocketConnect);

        Assert.Equal(1ul, await worker.NextProbeAsync());
        await worker.SendAsync(new WorkerMessage { Probed = 1, Ack = new EventAck { Through = 1 } });

        await client.SendAsync("still here");
        Assert.Equal("still here", await worker.NextTextAsync());
    }

    [Fact]
    public async Task Probed_WhatWasNeverAsked_EndsTheLink()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var worker = await ScriptedWorker.AttachAsync(gateway, "w:1", answersProbes: true);

        await worker.SendAsync(new WorkerMessage { Probed = 1 });

        Assert.Equal(RpcStatusCode.Unavailable, await worker.EndAsync());
    }

    [Fact]
    public async Task Client_WhoseEventsNobodyIsDoneWith_IsPausedAlone()
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:ClientLinkBytes", "65536"));
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        using var feeder = await RawClient.ConnectAsync(gateway.TextPort);
        var hung = (await worker.NextAsync(EventKind.Connect)).Connection;
        await using var other = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        var fine = (await worker.NextAsync(EventKind.WebsocketConnect)).Connection;

        // More than the kernel's buffers and the client's part of the link hold, and more than the whole link.
        var line = new byte[1024];
        Array.Fill(line, (byte)'x');
        line[^1] = (byte)'\n';
        const int Lines = 20_000;
        var flood = Task.Run(async () =>
        {
            for (var i = 0; i < Lines; i++)
            {
                await feeder.SendAsync(line);
            }
        });

        var taken = 0;
        var last = 0ul;
        for (var i = 0; i < 20; i++)
        {
            await other.SendAsync($"m{i}");
            while (true)
            {
                var (sequence, next) = await worker.NextAsync();
                last = sequence;
                if (next.Connection == fine)
                {
                    Assert.Equal($"m{i}", next.Body.ToStringUtf8());
                    await worker.SendAsync(new WorkerMessage { Ack = new EventAck { Ranges = { new SequenceRange { First = sequence, Last = sequence } } } });
                    break;
                }

                Assert.Equal(hung, next.Connection);
                taken++;
            }
        }

        Assert.False(flood.IsCompleted);
        Assert.InRange(taken, 1, 70);
        await worker.AckAsync(last);
        for (; taken < Lines; taken++)
        {
            var (sequence, next) = await worker.NextAsync();
            Assert.Equal(hung, next.Connection);
            if (taken % 10 == 9)
            {
                await worker.AckAsync(sequence);
            }
        }

        await flood.Guarded();
    }
}
