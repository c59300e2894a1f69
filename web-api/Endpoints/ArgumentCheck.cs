namespace Portico.WebApi.Endpoints;

/// <summary>Finds what a request gives besides what its route reads: a slip in a name must not be taken for an argument that is missing.</summary>
internal static class ArgumentCheck
{
    // More are not named; a request may hold 20,000 of them.
    private const int MostNamed = 20;

    /// <summary>Notes arguments that nobody has read, and those that are given twice.</summary>
    public static void Run(Arguments arguments, List<string> read)
    {
        var json = arguments.Json;
        if (arguments.Fields.Count == 0 && json is null)
        {
            return;
        }

        var given = new HashSet<string>(StringComparer.Ordinal);
        var unknown = 0;
        if (json is { } members)
        {
            foreach (var member in members.EnumerateObject())
            {
                Check(member.Name, member.Name, isEntry: false);
            }
        }

        foreach (var (key, _) in arguments.Fields)
        {
            var name = Arguments.BaseOf(key);
            // name[] again and again is a list; with JSON beside it, it is a second one.
            Check(key, name, isEntry: key.EndsWith("[]", StringComparison.Ordinal) && json?.TryGetProperty(name, out _) != true);
        }

        void Check(string key, string name, bool isEntry)
        {
            if (!read.Contains(name))
            {
                if (unknown++ < MostNamed)
                {
                    arguments.Fault(Shown(name), "is no argument of this call.");
                }
            }
            else if (!given.Add(key) && !isEntry)
            {
                arguments.Fault(name, "is given twice.");
            }
            else if (key != name && json?.TryGetProperty(name, out _) == true)
            {
                arguments.Fault(name, "is given twice.");
            }
        }
    }

    private static string Shown(string name) => name.Length <= 64 ? name : name[..64];
}
