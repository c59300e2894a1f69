using Portico.Contracts.Ids;

namespace Portico.Contracts.Results;

/// <summary>What a command came to: everywhere it went, and how it ended there.</summary>
/// <param name="Gateways">
/// One entry for each gateway that was asked. When no gateway is known, one with the status <see cref="CommandStatus.NoGateway"/> and the address
/// 0.0.0.0:0; none only when the command named no target.
/// </param>
public sealed record SendReceipt(IReadOnlyList<GatewayReceipt> Gateways)
{
    /// <summary>Asked nobody.</summary>
    public static readonly SendReceipt Empty = new([]);

    /// <summary>Clients reached or changed, all gateways together.</summary>
    public int Delivered
    {
        get
        {
            var sum = 0;
            for (var i = 0; i < Gateways.Count; i++)
            {
                sum += Gateways[i].Delivered;
            }

            return sum;
        }
    }

    /// <summary>Whether every gateway gave an answer. False: some clients may have been missed.</summary>
    public bool IsComplete => Gateways.All(gateway => gateway.Status is not (CommandStatus.TimedOut or CommandStatus.GatewayGone or CommandStatus.NoGateway));

    /// <summary>The answer of the only gateway asked: of a command to one client, or <see cref="CommandStatus.NoGateway"/> when no gateway is known.</summary>
    public CommandStatus Status => Gateways.Count == 1 ? Gateways[0].Status : CommandStatus.Delivered;

    /// <summary>For a client whose gateway nobody knows; it is not dialled.</summary>
    public static SendReceipt Unknown(GatewayAddress address) => new([new GatewayReceipt(address, CommandStatus.GatewayGone, 0)]);
}
