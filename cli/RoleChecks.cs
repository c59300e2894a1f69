using Portico.Client;

namespace Portico.Cli;

/// <summary>Looks at what workers and web-apis say of themselves, and whether they fit together.</summary>
internal static class RoleChecks
{
    private static readonly Dictionary<string, string> Effects = new(StringComparer.Ordinal)
    {
        ["TokenSecret"] = "user tokens of the one are not accepted by the other",
        ["CodeKeys"] = "codes of buyers that the one gives out are not known to the other",
    };

    /// <summary>Looks.</summary>
    /// <param name="registers">What the registers have answered.</param>
    /// <param name="workerAnswers">Whether a client was answered by a worker; it may be PHP's, which does not report.</param>
    public static List<Finding> Run(IReadOnlyCollection<RegisterAnswer> registers, bool workerAnswers)
    {
        if (!registers.Any(register => register.Roles is not null))
        {
            return [new("workers", null, "not looked at: no register that was asked knows how workers are")];
        }

        var roles = registers.SelectMany(register => register.Roles ?? []).DistinctBy(role => role.Instance).ToList();
        var findings = roles.ConvertAll(role => new Finding(
            Named(role), role.Faults.Count == 0, $"{(role.Faults.Count == 0 ? Well(role) : string.Join("; ", role.Faults))} ({role.Process})"));
        var workers = roles.FindAll(role => role.Role == "businessworker");
        if (workers.Count == 0)
        {
            findings.Add(new("workers", workerAnswers ? null : false, workerAnswers
                ? "none reports to these registers; PHP workers do not"
                : "none reports to these registers: none runs, or its BusinessWorker:RegisterAddress or SecretKey is another one"));
        }

        findings.AddRange(Secrets(roles));
        findings.AddRange(Modules(workers));
        return findings;
    }

    private static string Named(RoleStatus role) => $"{role.Role} {role.Name}".TrimEnd();

    private static string Well(RoleStatus role) => role.Modules.Count > 0 ? "serves " + string.Join(", ", role.Modules) : "is ready";

    // What one uses, the others have to accept. Two that differ in the same way are one finding.
    private static IEnumerable<Finding> Secrets(List<RoleStatus> roles)
    {
        foreach (var secret in roles.SelectMany(role => role.Fingerprints.Keys).Distinct(StringComparer.Ordinal))
        {
            var concerned = roles.FindAll(role => role.Fingerprints.ContainsKey(secret));
            foreach (var user in concerned.Where(role => role.Fingerprints[secret].Count > 0))
            {
                foreach (var other in concerned.Where(role => !role.Fingerprints[secret].Contains(user.Fingerprints[secret][0])))
                {
                    var isSet = other.Fingerprints[secret].Count > 0;
                    var effect = Effects.GetValueOrDefault(secret, "they do not work together");
                    yield return new(
                        secret,
                        false,
                        $"{(isSet ? "is another one" : "is not set")} at {Named(other)} ({other.Process}) than at {Named(user)} ({user.Process}): {effect}");
                }
            }
        }
    }

    private static IEnumerable<Finding> Modules(List<RoleStatus> workers)
    {
        var places = workers.SelectMany(worker => worker.Modules.Select(module => (Worker: worker, Parts: module.Split('=', 2))))
            .Where(entry => entry.Parts.Length == 2)
            .GroupBy(entry => entry.Parts[1], StringComparer.Ordinal);
        foreach (var place in places.Where(place => place.Select(entry => entry.Parts[0]).Distinct(StringComparer.OrdinalIgnoreCase).Count() > 1))
        {
            var who = string.Join(", ", place.Select(entry => $"{entry.Parts[0]} at {entry.Worker.Name}, {entry.Worker.Process}"));
            yield return new(
                "modules", false, $"{place.Key} is served by different modules ({who}): which one a client gets is chance; see BusinessWorker:Events");
        }
    }
}
