namespace Portico.Gateway.Connections;

/// <summary>Who of a list's clients a message is for. All of them, when it is the default value.</summary>
/// <param name="Exclude">Not these numbers, ascending.</param>
/// <param name="Subprotocol">The subprotocol that decides, null or empty for none.</param>
/// <param name="ExceptSubprotocol">Those without it instead of those with it.</param>
internal readonly record struct Audience(uint[]? Exclude, string? Subprotocol, bool ExceptSubprotocol)
{
    /// <summary>Everyone in the list.</summary>
    public bool IsEveryone => Exclude is null && string.IsNullOrEmpty(Subprotocol);

    /// <summary>The client gets it.</summary>
    public bool Includes(ClientConnection client) =>
        (string.IsNullOrEmpty(Subprotocol) || client.Subprotocol == Subprotocol != ExceptSubprotocol)
        && (Exclude is null || Array.BinarySearch(Exclude, client.Id) < 0);
}
