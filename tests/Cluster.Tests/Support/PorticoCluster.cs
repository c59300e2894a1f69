using System.Globalization;
using Portico.Support;

namespace Portico.Cluster.Tests.Support;

/// <summary>The roles as OS processes of their own on free loopback ports, with secrets, as an operator would start them.</summary>
internal sealed class PorticoCluster : IAsyncDisposable
{
    public const string SecretKey = "cluster-secret-key";
    public const string TokenSecret = "cluster-token-secret-of-32-characters!";
    public const string ApiKey = "cluster-api-key-0123456789abcdef";
    private const string CodeKey = "cluster-code-key-of-more-than-32-characters";

    private readonly TemporaryFolder _folder = new();
    private readonly List<RoleProcess> _all = [];
    private readonly int _registerPort = FreePort.Take();
    private readonly int _webPort = FreePort.Take();
    private readonly int _innerPort = FreePort.Take();
    private readonly Dictionary<RoleProcess, (int Client, int Text, int Frame, int Inner)> _gatewayPorts = [];
    private readonly string[] _events;
    private int _workers;

    private PorticoCluster(string[] events) => _events = events;

    public RoleProcess Register { get; private set; } = null!;

    public RoleProcess WebApi { get; private set; } = null!;

    public List<RoleProcess> Gateways { get; } = [];

    public List<RoleProcess> Workers { get; } = [];

    public Uri HttpAddress => new($"http://127.0.0.1:{_webPort}/");

    public int RegisterPort => _registerPort;

    public int InnerPort => _innerPort;

    public string DataFolder => _folder.Path;

    /// <summary>More of the workers' command line; takes effect at the next start.</summary>
    public List<string> WorkerArguments { get; } = [];

    /// <summary>More of the web-apis' command line; takes effect at the next start.</summary>
    public List<string> WebApiArguments { get; } = [];

    /// <summary>More of every role's command line; takes effect at the next start.</summary>
    public List<string> Arguments { get; } = [];

    public static Task<PorticoCluster> StartAsync(int gateways, int workers, params string[] events) => StartAsync(_ => { }, gateways, workers, events);

    public static async Task<PorticoCluster> StartAsync(Action<PorticoCluster> configure, int gateways, int workers, params string[] events)
    {
        var cluster = new PorticoCluster(events);
        configure(cluster);
        cluster.Register = await cluster.StartRegisterAsync();
        cluster.WebApi = await cluster.StartWebApiAsync();
        for (var i = 0; i < gateways; i++)
        {
            await cluster.AddGatewayAsync();
        }

        for (var i = 0; i < workers; i++)
        {
            await cluster.AddWorkerAsync();
        }

        await cluster.AnswersAsync();
        return cluster;
    }

    public string WebSocketAddress(RoleProcess gateway, string path = "/") => $"ws://127.0.0.1:{_gatewayPorts[gateway].Client}{path}";

    public int TextPort(RoleProcess gateway) => _gatewayPorts[gateway].Text;

    public int FramePort(RoleProcess gateway) => _gatewayPorts[gateway].Frame;

    public int GatewayInnerPort(RoleProcess gateway) => _gatewayPorts[gateway].Inner;

    public int ClientPort(RoleProcess gateway) => _gatewayPorts[gateway].Client;

    public HttpCaller Caller() => new(HttpAddress);

    public async Task<RoleProcess> StartRegisterAsync() => await StartAsync("Portico.Register", "register", $"--Register:Listen=127.0.0.1:{_registerPort}");

    public Task<RoleProcess> StartWebApiAsync() => StartWebApiAsync(_webPort, _innerPort);

    /// <summary>A second web-api on the same store; the workers that are added from now on use it.</summary>
    public async Task<RoleProcess> AddWebApiAsync()
    {
        var inner = FreePort.Take();
        var added = await StartWebApiAsync(FreePort.Take(), inner);
        WorkerArguments.Add($"--BusinessWorker:MessageLog=127.0.0.1:{inner}");
        return added;
    }

