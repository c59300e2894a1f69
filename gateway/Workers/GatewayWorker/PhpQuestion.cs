using Portico.Contracts.GatewayWorker;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>What a query packet asked, as far as its answer's form depends on it.</summary>
/// <param name="Command">The packet's command.</param>
/// <param name="Fields">SELECT: the fields in their order.</param>
/// <param name="Everybody">SELECT: it had no conditions.</param>
internal sealed record PhpQuestion(PacketCommand Command, string[] Fields, bool Everybody)
{
    /// <summary>A query without more to say.</summary>
    public PhpQuestion(PacketCommand command)
        : this(command, [], false)
    {
    }
}
