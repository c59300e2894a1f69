using System.CommandLine;
using Portico.Hosting;
using Portico.Hosting.Secrets;

namespace Portico.Cli;

/// <summary>A key that a command shows: from a file, from the environment, or from the command line, which other accounts of the machine can see.</summary>
internal sealed class KeyOption
{
    private readonly string _variable;
    private readonly Option<string> _text;
    private readonly Option<string> _file;

    private KeyOption(string name, string variable, string meaning)
    {
        _variable = variable;
        _file = new Option<string>($"{name}-file") { Description = $"File with {meaning} (or {variable} in the environment)." };
        _text = new Option<string>(name) { Description = "The same as text; other accounts of this machine can see it while the command runs." };
    }

    /// <summary>The key that roles show each other.</summary>
    public static KeyOption SecretKey() => new("--secret-key", "PORTICO_SECRET_KEY", "the cluster's SecretKey; that of standalone is data/secret-key");

    /// <summary>The key of a backend.</summary>
    public static KeyOption ApiKey() => new("--api-key", "PORTICO_API_KEY", "an API key of the web-api; that of standalone is data/api-key");

    /// <summary>Makes both forms options of a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_file);
        command.Options.Add(_text);
    }

    /// <summary>The key; null: none was given.</summary>
    /// <exception cref="ConfigurationException">The file cannot be used, or two were given.</exception>
    public string? Read(ParseResult parsed)
    {
        var text = parsed.GetValue(_text);
        if (parsed.GetValue(_file) is not { } file)
        {
            return (text ?? Environment.GetEnvironmentVariable(_variable)) is { Length: > 0 } given ? given : null;
        }

        var faults = new ConfigurationFaults();
        if (text is not null)
        {
            faults.Add(_file.Name, file, $"{_text.Name} is given too; only one of them can be used.");
        }

        var secret = SecretFile.Read(_file.Name, file, faults);
        faults.ThrowIfAny();
        return secret;
    }
}
