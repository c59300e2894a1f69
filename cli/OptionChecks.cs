using System.CommandLine;

namespace Portico.Cli;

/// <summary>Checks that options share.</summary>
internal static class OptionChecks
{
    /// <summary>Refuses numbers of seconds outside of the two, both included.</summary>
    public static void Within(this Option<int> option, string name, int least, int most) => option.Validators.Add(result =>
    {
        var value = result.GetValueOrDefault<int>();
        if (value < least || value > most)
        {
            result.AddError($"{name} must be from {least} to {most} seconds.");
        }
    });
}
