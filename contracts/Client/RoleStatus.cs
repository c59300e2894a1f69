namespace Portico.Client;

/// <summary>How a worker or web-api is, as it says itself. Immutable.</summary>
public sealed record RoleStatus
{
    /// <summary>"businessworker" or "web-api".</summary>
    public required string Role { get; init; }

    /// <summary>Its name; several may have one.</summary>
    public required string Name { get; init; }

    /// <summary>Where it runs, "process 12 on host". Default: this process.</summary>
    public string Process { get; init; } = $"process {Environment.ProcessId} on {Environment.MachineName}";

    /// <summary>Random per start.</summary>
    public ulong Instance { get; init; }

    /// <summary>What does not work now, each a sentence; none: all is well.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>
    /// Of each secret that roles must have in common, by its setting, a fingerprint of every accepted value (<see cref="SecretFingerprint"/>), the one
    /// used first; an empty list: it is not set.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Fingerprints { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Of a worker: its modules, "name=place".</summary>
    public IReadOnlyList<string> Modules { get; init; } = [];
}
