namespace Portico.WebApi.Service;

/// <summary>Where a case stands; the numbers are those of the table.</summary>
internal enum CaseState : long
{
    /// <summary>In the queue.</summary>
    Waiting = 0,

    /// <summary>An agent has it.</summary>
    Held = 1,

    /// <summary>Over.</summary>
    Closed = 2,

    /// <summary>The visitor left the queue, or was absent for too long, before anybody answered: his messages are kept for an agent to find.</summary>
    Left = 3,
}
