namespace Portico.WebApi.Messages;

/// <summary>How a recall ended.</summary>
internal enum RecallOutcome
{
    /// <summary>The content is gone, now or by an earlier call.</summary>
    Done,

    /// <summary>Somebody else sent it.</summary>
    NotYours,

    /// <summary>The time for it is over.</summary>
    TooLate,

    /// <summary>There is no such message.</summary>
    Unknown,
}
