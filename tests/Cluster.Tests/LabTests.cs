using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>What bench/lab holds can be built and does what the measurements take for granted.</summary>
public sealed class LabTests
{
    private const string Compiler = "/usr/bin/g++";

    private readonly string _folder = Directory.CreateTempSubdirectory("portico-lab-").FullName;

    [Theory]
    [InlineData("wsload")]
    [InlineData("limit")]
    [InlineData("limit_batch")]
    [InlineData("limit_uring")]
    public async Task Source_Compiles(string name)
    {
        Assert.SkipUnless(File.Exists(Compiler), "g++ is not installed");
        Assert.SkipUnless(name != "limit_uring" || File.Exists("/usr/include/liburing.h"), "liburing-dev is not installed");

        Assert.True(File.Exists(await CompileAsync(name)));
    }

    [Fact]
    public async Task Wsload_AgainstTheReferenceServer_GetsEveryByteBack()
    {
        Assert.SkipUnless(File.Exists(Compiler), "g++ is not installed");
        var port = FreePort.Take();
        using var server = Process.Start(await CompileAsync("limit"), [port.ToString(CultureInfo.InvariantCulture)]);
        try
        {
            await ListensAsync(port, server);

            var (exitCode, output) = await RunAsync(
                await CompileAsync("wsload"), "echo", "--url", $"ws://127.0.0.1:{port}/", "--conns", "4", "--depth", "4", "--secs", "0.5", "--warmup", "0", "--verify", "--json");

            Assert.True(exitCode == 0, output);
            Assert.Contains("\"connected\":4", output, StringComparison.Ordinal);
            Assert.Contains("\"errors\":0", output, StringComparison.Ordinal);
            Assert.DoesNotContain("\"msgs\":0", output, StringComparison.Ordinal);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync().Guarded();
        }
    }

    [Theory]
    [InlineData("/usr/bin/php8.2", "-l", "gatewayworker/start.php")]
    [InlineData("/usr/bin/php8.2", "-l", "gatewayworker/Events.php")]
    [InlineData("/bin/bash", "-n", "gatewayworker/start.sh")]
    public async Task Script_IsWellFormed(string program, string option, string script)
    {
        Assert.SkipUnless(File.Exists(program), $"{program} is not installed");

        var (exitCode, output) = await RunAsync(program, option, Path.Combine(Repository.Lab, script));

        Assert.True(exitCode == 0, output);
    }

    private async Task<string> CompileAsync(string name)
    {
        var program = Path.Combine(_folder, name);
        var (exitCode, output) = await RunAsync(Compiler, "-O1", "-std=c++17", "-o", program, Path.Combine(Repository.Lab, name + ".cpp"), name == "limit_uring" ? "-luring" : "-lstdc++");
        Assert.True(exitCode == 0, output);
        return program;
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] args)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().Guarded();
        return (process.ExitCode, await output + await errors);
    }

    private static async Task ListensAsync(int port, Process server)
    {
        for (; ; await Task.Delay(20))
        {
            Assert.False(server.HasExited);
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, port).Guarded();
                return;
            }
            catch (SocketException)
            {
                // Not yet.
            }
        }
    }
}
