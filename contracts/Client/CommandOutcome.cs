using Portico.Contracts.Protos.Gateway;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.Client;

/// <summary>Everything one gateway answered to one command, its partial results put together.</summary>
public sealed class CommandOutcome
{
    /// <summary>How it ended.</summary>
    public CommandStatus Status { get; set; }

    /// <summary>Clients reached or changed.</summary>
    public int Delivered { get; set; }

    /// <summary>What was counted.</summary>
    public int Count { get; set; }

    /// <summary>Clients asked for.</summary>
    public List<ClientRow> Clients { get; } = [];

    /// <summary>Counts by name.</summary>
    public List<NamedCount> Counts { get; } = [];

    /// <summary>Why it was refused or failed.</summary>
    public string? Error { get; set; }

    /// <summary>Of a command that never got an answer.</summary>
    public static CommandOutcome Failed(CommandStatus status, string? error = null) => new() { Status = status, Error = error };

    /// <summary>Adds one result of the command.</summary>
    /// <returns>True when it is the last one.</returns>
    public bool Add(CommandResult result)
    {
        Status = (CommandStatus)result.Status;
        Delivered += (int)result.Delivered;
        Count += (int)result.Count;
        Clients.AddRange(result.Clients);
        Counts.AddRange(result.Counts);
        Error = result.Error.Length > 0 ? result.Error : Error;
        return !result.More;
    }
}
