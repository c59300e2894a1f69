using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Portico.Contracts.Rpc;

namespace Portico.Bench.Rpc;

/// <summary>
/// One duplex stream between two processes on one core: 128-byte messages there and back, so many at a time, each side answering
/// with one flush what one read brought. What a gRPC stream costs by itself, without gateway or worker.
/// </summary>
internal static class DuplexStream
{
    private const string Path = "/bench.Duplex/Echo";
    private const int MessageBytes = 128;
    private static readonly int[] Depths = [1, 16, 64, 256, 1024];

    /// <summary>Starts the server as a process of its own and prints a line for each depth.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["server", var port])
        {
            await ServeAsync(int.Parse(port, CultureInfo.InvariantCulture));
            return 0;
        }

        var window = TimeSpan.FromSeconds(args is [var seconds] ? double.Parse(seconds, CultureInfo.InvariantCulture) : 1);
        var free = FreePort();
        using var server = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, CommandLine(free)))!;
        try
        {
            Pin(server);
            Pin(Process.GetCurrentProcess());
            using var channel = new RpcChannel(new Uri($"http://127.0.0.1:{free}"));
            using var call = await OpenAsync(channel);
            var responses = await call.OpenResponsesAsync();
            _ = await MeasureAsync(call, responses, 64, window);
            Console.WriteLine("depth    messages/s    us CPU/message (both)    messages/read");
            foreach (var depth in Depths)
            {
                server.Refresh();
                var before = Cpu(server);
                var (messages, reads, took) = await MeasureAsync(call, responses, depth, window);
                server.Refresh();
                var cpu = (Cpu(server) - before).TotalMicroseconds / messages;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{depth,5} {messages / took.TotalSeconds,13:N0} {cpu,24:F2} {(double)messages / reads,16:F1}"));
            }
        }
        finally
        {
            server.Kill();
        }

        return 0;
    }

    private static string[] CommandLine(int port)
    {
        string[] verb = ["duplex", "server", port.ToString(CultureInfo.InvariantCulture)];
        return System.IO.Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(DuplexStream).Assembly.Location, .. verb] : verb;
    }

    private static int FreePort()
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static void Pin(Process process)
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            process.ProcessorAffinity = 1;
        }
    }

    private static TimeSpan Cpu(Process server)
    {
        using var self = Process.GetCurrentProcess();
        return server.TotalProcessorTime + self.TotalProcessorTime;
    }

    private static async Task<RpcDuplexCall> OpenAsync(RpcChannel channel)
    {
        // The server is another process and takes its time to start.
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await channel.DuplexAsync(Path);
            }
            catch (RpcException) when (attempt < 200)
            {
                await Task.Delay(50);
            }
        }
    }

    private static async Task<(long Messages, long Reads, TimeSpan Took)> MeasureAsync(
        RpcDuplexCall call, PipeReader responses, int depth, TimeSpan window)
    {
        var started = Stopwatch.GetTimestamp();
        Write(call.Requests, depth);
        await call.Requests.FlushAsync();
        long messages = 0, reads = 0;
        for (var underWay = depth; underWay > 0;)
        {
            var read = await responses.ReadAsync();
            reads++;
            var buffer = read.Buffer;
            var came = 0;
            while (RpcFraming.TryRead(ref buffer, RpcFraming.DefaultMaxMessageSize, out _))
            {
                came++;
            }

            responses.AdvanceTo(buffer.Start, buffer.End);
            messages += came;
            underWay -= came;
            if (came > 0 && Stopwatch.GetElapsedTime(started) < window)
            {
                Write(call.Requests, came);
                underWay += came;
                await call.Requests.FlushAsync();
            }
        }

        return (messages, reads, Stopwatch.GetElapsedTime(started));
    }

    private static void Write(PipeWriter output, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var span = output.GetSpan(RpcFraming.PrefixLength + MessageBytes);
            RpcFraming.WritePrefix(span, MessageBytes);
            span.Slice(RpcFraming.PrefixLength, MessageBytes).Fill((byte)'x');
            output.Advance(RpcFraming.PrefixLength + MessageBytes);
        }
    }

    private static async Task ServeAsync(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            RpcServerLimits.Apply(options);
            options.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        app.MapRpcDuplex(Path, EchoAsync);
        await app.RunAsync();
    }

    private static async Task EchoAsync(RpcServerCall call)
    {
        await call.StartAsync();
        while (true)
        {
            var read = await call.Requests.ReadAsync(call.CancellationToken);
            var buffer = read.Buffer;
            while (RpcFraming.TryRead(ref buffer, call.MaxReceiveMessageSize, out var message))
            {
                RpcFraming.WritePrefix(call.Responses, (int)message.Length);
                foreach (var part in message)
                {
                    call.Responses.Write(part.Span);
                }
            }

            call.Requests.AdvanceTo(buffer.Start, buffer.End);
            await call.Responses.FlushAsync(call.CancellationToken);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }
}
