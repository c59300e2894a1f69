using System.Globalization;

namespace Portico.Bench.Flows;

/// <summary>The command line of the flows.</summary>
internal sealed record FlowOptions
{
    public const string Usage =
        "[--only a,b] [--rounds 5] [--warm-rounds 3] [--secs 1.5] [--warmup 0.5] [--server-core 0] [--load-core 1] [--transport auto] [--loops 1] "
            + "[--json FILE] [--no-ceiling] [--idle] [--peer name=ws://…[,pid…]]…";

    /// <summary>Server processes on any core, as many loops as there are.</summary>
    public static FlowOptions Unpinned { get; } = new() { ServerCore = -1, Loops = "0" };

    public IReadOnlyList<Flow> Flows { get; private init; } = Flow.All;

    /// <summary>Samples of each cell; servers take turns within a round.</summary>
    public int Rounds { get; private init; } = 5;

    /// <summary>Rounds before the first whose samples are dropped.</summary>
    public int WarmRounds { get; private init; } = 3;

    public string Seconds { get; private init; } = "1.5";

    public string Warmup { get; private init; } = "0.5";

    /// <summary>All server processes run on this core; -1 pins nothing.</summary>
    public int ServerCore { get; private init; }

    public int LoadCore { get; private init; } = 1;

    public string Transport { get; private init; } = "auto";

    public string Loops { get; private init; } = "1";

    public string? JsonFile { get; private init; }

    /// <summary>The bare C server runs beside.</summary>
    public bool Ceiling { get; private init; } = true;

    /// <summary>Memory per idle connection is measured too; takes longest.</summary>
    public bool Idle { get; private init; }

    public IReadOnlyList<Server> Peers { get; private init; } = [];

    public static FlowOptions Parse(string[] args)
    {
        var options = new FlowOptions();
        for (var i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--no-ceiling" => options with { Ceiling = false },
                "--idle" => options with { Idle = true },
                _ when i + 1 < args.Length => options.With(args[i], args[++i]),
                _ => throw new ArgumentException($"{args[i]} needs a value."),
            };
        }

        return options;
    }

    private FlowOptions With(string name, string value) => name switch
    {
        "--only" => this with
        {
            Flows = [.. value
            .Split(',')
            .Select(only => Flow.All.FirstOrDefault(flow => flow.Name == only) ?? throw new ArgumentException($"There is no flow {only}."))]
        },
        "--rounds" => this with { Rounds = int.Parse(value, CultureInfo.InvariantCulture) },
        "--warm-rounds" => this with { WarmRounds = int.Parse(value, CultureInfo.InvariantCulture) },
        "--secs" => this with { Seconds = value },
        "--warmup" => this with { Warmup = value },
        "--server-core" => this with { ServerCore = int.Parse(value, CultureInfo.InvariantCulture) },
        "--load-core" => this with { LoadCore = int.Parse(value, CultureInfo.InvariantCulture) },
        "--transport" => this with { Transport = value },
        "--loops" => this with { Loops = value },
        "--json" => this with { JsonFile = value },
        "--peer" => this with { Peers = [.. Peers, Server.ParsePeer(value)] },
        _ => throw new ArgumentException($"Unknown option {name}; {Usage}"),
    };
}
