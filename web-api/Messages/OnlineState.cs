using System.Text.Json;
using Portico.Client;
using Portico.Contracts.Ids;
using Portico.Contracts.Results;
using Portico.WebApi.Hosting;
using Portico.WebApi.Identity;

namespace Portico.WebApi.Messages;

/// <summary>
/// Who is online, as far as the one who asks may know: a merchant names buyers by their codes, a buyer learns nothing of other buyers, and
/// what may not be known looks like somebody who is away.
/// </summary>
internal sealed class OnlineState(IGatewayClient gateways, OpaqueCodes codes, WebApiOptions options)
{
    private readonly IGatewayClient _gateways = gateways.WithTimeout(TimeSpan.FromMilliseconds(options.Limits.GatewayMilliseconds));

    /// <summary>
    /// Every name once, in the order asked for; null where it is not known, because no gateway is, or one has not answered that may hold the uid.
    /// <paramref name="viewer"/> null is a backend, which may know everything.
    /// </summary>
    public async Task<List<(string Name, bool? IsOnline)>> AskAsync(string? viewer, IEnumerable<string> names, CancellationToken cancellationToken = default)
    {
        var known = names.Distinct(StringComparer.Ordinal).Select(name => (Name: name, Uid: UidOf(viewer, name))).ToList();
        var uids = known.Select(entry => entry.Uid).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        if (uids.Count == 0)
        {
            return known.ConvertAll(entry => (entry.Name, (bool?)false));
        }

        var answer = await _gateways.AreUidsOnlineAsync(uids, cancellationToken);
        return known.ConvertAll(entry => (entry.Name, IsOnline(answer, entry.Uid)));
    }

    /// <summary>The answer's member <c>online</c>: names to 0 and 1, or null where it is not known.</summary>
    public static void Write(Utf8JsonWriter json, List<(string Name, bool? IsOnline)> known)
    {
        json.WriteStartObject("online"u8);
        foreach (var (name, isOnline) in known)
        {
            if (isOnline is { } online)
            {
                json.WriteNumber(name, online ? 1 : 0);
            }
            else
            {
                json.WriteNull(name);
            }
        }

        json.WriteEndObject();
    }

    private static bool? IsOnline(QueryResult<IReadOnlyDictionary<string, bool>> answer, string? uid) =>
        uid is null ? false
        : answer.Value.TryGetValue(uid, out var online) && online ? true
        : answer.IsComplete ? false : null;

    private string? UidOf(string? viewer, string name)
    {
        var isCode = codes.TryDecode(name, out var uid);
        uid = isCode ? uid : name;
        var mayKnow = viewer is null || !Uids.IsBuyer(uid) || uid == viewer || (isCode && !Uids.IsBuyer(viewer));
        return mayKnow && Uids.IsValid(uid) ? uid : null;
    }
}
