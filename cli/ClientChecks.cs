using System.Net.WebSockets;
using System.Text.Json;
using Portico.Contracts.Ids;

namespace Portico.Cli;

/// <summary>Comes as a client does: through a listener and a gateway to a worker and back, and to the customer service with a token that nobody has.</summary>
internal sealed class ClientChecks(TimeSpan timeout)
{
    private const int PolicyViolation = 1008;

    // As long as a session token, so that it is looked up.
    private const string UnknownToken = "nobody-has-this-token-00000000000";
    private static readonly byte[] Handshake = "{\"type\":\"handshake\"}"u8.ToArray();

    /// <summary>Comes.</summary>
    public async Task<List<Finding>> RunAsync(Uri client, Uri? service, IReadOnlyCollection<GatewayAddress> gateways, CancellationToken cancellationToken)
    {
        var shop = await TalkAsync(client, cancellationToken);
        var findings = new List<Finding> { new($"client {client}", shop.ClientId is not null, Said(shop, gateways)) };
        if (service is null)
        {
            findings.Add(new("customer service", null, "not looked at without --service"));
            return findings;
        }

        var refused = await TalkAsync(new UriBuilder(service) { Query = "token=" + UnknownToken }.Uri, cancellationToken);
        var looksUp = refused.Code == PolicyViolation && refused.Said.Contains("token", StringComparison.Ordinal);
        findings.Add(new(
            $"service {service}",
            looksUp,
            looksUp ? "looks tokens up" : refused.ClientId is null ? refused.Said : "lets in who has an unknown token: this is not the customer service"));
        return findings;
    }

    private static string Said(Answer answer, IReadOnlyCollection<GatewayAddress> gateways)
    {
        if (answer.ClientId is not { } id)
        {
            return answer.Said;
        }

        return gateways.Contains(id.Gateway)
            ? $"a worker answers, through gateway {id.Gateway}"
            : $"a worker answers, through gateway {id.Gateway}, which these registers do not know";
    }

    private async Task<Answer> TalkAsync(Uri address, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(timeout);
        using var socket = new ClientWebSocket();
        var connected = false;
        try
        {
            await socket.ConnectAsync(address, patience.Token);
            connected = true;
            await socket.SendAsync(Handshake, WebSocketMessageType.Text, true, patience.Token);
            return await AnswerAsync(socket, patience.Token);
        }
        catch (WebSocketException fault)
        {
            return new(null, null, fault.GetBaseException().Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var who = connected ? "connected, but no worker has answered a handshake" : "no answer";
            return new(null, null, $"{who} within {timeout.TotalSeconds:0} s");
        }
    }

    // Whatever else comes before the answer (a ping of the listener) is passed over.
    private static async Task<Answer> AnswerAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return new(null, (int?)socket.CloseStatus, $"closed with {(int?)socket.CloseStatus}: {socket.CloseStatusDescription}");
            }

            if (received.EndOfMessage && ClientIdOf(buffer.AsSpan(0, received.Count)) is { } id)
            {
                return new(id, null, "");
            }
        }
    }

    private static ClientId? ClientIdOf(ReadOnlySpan<byte> message)
    {
        try
        {
            var reader = new Utf8JsonReader(message);
            var json = JsonElement.ParseValue(ref reader);
            return json.ValueKind == JsonValueKind.Object && json.TryGetProperty("client_id", out var text) && ClientId.TryParse(text.GetString(), out var id)
                ? id
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What came back.</summary>
    private sealed record Answer(ClientId? ClientId, int? Code, string Said);
}
