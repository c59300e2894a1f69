using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Client;

/// <summary>
/// The road to the gateways that GatewayClient stands on: streams of its own (GatewayDirectory), or a
/// worker's links. Thread-safe.
/// </summary>
public interface IGatewayCommands
{
    /// <summary>The gateways known now, each once; never changed after it was handed out.</summary>
    IReadOnlyList<GatewayAddress> Gateways { get; }

    /// <summary>Whether the register knows the gateway. No other is ever dialled: a client_id can be forged.</summary>
    bool IsKnown(GatewayAddress gateway);

    /// <summary>
    /// Has one command carried out. Sets the command's id; commands of one caller to one gateway are applied in the order of the
    /// calls. The command and its body belong to the callee until the task ends.
    /// </summary>
    /// <returns>The answer; GatewayGone or TimedOut when there was none. Never throws for what a gateway does.</returns>
    /// <exception cref="OperationCanceledException">The caller's token fired.</exception>
    Task<CommandOutcome> ExecuteAsync(GatewayAddress gateway, Command command, TimeSpan timeout, CancellationToken cancellationToken);
}
