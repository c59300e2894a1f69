using System.CommandLine;
using Portico.Client;
using Portico.Contracts.Rpc;

namespace Portico.Cli;

/// <summary><c>portico drain</c>: takes one gateway out of service without a jolt, and waits until it has ended.</summary>
internal static class DrainCommand
{
    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var gateway = new Argument<string>("gateway") { Description = "Inner address of the gateway, as portico status shows it." };
        var seconds =
            new Option<int>("--seconds") { Description = "Its connections are closed evenly over so many seconds.", DefaultValueFactory = _ => 30 };
        seconds.Within("--seconds", 0, 3600);
        var command = new Command(
            "drain",
            "Takes a gateway out of service: no further client is admitted, connected clients are closed with 1001 over a time, then it ends.") {
                gateway,
                seconds
            };
        new CallArguments().Run(command, (parsed, settings, cancellation) =>
            RunAsync(parsed.GetValue(gateway)!, TimeSpan.FromSeconds(parsed.GetValue(seconds)), settings, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string name, TimeSpan time, CallSettings settings, CancellationToken cancellationToken)
    {
        var (address, expected) = settings.Tls.Options.Read(name);
        if (address is null)
        {
            await Console.Error.WriteLineAsync($"gateway '{name}' {expected}");
            return 2;
        }

        using var channel = new RpcChannel(address, settings.Channel());
        using var impatience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        impatience.CancelAfter(settings.Timeout);
        try
        {
            var last = -1;
            await foreach (var left in GatewayDrain.RunAsync(channel, time, impatience.Token))
            {
                impatience.CancelAfter(Timeout.InfiniteTimeSpan);
                if (left != last)
                {
                    last = left;
                    Console.WriteLine($"{name}: {left} clients left");
                }
            }

            Console.WriteLine($"{name} has ended");
            return 0;
        }
        catch (RpcException fault)
        {
            await Console.Error.WriteLineAsync($"{name}: {fault.Message}");
        }
        catch (OperationCanceledException)
        {
            var why = cancellationToken.IsCancellationRequested
                ? "watched no longer; what was begun goes on"
                : $"no answer within {settings.Timeout.TotalSeconds:0} s";
            await Console.Error.WriteLineAsync($"{name}: {why}");
        }

        return 1;
    }
}
