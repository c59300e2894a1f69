namespace Portico.Client;

/// <summary>Two gateways that announce one address.</summary>
/// <param name="Address">The address.</param>
/// <param name="Holder">Where the one announces itself from that is listed, "address:port".</param>
/// <param name="Refused">The same of the other one.</param>
public sealed record AddressConflict(string Address, string Holder, string Refused);
