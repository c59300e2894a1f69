using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Results;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.Client;

/// <summary>One question to one gateway or to all at once, each with the same deadline.</summary>
internal sealed class GatewayFanOut(IGatewayCommands commands, TimeSpan timeout)
{
    public IReadOnlyList<GatewayAddress> Gateways => commands.Gateways;

    public TimeSpan Timeout => timeout;

    public IGatewayCommands Commands => commands;

    /// <summary>Asks one gateway, if it is known.</summary>
    public Task<CommandOutcome> AskAsync(GatewayAddress gateway, Command command, CancellationToken cancellationToken) =>
        commands.IsKnown(gateway) ? commands.ExecuteAsync(gateway, command, timeout, cancellationToken)
            : Task.FromResult(commands.Gateways.Count == 0 ? NoGateway() : CommandOutcome.Failed(CommandStatus.GatewayGone, "no register knows this gateway"));

    /// <summary>Asks several gateways at the same time; the answers come in their order.</summary>
    public async Task<Answer[]> AskAsync(
        IReadOnlyList<GatewayAddress> gateways, Func<GatewayAddress, Command> make, CancellationToken cancellationToken)
    {
        var asked = new Task<CommandOutcome>[gateways.Count];
        for (var i = 0; i < asked.Length; i++)
        {
            asked[i] = AskAsync(gateways[i], make(gateways[i]), cancellationToken);
        }

        var outcomes = await Task.WhenAll(asked);
        var answers = new Answer[outcomes.Length];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = new Answer(gateways[i], outcomes[i]);
        }

        return answers;
    }

    /// <summary>Asks every gateway known. "Nobody was asked" must not look like "nobody is there": without a gateway the one answer is a failure.</summary>
    public Task<Answer[]> AskAllAsync(Func<GatewayAddress, Command> make, CancellationToken cancellationToken)
    {
        var gateways = Gateways;
        return gateways.Count > 0 ? AskAsync(gateways, make, cancellationToken) : Task.FromResult<Answer[]>([new Answer(default, NoGateway())]);
    }

    /// <summary>The same with one command for all.</summary>
    public Task<Answer[]> AskAllAsync(Func<Command> make, CancellationToken cancellationToken) => AskAllAsync(_ => make(), cancellationToken);

    /// <summary>Those who did not answer.</summary>
    public static IReadOnlyList<GatewayReceipt> Failures(Answer[] answers) =>
        Array.TrueForAll(answers, answer => answer.Outcome.Status is CommandStatus.Delivered or CommandStatus.NoSuchClient)
            ? []
            : [.. answers
                .Where(answer => answer.Outcome.Status is not (CommandStatus.Delivered or CommandStatus.NoSuchClient))
                .Select(answer => answer.ToReceipt())];

    private static CommandOutcome NoGateway() =>
        CommandOutcome.Failed(CommandStatus.NoGateway, "no gateway is known: no register has answered yet, or no gateway is announced there");

    /// <summary>What one gateway answered.</summary>
    public readonly record struct Answer(GatewayAddress Gateway, CommandOutcome Outcome)
    {
        public GatewayReceipt ToReceipt() => new(Gateway, Outcome.Status, Outcome.Delivered, Outcome.Error);
    }
}
