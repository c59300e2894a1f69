using System.Net;
using Microsoft.AspNetCore.Http;
using Portico.WebApi.Hosting;

namespace Portico.WebApi.Identity;

/// <summary>The address that a request came from, for limits by address.</summary>
internal sealed class CallerAddress(WebApiOptions options)
{
    /// <summary>
    /// The caller's address: the peer's, or what a trusted proxy says. Null when many callers may stand behind the peer: a trusted proxy that names no
    /// client, or loopback, where a proxy on this machine would be.
    /// </summary>
    public IPAddress? Of(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } peer)
        {
            return null;
        }

        var rule = options.ClientAddress;
        if (rule.IsTrusted(peer))
        {
            return rule.Header is { } header && context.Request.Headers.TryGetValue(header, out var lines) ? rule.ClientOf(lines) : null;
        }

        return IPAddress.IsLoopback(peer) ? null : peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
    }
}
