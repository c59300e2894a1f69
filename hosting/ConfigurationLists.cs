using Microsoft.Extensions.Configuration;

namespace Portico.Hosting;

/// <summary>Lists in the configuration, read alike by all roles.</summary>
public static class ConfigurationLists
{
    /// <summary>The entries of a list; a single value in its place (<c>--A:B=x</c>) counts as a list of one, an empty one as none.</summary>
    public static IReadOnlyList<IConfigurationSection> Entries(this IConfiguration configuration, string key)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(key);
        var children = section.GetChildren().ToList();
        return children.Count > 0 ? children : string.IsNullOrEmpty(section.Value) ? [] : [section];
    }
}
