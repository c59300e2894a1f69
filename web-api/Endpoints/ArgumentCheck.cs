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
            var name = BaseOf(key);
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

    /// <summary>The name without <c>[key]</c>.</summary>
    public static string BaseOf(string key) => key.IndexOf('[', StringComparison.Ordinal) is > 0 and var bracket ? key[..bracket] : key;

    /// <summary>Whether a field is an entry of the list of this name: <c>name[]</c> or <c>name[key]</c>.</summary>
    public static bool IsEntry(string key, string name) =>
        key.Length > name.Length && key[name.Length] == '[' && key.StartsWith(name, StringComparison.Ordinal);

    /// <summary>Whether there is such a field.</summary>
    public static bool HasEntries(List<KeyValuePair<string, string>> fields, string name)
    {
        foreach (var field in fields)
        {
            if (IsEntry(field.Key, name))
            {
                return true;
            }
        }

        return false;
    }

    private static string Shown(string name) => name.Length <= 64 ? name : name[..64];
}
