using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Portico.Contracts.Rpc;
using Portico.Hosting;
using Portico.Register.Hosting;
using Portico.Support;

namespace Portico.Register.Tests.Hosting;

public sealed partial class RegisterHostTests
{
    [Fact]
    public void Build_EverythingWrong_EveryFaultIsNamed()
    {
        var configuration = Configure(("Register:Listen", "nonsense"), ("Register:LeaseSeconds", "0"), ("Register:MaxConnections", "many"));

        var faults = Assert.Throws<ConfigurationException>(() => RegisterHost.Build(configuration)).Faults;

        Assert.Contains(faults, fault => fault.StartsWith("Register:Listen is 'nonsense'", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("Register:LeaseSeconds is '0'", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("Register:MaxConnections is 'many'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0.0.0.0:1238")]
    [InlineData("*:1238")]
    [InlineData("[::]:1238")]
    [InlineData("192.168.1.5:1238")]
    public void Build_NotOnLoopbackWithoutKey_Refused(string listen)
    {
        var fault = Assert.Throws<ConfigurationException>(() => RegisterHost.Build(Configure(("Register:Listen", listen))));

        Assert.Contains("SecretKey is missing", fault.Message, StringComparison.Ordinal);
        using var host = RegisterHost.Build(Configure(("Register:Listen", listen), ("SecretKey", "a-key-of-16-char")));
    }

    [Theory]
    [InlineData("0.0.0.0:1238", "x", false)]
    [InlineData("0.0.0.0:1238", "fifteen-letters", false)]
    [InlineData("127.0.0.1:1238", "x", true)]
    [InlineData("127.0.0.1:1238", "0", false)] // PHP takes it for no key
    public void Build_ShortKey_IsRefusedWhereOtherMachinesGetIn(string listen, string key, bool isTaken)
    {
        var fault = Record.Exception(() => RegisterHost.Build(Configure(("Register:Listen", listen), ("SecretKey", key))).Dispose());

        Assert.Equal(isTaken, fault is null);
        Assert.StartsWith(isTaken ? "" : "SecretKey is ", fault?.Message ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain("fifteen", fault?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void DefaultsFile_HoldsEveryOptionWithItsDefault()
    {
        var file = new ConfigurationBuilder().AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.register.json")).Build();
        var listed = RegisterOptionsReader.Read(file);
        var bare = RegisterOptionsReader.Read(new ConfigurationBuilder().Build());

        Assert.True(bare.SecretKey.IsOpen && listed.SecretKey.IsOpen);
        Assert.Equal(bare with { SecretKey = listed.SecretKey }, listed);
        Assert.Equal(
            ["FirstLineSeconds", "IdleSeconds", "LeaseSeconds", "Listen", "MaxConnections", "MaxLineBytes"],
            file.GetSection("Register").GetChildren().Select(child => child.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Process_StoppedWithPeersConnected_EndsWithZero()
    {
        using var folder = new TemporaryFolder();
        await using var role = await RoleProcess.StartAsync(
            "Portico.Register", "Portico register is ready", folder.Path, "--Register:Listen=127.0.0.1:0");
        using var channel = new RpcChannel(new Uri($"http://127.0.0.1:{PortOf(role)}"));
        using var announced = await channel.AnnounceAsync("127.0.0.1:2900");
        await using var watch = channel.WatchAsync();
        _ = await watch.NextAsync();

        Assert.Equal(0, await role.StopAsync());
    }

    [Fact]
    public async Task Process_WrongConfiguration_EndsWithOneAndTheSentence()
    {
        using var folder = new TemporaryFolder();
        await using var role = RoleProcess.Launch("Portico.Register", "never", folder.Path, "--Register:Listen=0.0.0.0:0");

        Assert.Equal(1, await role.ExitAsync());
        await role.SeenAsync("SecretKey is missing");
    }

    [Fact]
    public async Task Process_PortInUse_EndsWithOneAndNamesTheKey()
    {
        using var folder = new TemporaryFolder();
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        await using var role = RoleProcess.Launch("Portico.Register", "never", folder.Path, $"--Register:Listen={taken.LocalEndpoint}");

        Assert.Equal(1, await role.ExitAsync());
        await role.SeenAsync($"Register:Listen is '{taken.LocalEndpoint}': cannot be listened on");
    }

    /// <summary>Where a register that is ready listens.</summary>
    internal static int PortOf(RoleProcess role) => int.Parse(ReadyLine().Match(role.Log).Groups["port"].Value, CultureInfo.InvariantCulture);

    private static IConfiguration Configure(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.ToDictionary(pair => pair.Key, pair => (string?)pair.Value)).Build();

    [GeneratedRegex("is ready: 127.0.0.1:(?<port>[0-9]+)")]
    private static partial Regex ReadyLine();
}
