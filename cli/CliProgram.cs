using System.CommandLine;

namespace Portico.Cli;

/// <summary>The program <c>portico</c>: what an administrator does from a shell.</summary>
internal static class CliProgram
{
    private static Task<int> Main(string[] args)
    {
        var root = new RootCommand("Administers Portico.") { StatusCommand.Create(), DoctorCommand.Create(), DrainCommand.Create(), ImportCommand.Create() };
        return root.Parse(args).InvokeAsync();
    }
}
