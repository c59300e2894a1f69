namespace Portico.BusinessWorker.Events;

/// <summary>
/// The token that a client shows when it connects: in an offered subprotocol <c>portico.token.…</c> (of portico.v1 clients), which
/// no proxy writes into its log, or in the address.
/// </summary>
internal static class ShownToken
{
    private const string Offer = "portico.token.";

    /// <summary>Empty when it shows none.</summary>
    public static string Of(ClientContext client) => Of(client.Handshake, client.SpeaksPortico);

    /// <summary>Empty when the request shows none.</summary>
    public static string Of(HandshakeRequest request, bool speaksPortico)
    {
        if (speaksPortico && request.Headers.TryGetValue("Sec-WebSocket-Protocol", out var fields))
        {
            foreach (var field in fields)
            {
                foreach (var offer in (field ?? "").Split(',', StringSplitOptions.TrimEntries))
                {
                    if (offer.StartsWith(Offer, StringComparison.Ordinal))
                    {
                        return offer[Offer.Length..];
                    }
                }
            }
        }

        return request.Query["token"].FirstOrDefault() ?? "";
    }
}
