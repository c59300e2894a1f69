using Portico.Client;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Ids;
using Portico.Contracts.Results;

namespace Portico.BusinessWorker.Events.Service;

/// <summary>
/// Puts somebody who was admitted where web-api's pushes find him: an agent into the group, a visitor under his uid in the place of his
/// older connection.
/// </summary>
internal sealed class ServiceDoor(IGatewayClient gateways)
{
    /// <summary>Lets him in. Everything is applied at the gateways when this ends.</summary>
    public async ValueTask EnterAsync(ClientContext client, ServiceIdentity identity)
    {
        identity.Keep(client.Session, client.SpeaksPortico);
        if (identity.IsAgent)
        {
            await client.JoinGroupAsync(ServiceIdentity.AgentGroup);
            if (client.SpeaksPortico)
            {
                await client.BindUidAsync(identity.Uid);

                // The answer comes after both were applied.
                await gateways.GetUidAsync(client.Id);
            }

            return;
        }

        // Those before me leave first, so that one who sends in between reaches nobody twice.
        var uid = identity.Uid;
        await RemoveAsync(uid, await OthersAsync(uid, client.Id));
        await client.BindUidAsync(uid);

        // Two that come at the same moment both get here and see each other: both agree who stays.
        var rivals = await OthersAsync(uid, client.Id);
        if (rivals.Count > 0)
        {
            var all = rivals.Append(client.Id).OrderBy(id => id.ToString(), StringComparer.Ordinal).ToList();
            await RemoveAsync(uid, all[..^1]);
        }
    }

    private async ValueTask<List<ClientId>> OthersAsync(string uid, ClientId me) =>
        [.. (await gateways.GetClientIdsByUidAsync(uid)).Value.Where(id => id != me)];

    private async ValueTask RemoveAsync(string uid, List<ClientId> clients)
    {
        foreach (var id in clients)
        {
            var session = await gateways.GetSessionAsync(id);
            await gateways.UnbindUidAsync(id, uid);
            if (session.Value is { } bytes && ServiceIdentity.SpeaksPortico(new SessionData(bytes)))
            {
                await gateways.CloseClientAsync(id, reason: CloseReason.Replaced);
            }
        }
    }
}
