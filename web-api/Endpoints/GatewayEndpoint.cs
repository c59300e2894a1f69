using Microsoft.AspNetCore.Http;
using Portico.Client;
using Portico.WebApi.Hosting;
using Portico.WebApi.Identity;
using Portico.WebApi.Telemetry;

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
            throw new RequestException(Problem.Unauthorized, "An API key is needed; a user token is not enough.");
        }

        var name = (string?)context.Request.RouteValues["method"] ?? "";
        if (!GatewayMethods.All.TryGetValue(name, out var method))
        {
            throw new RequestException(Problem.NotFound, $"GatewayClient has no method '{name}'.");
        }

        var arguments = await RequestBody.ReadAsync(context.Request, options.Limits.RequestBytes);
        arguments.IsStrict = true;
        var call = new GatewayCall(arguments, _gateways, options.Limits, context.RequestAborted);
        var write = await method(call);
        var status = call.Fault is { } fault ? ErrorMapping.Of(fault.Problem).Status : StatusCodes.Status200OK;
        if (call.Fault is not null)
        {
            WebApiMeter.Refused(status);
        }

        await Replies.JsonAsync(context, json =>
        {
            json.WriteNumber("code"u8, call.Fault is null ? 0 : status);
            json.WriteString("msg"u8, call.Fault?.Message ?? "ok");
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
        }, status);
    }
}
