using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Protos.Gateway;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.Client.GatewayWorker;

/// <summary>
/// Carries commands out at a gateway that speaks GatewayWorker's protocol, PHP's own for example. Nothing there says whom a command
/// reached, so a question goes before it in the same write; the number is that of the moment before. Thread-safe.
/// </summary>
/// <param name="connection">The way there.</param>
/// <param name="clock">Clock of the deadlines.</param>
public sealed class PacketCommands(IPacketExchange connection, TimeProvider clock)
{
    /// <summary>As <see cref="IGatewayCommands.ExecuteAsync"/>.</summary>
    public async Task<CommandOutcome> ExecuteAsync(Command command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            return await ExecuteAsync(command).WaitAsync(timeout, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            return CommandOutcome.Failed(CommandStatus.TimedOut, "no answer in time");
        }
        catch (IOException fault)
        {
            return CommandOutcome.Failed(CommandStatus.GatewayGone, fault.Message);
        }
    }

    private Task<CommandOutcome> ExecuteAsync(Command command)
    {
        if (WhyNot(command) is { } error)
        {
            return Task.FromResult(CommandOutcome.Failed(CommandStatus.Refused, error));
        }

        // Clients of PHP gateways never negotiated a subprotocol.
        if (command.Subprotocol.Length > 0 && !command.ExceptSubprotocol)
        {
            return Task.FromResult(new CommandOutcome());
        }

        return command.Kind switch
        {
            CommandKind.CloseUid => CloseUidAsync(command),
            CommandKind.BindUid when command.OnlyIfUnbound =>
                WhenUidAsync(command, uid => uid is null || uid == command.Names[0], "the client is bound to another uid"),
            CommandKind.UnbindUid when command.Names.Count > 0 => WhenUidAsync(command, uid => uid == command.Names[0], null),
            _ => ExchangeAsync(command),
        };
    }

    // What a PHP gateway would ignore without a word, or die of.
    private static string? WhyNot(Command command) => command.Kind switch
    {
        CommandKind.SendToUid when command.Exclude.Count > 0 => "GatewayWorker cannot send to a uid without some of its clients",
        CommandKind.BindUid or CommandKind.JoinGroup when command.Names[0].Length == 0 => "the name is empty",
        CommandKind.BindUid or CommandKind.JoinGroup when command.Names[0] == "0" => "0 is no name: PHP takes it for empty",
        CommandKind.SetSession when !command.Body.IsEmpty && !IsArray(command) => "the session is not a serialized array",
        CommandKind.UpdateSession when !IsArray(command) => "the update is not a serialized array",
        _ => null,
    };

    private static bool IsArray(Command command) => PhpSerialize.TryParse(command.Body.Span, out var value) && value.AsArray() is not null;

    private async Task<CommandOutcome> ExchangeAsync(Command command)
    {
        var doing = PacketRequests.Doing(command);
        byte[] packets = [.. PacketRequests.Asking(command)!, .. doing ?? []];
        var answers = await connection.ExchangeAsync(packets, 1);
        var outcome = PacketAnswers.Read(command, answers[0]);
        if (doing is null)
        {
            return outcome;
        }

        var isOne = command.Connection != 0;
        return new CommandOutcome
        {
            Status = isOne && outcome.Count == 0 ? CommandStatus.NoSuchClient : outcome.Status,
            Delivered = Math.Max(0, outcome.Count - (command.Kind == CommandKind.SendToAll && !command.OnlyConnections ? command.Exclude.Count : 0)),
            Error = outcome.Error,
        };
    }

    private async Task<CommandOutcome> CloseUidAsync(Command command)
    {
        var found = PacketAnswers.Read(command, (await connection.ExchangeAsync(PacketRequests.Asking(command)!, 1))[0]);
        byte[] packets = [.. found.Counts.SelectMany(named => named.Connections).SelectMany(connection => PacketRequests.Close(connection, command))];
        _ = await connection.ExchangeAsync(packets, 0);
        return new CommandOutcome { Delivered = found.Count };
    }

    private async Task<CommandOutcome> WhenUidAsync(Command command, Func<string?, bool> condition, string? refusal)
    {
        var answer = await connection.ExchangeAsync(PacketRequests.UidOf(command.Connection), 1);
        var found = PacketAnswers.Read(new Command { Kind = CommandKind.Select }, answer[0]);
        if (found.Clients.Count == 0)
        {
            return CommandOutcome.Failed(CommandStatus.NoSuchClient);
        }

        var uid = found.Clients[0].HasUid ? found.Clients[0].Uid : null;
        return condition(uid) ? await ExchangeAsync(command)
            : refusal is null ? new CommandOutcome() : CommandOutcome.Failed(CommandStatus.Refused, refusal);
    }
}
