namespace Portico.Hosting;

/// <summary>
/// Collects everything that is wrong with a configuration, so that a start fails once with all of it. Not thread-safe; used while a
/// host is built.
/// </summary>
public sealed class ConfigurationFaults
{
    private readonly List<string> _faults = [];

    /// <summary>True when nothing is wrong so far.</summary>
    public bool IsEmpty => _faults.Count == 0;

    /// <summary>Notes a wrong or missing value.</summary>
    /// <param name="key">Full key, for example "Gateway:LanPort".</param>
    /// <param name="value">What stands there; null when nothing does. Never pass a secret.</param>
    /// <param name="expected">What would be right, as the end of "Gateway:LanPort is '0': ".</param>
    public void Add(string key, string? value, string expected) =>
        _faults.Add(value is null ? $"{key} is missing: {expected}" : $"{key} is '{value}': {expected}");

    /// <summary>Ends the start when anything was noted.</summary>
    /// <exception cref="ConfigurationException">There are faults; it holds all of them.</exception>
    public void ThrowIfAny()
    {
        if (_faults.Count > 0)
        {
            throw new ConfigurationException(_faults);
        }
    }
}
