using Microsoft.AspNetCore.Http;
using Portico.Client;
using Portico.WebApi.Hosting;
using Portico.WebApi.Identity;

namespace Portico.WebApi.Endpoints;

/// <summary><c>POST /gateway/{method}</c>: the PHP GatewayClient over HTTP, for backends with an API key.</summary>
internal sealed class GatewayEndpoint(IGatewayClient gateways, Authenticator authenticator, WebApiOptions options)
{
    private readonly IGatewayClient _gateways = gateways.WithTimeout(TimeSpan.FromMilliseconds(options.Limits.GatewayMilliseconds));

    public async Task HandleAsync(HttpContext context)
    {
        const string Needed = "An API key is needed: X-Api-Key or Authorization: Bearer.";
        if (!authenticator.Require(context, Needed).IsBackend)
        {
            throw new RequestException(Problem.Unauthorized, Needed);
        }

        var name = (string?)context.Request.RouteValues["method"] ?? "";
        if (!GatewayMethods.All.TryGetValue(name, out var method))
        {
            throw new RequestException(Problem.NotFound, $"GatewayClient has no method '{name}'.");
        }

        var arguments = await RequestBody.ReadAsync(context.Request, options.Limits.RequestBytes);
        var call = new GatewayCall(arguments, _gateways, options.Limits, context.RequestAborted);
        var write = await method(call);
        await Replies.JsonAsync(context, json =>
        {
            json.WriteNumber("code"u8, 0);
            json.WriteString("msg"u8, "ok"u8);
            json.WritePropertyName("data"u8);
            write(json);
            if (call.Failures.Count > 0)
            {
                json.WriteStartArray("incomplete"u8);
                foreach (var gateway in call.Failures)
                {
                    GatewayMethods.WriteGateway(json, gateway);
                }

                json.WriteEndArray();
            }
        });
    }
}
