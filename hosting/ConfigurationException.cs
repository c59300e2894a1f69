namespace Portico.Hosting;

/// <summary>The configuration cannot be used; the role does not start.</summary>
public sealed class ConfigurationException : Exception
{
    /// <summary>With one sentence for each fault, naming key, value and what would be right.</summary>
    public ConfigurationException(IReadOnlyList<string> faults)
        : base(string.Join(Environment.NewLine, faults)) => Faults = faults;

    /// <summary>One sentence for each fault.</summary>
    public IReadOnlyList<string> Faults { get; }
}
