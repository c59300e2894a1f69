using Portico.Contracts.Protos.Register;

namespace Portico.Register.Registry;

/// <summary>What workers and web-apis have said of themselves lately, for administrators. Bounded in number and size. Thread-safe.</summary>
internal sealed class RoleReports(TimeProvider clock)
{
    /// <summary>Bytes of one report.</summary>
    public const int LargestReport = 16 * 1024;

    // A role reports every five seconds; one that does not any more has ended.
    private static readonly TimeSpan KeptTime = TimeSpan.FromSeconds(15);
    private const int MostRoles = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Role, ulong Instance), (RoleReport Report, long At)> _reports = [];

    /// <summary>Takes a report in place of the role's last one; false when there are too many roles.</summary>
    public bool TryAdd(RoleReport report)
    {
        lock (_lock)
        {
            var key = (report.Role, report.Instance);
            if (!_reports.ContainsKey(key) && _reports.Count >= MostRoles)
            {
                Forget();
                if (_reports.Count >= MostRoles)
                {
                    return false;
                }
            }

            _reports[key] = (report, clock.GetTimestamp());
            return true;
        }
    }

    /// <summary>Those of the last seconds, by role and name.</summary>
    public List<RoleReport> Recent()
    {
        lock (_lock)
        {
            Forget();
            return [.. _reports.Values
                .Select(entry => entry.Report)
                .OrderBy(report => report.Role, StringComparer.Ordinal)
                .ThenBy(report => report.Name, StringComparer.Ordinal)];
        }
    }

    private void Forget()
    {
        foreach (var (key, entry) in _reports)
        {
            if (clock.GetElapsedTime(entry.At) > KeptTime)
            {
                _reports.Remove(key);
            }
        }
    }
}
