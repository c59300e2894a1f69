namespace Portico.Gateway.Connections;

/// <summary>Who of a list's clients a message is for. All of them, when it is the default value.</summary>
/// <param name="Exclude">Not these numbers, ascending.</param>
/// <param name="Subprotocol">The subprotocol that decides, null or empty for none.</param>
/// <param name="ExceptSubprotocol">Those without it instead of those with it.</param>
/// <param name="BoundUntil">Only those bound at this tick of the loop's wheel or before; null for all.</param>
internal readonly record struct Audience(uint[]? Exclude, string? Subprotocol, bool ExceptSubprotocol, int? BoundUntil = null)
{
    /// <summary>Everyone in the list.</summary>
    public bool IsEveryone => Exclude is null && string.IsNullOrEmpty(Subprotocol) && BoundUntil is null;

    /// <summary>The client gets it.</summary>
    public bool Includes(ClientConnection client) =>
        (string.IsNullOrEmpty(Subprotocol) || client.Subprotocol == Subprotocol != ExceptSubprotocol)
        && (BoundUntil is not { } until || client.BoundAt <= until)
        && (Exclude is null || Array.BinarySearch(Exclude, client.Id) < 0);
}
