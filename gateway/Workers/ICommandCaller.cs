using Portico.Gateway.Commands;

namespace Portico.Gateway.Workers;

/// <summary>One caller that is not on a loop. Used by one thread at a time.</summary>
internal interface ICommandCaller
{
    /// <summary>
    /// Gives a command, which is copied, to the loops that it concerns. Whatever the caller gives later finds it done: a bind and then a
    /// query sees the bind.
    /// </summary>
    /// <param name="command">The command; its id only matters to the caller.</param>
    /// <param name="answer">Gets the outcome once all loops are done, in the order of the commands; null when nobody wants it.</param>
    /// <returns>Done when there is room for the next command; the caller stops reading its peer until then.</returns>
    Task PostAsync(in CommandView command, ICommandAnswer? answer);

    /// <summary>Answers a command that no loop has to see, in its place among the others.</summary>
    void Refuse(in CommandView command, string error, ICommandAnswer answer);
}