    private Task<RoleProcess> StartWebApiAsync(int port, int innerPort) => StartAsync(
        "Portico.WebApi",
        "web-api",
        [$"--WebApi:Listen=http://127.0.0.1:{port}",
        $"--WebApi:InnerListen=127.0.0.1:{innerPort}",
        $"--WebApi:RegisterAddress:0=127.0.0.1:{_registerPort}",
        $"--WebApi:Store=sqlite:{_folder.File("portico.db")}",
        $"--WebApi:ApiKeys:0={ApiKey}",
        $"--DataFolder={_folder.Path}",

        // A push or a question that takes long is late, not lost: no test is about their limits.
        "--WebApi:Limits:PushMilliseconds=60000",
        "--WebApi:Limits:PresenceMilliseconds=60000",
        "--WebApi:Limits:GatewayMilliseconds=60000",
        .. WebApiArguments]);

    public async Task<RoleProcess> AddGatewayAsync(params string[] more)
    {
        var ports = (Client: FreePort.Take(), Text: FreePort.Take(), Frame: FreePort.Take(), Inner: FreePort.Take());
        var gateway = await StartAsync(
            "Portico.Gateway",
            "gateway",
            [
                $"--Gateway:Listen:0=websocket://127.0.0.1:{ports.Client}",
                $"--Gateway:Listen:1=text://127.0.0.1:{ports.Text}",
                $"--Gateway:Listen:2=frame://127.0.0.1:{ports.Frame}",
                $"--Gateway:LanPort={ports.Inner}",
                $"--Gateway:RegisterAddress:0=127.0.0.1:{_registerPort}",
                "--Gateway:Limits:HandshakeSeconds=60",
                "--Gateway:Limits:ParkedSeconds=60",
                .. more,
            ]);
        _gatewayPorts[gateway] = ports;
        Gateways.Add(gateway);
        return gateway;
    }

    /// <summary>Adds a worker with the cluster's modules, or with others.</summary>
    public async Task<RoleProcess> AddWorkerAsync(params string[] events)
    {
        var worker = LaunchWorker(events);
        await worker.ReadyAsync();
        return worker;
    }

    /// <summary>The same without waiting: one that no register answers is never ready.</summary>
    public RoleProcess LaunchWorker(params string[] events)
    {
        List<string> args =
        [
            $"--BusinessWorker:Name=Worker{++_workers}",
            $"--BusinessWorker:RegisterAddress:0=127.0.0.1:{_registerPort}",
            $"--BusinessWorker:MessageLog=127.0.0.1:{_innerPort}",
        ];
        args.AddRange((events.Length > 0 ? events : _events).Select((name, index) => string.Create(CultureInfo.InvariantCulture, $"--BusinessWorker:Events:{index}={name}")));
        var worker = Launch("Portico.BusinessWorker", "businessworker", [.. args, .. WorkerArguments]);
        Workers.Add(worker);
        return worker;
    }

    /// <summary>Waits until every gateway has a worker that answers and is known to web-api.</summary>
    public async Task AnswersAsync()
    {
        foreach (var gateway in Gateways.Where(gateway => !gateway.HasExited))
        {
            await Guard.UntilAsync(
                async () =>
                {
                    await using var client = await TestClient.ShakeHandsAsync(WebSocketAddress(gateway));
                    using var caller = Caller();
                    var online = await caller.CommandAsync("isOnline", ("client_id", client.ClientId));
                    return online.GetProperty("data").GetInt32() == 1;
                },
                "a gateway that has a worker and that web-api knows");
        }
    }

    /// <summary>What every role printed that it should not have: errors and worse.</summary>
    public IEnumerable<string> UnexpectedErrors() => _all.SelectMany(role => role.Log.Split('\n'))
        .Where(line => line.Contains(" fail:", StringComparison.Ordinal) || line.Contains(" crit:", StringComparison.Ordinal) || line.Contains("Unhandled exception", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        foreach (var role in _all)
        {
            await role.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task<RoleProcess> StartAsync(string assembly, string role, params string[] args)
    {
        var process = Launch(assembly, role, args);
        await process.ReadyAsync();
        return process;
    }

    private RoleProcess Launch(string assembly, string role, params string[] args)
    {
        var process = RoleProcess.Launch(
            assembly,
            $"Portico {role} is ready",
            _folder.Path,
            [.. Arguments, .. args, $"--SecretKey={SecretKey}", $"--TokenSecret={TokenSecret}", $"--CodeKeys:0={CodeKey}"]);
        _all.Add(process);
        return process;
    }
}
