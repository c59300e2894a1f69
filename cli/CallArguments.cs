using System.CommandLine;
using Portico.Hosting;

namespace Portico.Cli;

/// <summary>The options of every command that calls roles on their inner ports: key, patience and TLS.</summary>
internal sealed class CallArguments
{
    private readonly KeyOption _key = KeyOption.SecretKey();
    private readonly Option<int> _seconds = new("--timeout") { Description = "Seconds to wait for each answer.", DefaultValueFactory = _ => 5 };
    private readonly TlsArguments _tls = new();

    /// <summary>Options with their checks.</summary>
    public CallArguments() => _seconds.Within("--timeout", 1, 600);

    /// <summary>Makes them options of a command and has it run; what cannot be used is said, and ends it with 2.</summary>
    public void Run(Command command, Func<ParseResult, CallSettings, CancellationToken, Task<int>> run)
    {
        _key.AddTo(command);
        command.Options.Add(_seconds);
        _tls.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                return await run(
                    parsed, new CallSettings(_key.Read(parsed) ?? "", TimeSpan.FromSeconds(parsed.GetValue(_seconds)), _tls.Read(parsed)), cancellation);
            }
            catch (ConfigurationException fault)
            {
                await Console.Error.WriteLineAsync(fault.Message);
                return 2;
            }
        });
    }
}
