using System.Diagnostics.CodeAnalysis;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Workers;

/// <summary>What one worker serves. Immutable; shared by its links.</summary>
internal sealed class ServedPlaces
{
    private const int Most = 256;
    private const int LongestPlace = 1024;
    private const int LongestModule = 255;

    /// <summary>A worker that names no places (older versions): it serves every place, named by others or not.</summary>
    public static readonly ServedPlaces Everything = new([], others: true, isEverything: true);

    private ServedPlaces(IReadOnlyList<KeyValuePair<ModulePlace, string>> named, bool others, bool isEverything)
    {
        Named = named;
        Others = others;
        IsEverything = isEverything;
    }

    /// <summary>The places it names, with the modules there.</summary>
    public IReadOnlyList<KeyValuePair<ModulePlace, string>> Named { get; }

    /// <summary>It serves the places that no worker names.</summary>
    public bool Others { get; }

    /// <summary>It serves what other workers name, too.</summary>
    public bool IsEverything { get; }

    /// <summary>What PHP workers serve, which cannot say it: what no worker names, and the places that configuration gives them.</summary>
    public static ServedPlaces OfPhp(IReadOnlyList<ModulePlace> places) =>
        new([.. places.Select(place => KeyValuePair.Create(place, "php"))], others: true, isEverything: false);

    /// <summary>Reads what a worker says when it attaches; false, with what is wrong, when that makes no sense.</summary>
    public static bool TryRead(AttachRequest attach, [NotNullWhen(true)] out ServedPlaces? served, [NotNullWhen(false)] out string? fault)
    {
        served = attach.Places.Count == 0 ? Everything : null;
        fault = null;
        if (served is not null)
        {
            return true;
        }

        var named = new Dictionary<ModulePlace, string>();
        foreach (var entry in attach.Places)
        {
            fault = named.Count == Most ? $"more than {Most} places"
                : entry.Place.Length > LongestPlace || !ModulePlace.TryParse(entry.Place, out var place)
                    ? $"a place must be \"/path\" of at most {LongestPlace} characters or \"PORT/\""
                : entry.Module.Length > LongestModule ? $"the name of a module has at most {LongestModule} characters"
                : !named.TryAdd(place, entry.Module) ? $"place {entry.Place} stands there twice"
                : null;
            if (fault is not null)
            {
                return false;
            }
        }

        served = new ServedPlaces([.. named], others: false, isEverything: false);
        return true;
    }

    /// <summary>The module that it names at a place; null when it does not name it.</summary>
    public string? ModuleAt(ModulePlace place)
    {
        foreach (var (named, module) in Named)
        {
            if (named == place)
            {
                return module;
            }
        }

        return null;
    }

    /// <summary>It takes clients of a place that some worker, or configuration, names.</summary>
    public bool Takes(ModulePlace place) => IsEverything || ModuleAt(place) is not null;

    /// <summary>It is a .NET worker that names the place.</summary>
    public bool Names(ModulePlace place) => !Others && ModuleAt(place) is not null;
}
