using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Portico.Contracts.Ids;

namespace Portico.Cli;

/// <summary>Looks at web-api: whether it answers, sees the gateways that the registers know, and has its database.</summary>
internal sealed class WebApiChecks(Uri address, string? key, TimeSpan timeout)
{
    /// <summary>Looks.</summary>
    public async Task<List<Finding>> RunAsync(IReadOnlyCollection<GatewayAddress> gateways, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = address, Timeout = timeout };
        if (key is not null)
        {
            http.DefaultRequestHeaders.Add("X-Api-Key", key);
        }

        var where = $"web-api {address.GetLeftPart(UriPartial.Authority)}";
        var (status, body, fault) = await AskAsync(http, "/api/v1/admin/gateways", cancellationToken);
        if (fault is not null)
        {
            return [new(where, false, fault)];
        }

        if (await NotReadyAsync(http, cancellationToken) is { } notReady)
        {
            return [new(where, false, notReady)];
        }

        if (status == HttpStatusCode.Unauthorized)
        {
            return [key is null ? new(where, null, "answers; what it sees is only told with --api-key-file") : new(where, false, "does not know this API key")];
        }

        return [Gateways(where, status, body, gateways), await LogAsync(http, cancellationToken)];
    }

    private static Finding Gateways(string where, HttpStatusCode status, JsonElement body, IReadOnlyCollection<GatewayAddress> gateways)
    {
        if (status != HttpStatusCode.OK)
        {
            return new(where, false, $"answered {(int)status}{Detail(body)}");
        }

        var lost = body
            .GetProperty("gateways")
            .EnumerateArray()
            .Where(one => one.TryGetProperty("fault", out _))
            .Select(one => $"{one.GetProperty("address")} ({one.GetProperty("fault")})")
            .ToList();
        if (lost.Count > 0)
        {
            return new(where, false, $"does not reach {string.Join(", ", lost)}");
        }

        var seen = body.GetProperty("gateways").EnumerateArray().Select(one => one.GetProperty("address").GetString()!).ToHashSet(StringComparer.Ordinal);
        var known = gateways.Select(gateway => gateway.ToString()).ToHashSet(StringComparer.Ordinal);
        return seen.SetEquals(known)
            ? new(where, true, "sees the same gateways")
            : new(
                where,
                false,
                $"sees other gateways ({(seen.Count == 0 ? "none" : string.Join(", ", seen.Order(StringComparer.Ordinal)))}): compare "
                    + "WebApi:RegisterAddress and SecretKey");
    }

    // A question about nobody: it reads the database and finds nothing.
    private static async Task<Finding> LogAsync(HttpClient http, CancellationToken cancellationToken)
    {
        var (status, body, fault) = await AskAsync(http, "/api/v1/unread?uid=U_0", cancellationToken);
        return status == HttpStatusCode.OK
            ? new("message log", true, "the database answers")
            : new("message log", false, fault ?? $"answered {(int)status}{Detail(body)}");
    }

    // An older web-api has no such page.
    private static async Task<string?> NotReadyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
            return answer.StatusCode == HttpStatusCode.ServiceUnavailable ? "is " + (await answer.Content.ReadAsStringAsync(cancellationToken)).Trim() : null;
        }
        catch (Exception fault) when (fault is HttpRequestException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return fault.Message;
        }
    }

    private static string Detail(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty("detail", out var detail) ? $": {detail.GetString()}" : "";

    private static async Task<(HttpStatusCode Status, JsonElement Body, string? Fault)> AskAsync(
        HttpClient http, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
            return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken), null);
        }
        catch (HttpRequestException fault)
        {
            return (default, default, fault.Message);
        }
        catch (JsonException)
        {
            return (default, default, "what answers there is no web-api");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (default, default, $"no answer within {http.Timeout.TotalSeconds:0} s");
        }
    }
}
