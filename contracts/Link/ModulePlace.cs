using System.Globalization;

namespace Portico.Contracts.Link;

/// <summary>Where a module serves: a path on every listener without an entry of its own, or every path of one listener.</summary>
/// <param name="Port">The listener's public port; 0 for a path.</param>
/// <param name="Path">The path, compared byte for byte; empty for a listener.</param>
public readonly record struct ModulePlace(int Port, string Path)
{
    /// <summary>Reads "/path" or "PORT/".</summary>
    /// <param name="text">As configuration and <c>ServedPlace.place</c> write it.</param>
    /// <param name="place">The place.</param>
    /// <returns>False for anything else.</returns>
    public static bool TryParse(string text, out ModulePlace place)
    {
        place = default;
        if (text.StartsWith('/') && !text.AsSpan().ContainsAny('?', '#', ' '))
        {
            place = new ModulePlace(0, text);
            return true;
        }

        if (!text.EndsWith('/')
            || !ushort.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port == 0)
        {
            return false;
        }

        place = new ModulePlace(port, "");
        return true;
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => Port == 0 ? Path : string.Create(CultureInfo.InvariantCulture, $"{Port}/");
}
