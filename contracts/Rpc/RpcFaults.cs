using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;

namespace Portico.Contracts.Rpc;

/// <summary>The one table from what HTTP says to a status.</summary>
internal static class RpcFaults
{
    /// <summary>Of a reset or a broken connection.</summary>
    public static RpcStatus StatusOf(Exception fault)
    {
        for (var inner = fault; inner is not null; inner = inner.InnerException)
        {
            if (inner is HttpProtocolException protocol)
            {
                // HTTP/2 error codes, RFC 9113 section 7, as the gRPC specification maps them, but 1: the handler itself
                // says so of a connection that no longer answers pings.
                return new RpcStatus(
                    protocol.ErrorCode switch
                    {
                        1 or 7 => RpcStatusCode.Unavailable,
                        8 => RpcStatusCode.Cancelled,
                        11 => RpcStatusCode.ResourceExhausted,
                        12 => RpcStatusCode.PermissionDenied,
                        _ => RpcStatusCode.Internal,
                    },
                    protocol.Message);
            }

            if (inner is AuthenticationException)
            {
                return new RpcStatus(RpcStatusCode.Unavailable, $"TLS: {inner.Message}");
            }
        }

        return new RpcStatus(
            RpcStatusCode.Unavailable,
            fault is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
                ? $"TLS: the other side does not speak it, or wants a certificate that was not shown ({fault.InnerException?.Message ?? fault.Message})"
                : fault.Message);
    }

    /// <summary>
    /// A fault of a call over TLS that had no answer yet. In TLS 1.3 the caller has shaken hands before the server has looked at his
    /// certificate, so that a refusal looks like a connection that broke, now here and now there.
    /// </summary>
    public static Exception BeforeAnswer(Exception fault) =>
        fault is HttpRequestException request
            && request.HttpRequestError is not (
                HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
            && fault.InnerException is not HttpProtocolException
            ? new HttpRequestException(
                "TLS: the connection ended before the server answered; it does so when it does not accept the certificate shown, or that none is", fault)
            : fault;

    /// <summary>Of an answer that is not gRPC's.</summary>
    public static RpcStatus StatusOf(HttpStatusCode http) => new(
        http switch
        {
            HttpStatusCode.BadRequest => RpcStatusCode.Internal,
            HttpStatusCode.Unauthorized => RpcStatusCode.Unauthenticated,
            HttpStatusCode.Forbidden => RpcStatusCode.PermissionDenied,
            HttpStatusCode.NotFound => RpcStatusCode.Unimplemented,
            HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
                => RpcStatusCode.Unavailable,
            _ => RpcStatusCode.Unknown,
        },
        string.Create(CultureInfo.InvariantCulture, $"HTTP status {(int)http}"));

    /// <summary>Of trailers, or of headers that hold them.</summary>
    public static RpcStatus StatusOf(HttpResponseHeaders headers)
    {
        if (!headers.TryGetValues("grpc-status", out var codes))
        {
            return new(RpcStatusCode.Internal, "the server ended the call without a status");
        }

        var known = int.TryParse(codes.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            && code <= (int)RpcStatusCode.Unauthenticated;
        var text = headers.TryGetValues("grpc-message", out var texts) ? RpcStatusText.Decode(texts.FirstOrDefault() ?? "") : "";
        return new(known ? (RpcStatusCode)code : RpcStatusCode.Unknown, text);
    }
}
