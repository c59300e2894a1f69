using BenchmarkDotNet.Running;
using Portico.Bench.Flows;
using Portico.Bench.GatewayWorker;
using Portico.Bench.Rpc;
using Portico.Bench.Sends;
using Portico.Bench.Soak;
using Portico.Bench.Transport;

namespace Portico.Bench;

/// <summary><c>dotnet run --project bench -c Release -- VERB …</c>.</summary>
internal static class BenchProgram
{
    private static readonly (string Verb, string Does, Func<string[], Task<int>> Run)[] Verbs =
    [
        (
            "bare",
            "PORT [epoll|sockets]: the client side of the gateway alone, to hold against the bare C server: echo, and to everyone on /broadcast",
            BareGateway.RunAsync
        ),
        ("flows", FlowOptions.Usage + ": the whole road against the numbers to reach", FlowsVerb.RunAsync),
        (
            "delay",
            "[CLIENTS [options of flows]]: one client's echo while sendToAll goes to 10,000 others without a pause, beside the same alone",
            BroadcastDelay.RunAsync
        ),
        ("duplex", "[SECONDS]: one gRPC duplex stream between two processes on one core", DuplexStream.RunAsync),
        ("soak", SoakOptions.Usage
            + ": churn, echo, fan-out and slow readers, with memory and descriptors of gateway and worker as a series", SoakVerb.RunAsync),
        ("sends", "[SECONDS] [STORE] [--WebApi:OPTION=…]: durable sends over HTTP, 64 callers, web-api on one core", DurableSends.RunAsync),
        ("history", "[MESSAGES] [mysql:CONNECTION]: a history page of 50 in a log of millions", HistoryPages.RunAsync),
        ("inner", "[SECONDS] [PORT]: one inner port as PHP's GatewayClient uses it: connect-send-close calls and pipelined queries", InnerCalls.RunAsync),
        ("micro", "[BenchmarkDotNet's arguments]: the micro benchmarks, for example --filter *Codec* --job short", RunMicroAsync),
    ];

    private static async Task<int> Main(string[] args)
    {
        foreach (var (verb, _, run) in Verbs)
        {
            if (args is [var first, ..] && first == verb)
            {
                return await run(args[1..]);
            }
        }

        Console.WriteLine("What shall be measured?");
        foreach (var (verb, does, _) in Verbs)
        {
            Console.WriteLine($"  {verb,-12}{does}");
        }

        return args.Length == 0 ? 0 : 2;
    }

    private static Task<int> RunMicroAsync(string[] args)
    {
        // In this process: the usual way builds a project that it looks for by the assembly's name, which is not the project's here.
        BenchmarkSwitcher.FromAssembly(typeof(BenchProgram).Assembly).Run([.. args, "--inProcess"]);
        return Task.FromResult(0);
    }
}
