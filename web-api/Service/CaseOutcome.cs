namespace Portico.WebApi.Service;

/// <summary>How a step of the queue ended.</summary>
internal enum CaseOutcome
{
    /// <summary>It is so, now or before.</summary>
    Done,

    /// <summary>Nobody waits, or not he.</summary>
    Empty,

    /// <summary>Another agent has it.</summary>
    Taken,

    /// <summary>The agent has as many as he takes, or the queue is full.</summary>
    Full,

    /// <summary>Not the holder.</summary>
    NotAllowed,
}
