namespace Portico.Contracts.Results;

/// <summary>An answer gathered from gateways.</summary>
/// <param name="Value">What those who answered know.</param>
/// <param name="Failures">
/// Those who did not: their clients are missing in <paramref name="Value"/>. When no gateway is known, one with the status
/// <see cref="CommandStatus.NoGateway"/>: the value then says nothing.
/// </param>
/// <typeparam name="T">What was asked for.</typeparam>
public sealed record QueryResult<T>(T Value, IReadOnlyList<GatewayReceipt> Failures)
{
    /// <summary>Whether every gateway answered and at least one is known. False: "nobody" in the value means "not known".</summary>
    public bool IsComplete => Failures.Count == 0;

    /// <summary>The same failures with something made of the value.</summary>
    public QueryResult<TOther> Select<TOther>(Func<T, TOther> selector) => new(selector(Value), Failures);
}
