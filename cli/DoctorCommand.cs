using System.CommandLine;
using System.Globalization;
using Portico.Client;
using Portico.Contracts.Ids;

namespace Portico.Cli;

/// <summary>
/// <c>portico doctor</c>: goes the ways that calls and messages go, from the registers to the database and from a client to a worker, and says
/// which of them is broken. It changes nothing. Ends with 1 when something is.
/// </summary>
internal static class DoctorCommand
{
    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var registers = RegisterNames.Option();
        var webApi = WebApiArguments.Address();
        var key = KeyOption.ApiKey();
        var client = WebApiArguments.Address(
            "--client", "A gateway's listener, as clients reach it.", "ws://127.0.0.1:8282/", Uri.UriSchemeWs, Uri.UriSchemeWss);
        var service = WebApiArguments.Address(
            "--service",
            "The customer service, as clients reach it; without it its sessions (Redis) are not looked at.",
            null,
            Uri.UriSchemeWs,
            Uri.UriSchemeWss);
        var command = new Command("doctor", "Tries every way that calls and messages go, and says what is wrong.") { registers, webApi, client, service };
        key.AddTo(command);
        new CallArguments().Run(command, async (parsed, settings, cancellation) =>
        {
            var (asked, wrong) = RegisterNames.Read(parsed.GetValue(registers)!, settings.Tls.Options);
            if (wrong is not null)
            {
                await Console.Error.WriteLineAsync(wrong);
                return 2;
            }

            var (findings, answers, gateways) = await ClusterAsync(asked, settings, cancellation);
            findings.AddRange(await new WebApiChecks(parsed.GetValue(webApi)!, key.Read(parsed), settings.Timeout).RunAsync(gateways, cancellation));
            var ofClient = await new ClientChecks(settings.Timeout).RunAsync(parsed.GetValue(client)!, parsed.GetValue(service), gateways, cancellation);
            findings.AddRange(ofClient);
            findings.AddRange(RoleChecks.Run(answers, ofClient[0].IsWell == true));
            Print(findings);
            return findings.Exists(finding => finding.IsWell == false) ? 1 : 0;
        });
        return command;
    }

    private static async Task<(List<Finding> Findings, RegisterAnswer[] Registers, IReadOnlyCollection<GatewayAddress> Gateways)> ClusterAsync(
        List<string> asked, CallSettings settings, CancellationToken cancellationToken)
    {
        var survey = new ClusterSurvey(settings);
        var (registers, gateways) = await survey.RunAsync(asked, cancellationToken);
        var findings = new List<Finding>();
        foreach (var register in registers)
        {
            var count = register.Gateways?.Count ?? 0;
            var said = register.Fault
                ?? (count == 0 ? "knows no gateway: none has reached it" : string.Create(CultureInfo.InvariantCulture, $"knows {count} gateways"));
            findings.Add(new Finding($"register {register.Register}", count > 0, said));
            findings.AddRange(register.ConflictTexts.Select(text => new Finding("gateways", false, text)));
        }

        findings.AddRange(gateways.Select(gateway => new Finding(
            $"gateway {gateway.Gateway}", gateway.Fault is null,
            gateway.Fault ?? string.Create(CultureInfo.InvariantCulture, $"holds {gateway.Clients} clients"))));
        findings.AddRange((await survey.PlacesAsync(gateways, cancellationToken)).Select(Places));
        return (findings, registers, [.. gateways.Select(gateway => gateway.Gateway)]);
    }

    // Workers with different modules at one place are found by what they report themselves.
    private static Finding Places((GatewayAddress Gateway, IReadOnlyList<PlaceWorkers> Rows) of)
    {
        var without = of.Rows.Where(row => row.Workers == 0).Select(row => row.Place).ToList();
        var served = of.Rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"{(row.Place.Length > 0 ? row.Place : "others")} {row.Workers}"));
        return of.Rows.Count == 0
            ? new Finding($"places of {of.Gateway}", null, "no worker is attached, or the gateway is too old to say")
            : new Finding(
                $"places of {of.Gateway}",
                without.Count == 0,
                without.Count > 0 ? $"no worker for {string.Join(", ", without)}" : $"workers for {string.Join(", ", served)}");
    }

    private static void Print(List<Finding> findings)
    {
        var width = findings.Max(finding => finding.What.Length);
        foreach (var (what, isWell, said) in findings)
        {
            var verdict = isWell switch { true => "ok  ", false => "BAD ", _ => "-   " };
            Console.WriteLine($"{verdict}  {what.PadRight(width)}  {said}");
        }
    }
}
