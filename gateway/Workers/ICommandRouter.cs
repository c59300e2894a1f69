namespace Portico.Gateway.Workers;

/// <summary>The way into the loops for whoever is not on one: the gRPC method Commands/Execute, PHP workers and PHP's GatewayClient.</summary>
internal interface ICommandRouter
{
    /// <summary>A new caller, whose commands are applied in the order in which it gives them, on whichever loops they concern.</summary>
    /// <param name="bytes">Bytes of commands that may wait for the loops before <see cref="ICommandCaller.PostAsync"/> asks to wait.</param>
    ICommandCaller Open(long bytes);
}
