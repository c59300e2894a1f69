namespace Portico.Contracts.Results;

/// <summary>How a command ended at one gateway. The first three travel (gateway.proto); the others are what the caller concludes.</summary>
public enum CommandStatus
{
    /// <summary>Done.</summary>
    Delivered = 0,

    /// <summary>The gateway knows no such client.</summary>
    NoSuchClient = 1,

    /// <summary>The gateway would not do it; the error text says why.</summary>
    Refused = 2,

    /// <summary>No answer within the deadline; it may still have been done.</summary>
    TimedOut = 3,

    /// <summary>
    /// No gateway of that address is known, it cannot be reached, the connection to it broke before the answer, or it has been silent for so long that
    /// it was not asked.
    /// </summary>
    GatewayGone = 4,

    /// <summary>Nobody was asked: no gateway is known, because no register has answered yet or none is announced there. Nothing was done.</summary>
    NoGateway = 5,
}
