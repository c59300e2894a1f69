using Portico.Contracts.Ids;

namespace Portico.Contracts.Results;

/// <summary>How a command ended at one gateway.</summary>
/// <param name="Address">The gateway.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Delivered">Clients whose outbox took the message, or that the command changed.</param>
/// <param name="Error">Why it was refused or failed; null when there is nothing to say.</param>
public sealed record GatewayReceipt(GatewayAddress Address, CommandStatus Status, int Delivered, string? Error = null);
