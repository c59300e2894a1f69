using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Portico.Contracts.GatewayWorker;

namespace Portico.Bench.GatewayWorker;

/// <summary>
/// One inner port as PHP's GatewayClient uses it: a connection for each call (connect, write, close), and queries pipelined on one
/// connection. The gateway is a process of its own on one core, its callers are on the others. With PORT it measures whatever
/// gateway listens there, PHP's own for example, whose CPU time it takes from process PID.
/// </summary>
internal static class InnerCalls
{
    private const int Callers = 8;
    private const int Pipelined = 100;

    public static async Task<int> RunAsync(string[] args)
    {
        var seconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
        var port = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : FreePort();
        using var gateway = args.Length > 1 ? null : Start(port);
        try
        {
            await WaitAsync(port);
            var before = Packet(PacketCommand.SendToOne, "hello, world");
            await CountAsync(seconds / 2 + 1, end => CallAsync(port, before, end));
            var measured = gateway is null && args.Length > 2 ? Process.GetProcessById(int.Parse(args[2], CultureInfo.InvariantCulture)) : gateway;
            await MeasureAsync("connect, send, close", "calls", measured, seconds, end => CallAsync(port, before, end));
            await MeasureAsync($"pipelined queries, {Pipelined} in flight", "queries", measured, seconds, end => QueryAsync(port, end));
            return 0;
        }
        finally
        {
            gateway?.Kill();
        }
    }

    private static async Task MeasureAsync(string what, string unit, Process? gateway, int seconds, Func<long, Task<long>> caller)
    {
        var before = Used(gateway);
        var count = await CountAsync(seconds, caller);
        Console.WriteLine(
            $"{what}: {count / seconds:N0} {unit}/s from {Callers} callers, {(Used(gateway) - before).TotalMicroseconds / Math.Max(1, count):N1} us "
                + "of the gateway's CPU each");
    }

    private static TimeSpan Used(Process? process)
    {
        process?.Refresh();
        return process?.TotalProcessorTime ?? TimeSpan.Zero;
    }

    private static async Task<long> CountAsync(int seconds, Func<long, Task<long>> caller)
    {
        var end = Stopwatch.GetTimestamp() + (seconds * Stopwatch.Frequency);
        return (await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(() => caller(end))))).Sum();
    }

    private static Task<long> CallAsync(int port, byte[] packet, long end)
    {
        var calls = 0L;
        for (; Stopwatch.GetTimestamp() < end; calls++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(IPAddress.Loopback, port);
            _ = socket.Send(packet);
        }

        return Task.FromResult(calls);
    }

    private static Task<long> QueryAsync(int port, long end)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        byte[] packets = [.. Enumerable.Repeat(Packet(PacketCommand.IsOnline, ""), Pipelined).SelectMany(packet => packet)];
        var answers = new byte[Pipelined * 8];
        var queries = 0L;
        for (; Stopwatch.GetTimestamp() < end; queries += Pipelined)
        {
            _ = socket.Send(packets);
            for (var got = 0; got < answers.Length;)
            {
                got += socket.Receive(answers.AsSpan(got));
            }
        }

        return Task.FromResult(queries);
    }

    private static byte[] Packet(PacketCommand command, string body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        PacketCodec.Write(buffer, new PacketHeader { Command = command, ConnectionId = 1, Flags = PacketFlags.Scalar }, default, Encoding.ASCII.GetBytes(body));
        return buffer.WrittenSpan.ToArray();
    }

    private static Process Start(int port)
    {
        var start = new ProcessStartInfo("taskset") { RedirectStandardOutput = true };
        foreach (var argument in new[]
        {
            "-c", "0", "dotnet", Path.Combine(AppContext.BaseDirectory, "Portico.Gateway.dll"), $"--Gateway:LanPort={port}",
            "--Gateway:Listen:0=text://127.0.0.1:0",
            "--Gateway:RegisterAddress:0=127.0.0.1:1", "--Gateway:Loops=1",
        })
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static async Task WaitAsync(int port)
    {
        for (var tries = 0; tries < 300; tries++)
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(100);
            }
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
