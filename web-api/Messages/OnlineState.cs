using Portico.Client;
using Portico.Contracts.Ids;
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

    /// <summary>Every name once, in the order asked for. <paramref name="viewer"/> null is a backend, which may know everything.</summary>
    public async Task<List<(string Name, bool IsOnline)>> AskAsync(string? viewer, IEnumerable<string> names, CancellationToken cancellationToken = default)
    {
        var known = names.Distinct(StringComparer.Ordinal).Select(name => (Name: name, Uid: UidOf(viewer, name))).ToList();
        var uids = known.Select(entry => entry.Uid).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var online = uids.Count == 0 ? null : (await _gateways.AreUidsOnlineAsync(uids, cancellationToken)).Value;
        return [.. known.Select(entry => (entry.Name, entry.Uid is { } uid && online!.TryGetValue(uid, out var yes) && yes))];
    }

    private string? UidOf(string? viewer, string name)
    {
        var isCode = codes.TryDecode(name, out var uid);
        uid = isCode ? uid : name;
        var mayKnow = viewer is null || !Uids.IsBuyer(uid) || uid == viewer || (isCode && !Uids.IsBuyer(viewer));
        return mayKnow && Uids.IsValid(uid) ? uid : null;
    }
}
