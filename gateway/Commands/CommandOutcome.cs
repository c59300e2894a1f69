using Portico.Contracts.Results;

namespace Portico.Gateway.Commands;

/// <summary>How a command ended at one loop, or, merged, at the gateway.</summary>
/// <param name="Status">Delivered, NoSuchClient or Refused.</param>
/// <param name="Delivered">Clients whose outbox took the message, or that the command changed. Exact when a result was asked for.</param>
/// <param name="Count">What a query counted.</param>
/// <param name="Error">Why it was refused.</param>
internal readonly record struct CommandOutcome(CommandStatus Status, uint Delivered, uint Count, string? Error)
{
    /// <summary>The client is not here.</summary>
    public static readonly CommandOutcome NoSuchClient = new(CommandStatus.NoSuchClient, 0, 0, null);

    /// <summary>Done to so many clients.</summary>
    public static CommandOutcome Done(int delivered) => new(CommandStatus.Delivered, (uint)delivered, 0, null);

    /// <summary>Counted.</summary>
    public static CommandOutcome Counted(long count) => new(CommandStatus.Delivered, 0, (uint)count, null);

    /// <summary>Not done.</summary>
    public static CommandOutcome Refused(string error) => new(CommandStatus.Refused, 0, 0, error);
}
