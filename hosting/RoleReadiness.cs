namespace Portico.Hosting;

/// <summary>
/// What a role still lacks to do its job. Ready means more than running: a balancer sends requests only to a role that can carry them out.
/// Registered as a singleton by <see cref="RoleBuilder"/>. Thread-safe.
/// </summary>
public sealed class RoleReadiness
{
    private readonly Lock _lock = new();
    private Func<string?>[] _needs = [];

    /// <summary>The first thing that is missing now, as the end of "not ready: "; null when the role is ready.</summary>
    public string? Missing
    {
        get
        {
            foreach (var need in Volatile.Read(ref _needs))
            {
                if (need() is { } missing)
                {
                    return missing;
                }
            }

            return null;
        }
    }

    /// <summary>Adds a condition.</summary>
    /// <param name="missing">Asked at each health check, from any thread: what is missing, without addresses or secrets, or null when the condition
    /// is met.</param>
    public void Add(Func<string?> missing)
    {
        lock (_lock)
        {
            Volatile.Write(ref _needs, [.. _needs, missing]);
        }
    }
}
