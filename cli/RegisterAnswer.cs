using Portico.Client;
using Portico.Contracts.Ids;

namespace Portico.Cli;

/// <summary>What one register said.</summary>
/// <param name="Register">Its address, as given.</param>
/// <param name="Gateways">The gateways it knows; null when it did not answer.</param>
/// <param name="Fault">Why it did not; null when it did.</param>
internal sealed record RegisterAnswer(string Register, IReadOnlyList<GatewayAddress>? Gateways, string? Fault)
{
    /// <summary>What workers and web-apis have reported there; null where that cannot be asked (GatewayWorker's register, an older one).</summary>
    public IReadOnlyList<RoleStatus>? Roles { get; init; }

    /// <summary>Addresses that two gateways announce.</summary>
    public IReadOnlyList<AddressConflict> Conflicts { get; init; } = [];

    /// <summary>Each of <see cref="Conflicts"/> in words.</summary>
    public IEnumerable<string> ConflictTexts => Conflicts.Select(conflict =>
        $"two gateways announce {conflict.Address}: the one at {conflict.Refused} is refused, the one at {conflict.Holder} keeps it; each needs a "
            + "Gateway:LanIp and Gateway:LanPort of its own");
}
