using System.CommandLine;
using System.Globalization;

namespace Portico.Cli;

/// <summary><c>portico status</c>: which registers and gateways live, and how much each gateway holds. Ends with 1 when somebody did not answer.</summary>
internal static class StatusCommand
{
    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var registers = RegisterNames.Option();
        var command = new Command("status", "Lists registers and gateways, and how many clients, uids and groups each gateway holds.") { registers };
        new CallArguments().Run(command, (parsed, settings, cancellation) => RunAsync(parsed.GetValue(registers)!, settings, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string[] names, CallSettings settings, CancellationToken cancellationToken)
    {
        var (asked, wrong) = RegisterNames.Read(names, settings.Tls.Options);
        if (wrong is not null)
        {
            await Console.Error.WriteLineAsync(wrong);
            return 2;
        }

        var survey = new ClusterSurvey(settings);
        var (registers, gateways) = await survey.RunAsync(asked, cancellationToken);
        Print(["register", "gateways"], registers.Select(register => new[] { register.Register, register.Fault ?? Text(register.Gateways!.Count) }));
        if (gateways.Length > 0)
        {
            Console.WriteLine();
            Print(["gateway", "clients", "uids", "groups"], gateways.Select(gateway => gateway.Fault is null
                ? new[] { gateway.Gateway.ToString(), Text(gateway.Clients), Text(gateway.Uids), Text(gateway.Groups) }
                : [gateway.Gateway.ToString(), gateway.Fault]));
        }

        var places = (await survey.PlacesAsync(gateways, cancellationToken))
            .SelectMany(gateway => gateway.Rows.Select(row => new[]
            {
                gateway.Gateway.ToString(),
                row.Place.Length > 0 ? row.Place : "(others)",
                row.Module.Length > 0 ? row.Module : "-",
                Text(row.Workers),
            }))
            .ToList();
        if (places.Count > 0)
        {
            Console.WriteLine();
            Print(["gateway", "place", "module", "workers"], places);
        }

        var conflicts = registers.SelectMany(register => register.ConflictTexts).Distinct(StringComparer.Ordinal).ToList();
        conflicts.ForEach(Console.WriteLine);
        var complete = Array.TrueForAll(registers, register => register.Fault is null) && Array.TrueForAll(gateways, gateway => gateway.Fault is null);
        return complete && gateways.Length > 0 && conflicts.Count == 0 ? 0 : 1;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // Names to the left, numbers to the right, what went wrong as it is.
    private static void Print(string[] heads, IEnumerable<string[]> rows)
    {
        string[][] lines = [heads, .. rows];
        int[] widths = [.. heads.Select((_, i) => lines.Where(line => line.Length == heads.Length).Max(line => line[i].Length))];
        var first = lines.Max(line => line[0].Length);
        foreach (var line in lines)
        {
            var rest = line.Length == heads.Length ? line[1..].Select((cell, i) => cell.PadLeft(widths[i + 1])) : line[1..];
            Console.WriteLine($"{line[0].PadRight(first)}  {string.Join("  ", rest)}");
        }
    }
}
