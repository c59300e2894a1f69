using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Portico.Bench.Sends;

/// <summary>
/// Durable sends over HTTP: a web-api of its own on one core, 64 keep-alive callers on the others, each waiting for its answer. A send counts
/// when it was answered with status 1, which means committed.
/// </summary>
internal static class DurableSends
{
    private const int Callers = 64;
    private const string ApiKey = "durable-sends-benchmark";

    public static async Task<int> RunAsync(string[] args)
    {
        var seconds = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 10;
        var folder = Directory.CreateTempSubdirectory("portico-sends-").FullName;
        var store = args.Length > 1 ? args[1] : "sqlite:" + Path.Combine(folder, "log.db");
        var port = FreePort();
        using var server = Start(folder, store, port, args.Skip(2));
        try
        {
            await WaitAsync(port);
            await PutProductAsync(port);
            // Long enough for the runtime to have compiled the whole road for good.
            await LoadAsync(port, TimeSpan.FromSeconds(15));
            server.Refresh();
            var before = server.TotalProcessorTime;
            var latencies = await LoadAsync(port, TimeSpan.FromSeconds(seconds));
            server.Refresh();
            var cost = (server.TotalProcessorTime - before) / latencies.Count;
            latencies.Sort();
            Console.WriteLine(
                $"store {store.Split(':')[0]}, {Callers} callers, {seconds} s: {latencies.Count / seconds:N0} sends/s, p50 {At(latencies, 0.5):N2} "
                    + $"ms, p99 {At(latencies, 0.99):N2} ms, {cost.TotalMicroseconds:N1} µs of the core each");
            return 0;
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double At(List<long> sorted, double part) => Stopwatch.GetElapsedTime(0, sorted[(int)(part * (sorted.Count - 1))]).TotalMilliseconds;

    private static Process Start(string folder, string store, int port, IEnumerable<string> further)
    {
        var start = new ProcessStartInfo("taskset") { WorkingDirectory = folder };
        foreach (var argument in (string[])
        [
            "-c", "0", "dotnet", Path.Combine(AppContext.BaseDirectory, "Portico.WebApi.dll"), $"--WebApi:Listen=http://127.0.0.1:{port}",
            "--WebApi:InnerListen=127.0.0.1:0",
            $"--WebApi:ApiKeys:0={ApiKey}", $"--WebApi:Store={store}", "--WebApi:RegisterAddress:0=127.0.0.1:1", .. further,
        ])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static async Task WaitAsync(int port)
    {
        for (var i = 0; i < 300; i++)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(100);
            }
        }
    }

    private static async Task PutProductAsync(int port)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-Api-Key", ApiKey);
        using var body = new StringContent("""{"merchant_uid":"V_2","title":"x"}""", Encoding.UTF8, "application/json");
        using var answer = await http.PutAsync(new Uri($"http://127.0.0.1:{port}/api/v1/products/5"), body);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<List<long>> LoadAsync(int port, TimeSpan time)
    {
        var end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var callers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(i => Task.Run(() => CallAsync(port, i, end))));
        return [.. callers.SelectMany(latencies => latencies)];
    }

    private static async Task<List<long>> CallAsync(int port, int caller, long end)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var form = $"uid=U_{caller + 1}&toMid=V_2&pid=5&client_id=7f0000010b5400000001&sendType=message&message={new string('m', 128)}";
        var request = Encoding.ASCII.GetBytes(
            $"POST /push/push/SendMessageToMerchant HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Api-Key: {ApiKey}\r\nContent-Type: "
                + $"application/x-www-form-urlencoded\r\nContent-Length: {form.Length}\r\n\r\n{form}");
        var buffer = new byte[4096];
        var latencies = new List<long>();
        while (true)
        {
            var began = Stopwatch.GetTimestamp();
            if (began >= end)
            {
                return latencies;
            }

            await socket.SendAsync(request);
            var got = 0;
            do
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(got));
                got += read > 0 ? read : throw new InvalidOperationException("The web-api closed the connection.");
            }
            while (buffer[got - 1] != '}');
            if (buffer.AsSpan(0, got).IndexOf("\"status\":1,"u8) < 0)
            {
                throw new InvalidOperationException(Encoding.UTF8.GetString(buffer, 0, got));
            }

            latencies.Add(Stopwatch.GetTimestamp() - began);
        }
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
