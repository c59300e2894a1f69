namespace Portico.Client;

/// <summary>What became of a message; the numbers are those of messages.proto.</summary>
public enum LogStatus
{
    /// <summary>Committed.</summary>
    Stored = 0,

    /// <summary>A field is wrong; the error names it.</summary>
    Invalid = 1,

    /// <summary>Nobody of that name.</summary>
    UnknownRecipient = 2,

    /// <summary>The same name for another content.</summary>
    Conflict = 3,

    /// <summary>Not stored as far as is known; trying again under the same names is safe.</summary>
    Unavailable = 4,

    /// <summary>In "service": this agent does not hold the conversation.</summary>
    NotHolder = 5,

    /// <summary>In "service": the queue is full.</summary>
    AtCapacity = 6,

    /// <summary>Over the sender's limit of messages, bytes or new conversations; the answer says how long to wait.</summary>
    TooFast = 7,
}
