using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Portico.Hosting;

/// <summary>
/// Joins several layers into one, with one difference from what .NET does: a layer that has any element of a list replaces the
/// whole list of the layers below, instead of merging element by element (which would turn ["shop", "service"] and a higher
/// ["playground"] into ["playground", "service"]).
/// </summary>
internal sealed class LayeredConfigurationProvider(IReadOnlyList<IConfigurationProvider> layers) : ConfigurationProvider
{
    /// <inheritdoc/>
    public override void Load()
    {
        var merged = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var layer in layers)
        {
            layer.Load();
            var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            Collect(layer, null, values);
            foreach (var list in Lists(values.Keys))
            {
                foreach (var key in merged.Keys.Where(key => IsOf(key, list)).ToList())
                {
                    merged.Remove(key);
                }
            }

            foreach (var (key, value) in values)
            {
                merged[key] = value;
            }
        }

        Data = merged;
    }

    private static void Collect(IConfigurationProvider layer, string? parent, Dictionary<string, string?> values)
    {
        foreach (var name in layer.GetChildKeys([], parent).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var key = parent is null ? name : ConfigurationPath.Combine(parent, name);
            if (layer.TryGet(key, out var value))
            {
                values[key] = value;
            }

            Collect(layer, key, values);
        }
    }

    /// <summary>The keys that have a numbered child, and those that are given as an empty or single value in place of a list.</summary>
    private static HashSet<string> Lists(IEnumerable<string> keys)
    {
        var lists = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var key in keys)
        {
            var segments = key.Split(':');
            for (var i = 1; i < segments.Length; i++)
            {
                if (int.TryParse(segments[i], NumberStyles.None, CultureInfo.InvariantCulture, out _))
                {
                    lists.Add(string.Join(':', segments[..i]));
                }
            }

            lists.Add(key);
        }

        return lists;
    }

    private static bool IsOf(string key, string list)
    {
        if (key.Equals(list, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (!key.StartsWith(list, StringComparison.OrdinalIgnoreCase) || key[list.Length] != ':')
        {
            return false;
        }

        var rest = key.AsSpan(list.Length + 1);
        var colon = rest.IndexOf(':');
        return int.TryParse(colon < 0 ? rest : rest[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }
}
