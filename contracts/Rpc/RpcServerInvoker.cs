using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Portico.Contracts.Rpc;

/// <summary>One call from its HTTP request to its status: checks, deadline, handler, trailers.</summary>
internal sealed class RpcServerInvoker(RpcServerOptions options, Func<RpcServerCall, Task> handler, CancellationToken stopping)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!IsGrpc(context))
        {
            return;
        }

        LiftLimits(context);
        context.Response.ContentType = "application/grpc";
        if (Check(context, out var timeout) is { } refusal)
        {
            Finish(context, refusal, null);
            return;
        }

        using var deadline = timeout is { } time ? new CancellationTokenSource(time, options.TimeProvider) : null;
        using var all = Link(deadline, context.RequestAborted);
        var due = timeout is { } left ? options.TimeProvider.GetUtcNow() + left : (DateTimeOffset?)null;
        var call = new RpcServerCall(context, options.MaxReceiveMessageSize, due, all?.Token ?? context.RequestAborted);
        var status = await RunAsync(context, call, deadline);
        if (!context.RequestAborted.IsCancellationRequested)
        {
            Finish(context, status, call.TrailersOrNull);
        }
    }

    /// <summary>Sends a status, in the trailers, or in the headers when nothing was sent before.</summary>
    public static void Finish(HttpContext context, RpcStatus status, RpcMetadata? trailers)
    {
        var response = context.Response;
        var target = response.HasStarted ? context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers : response.Headers;
        target["grpc-status"] = ((int)status.Code).ToString(CultureInfo.InvariantCulture);
        if (status.Detail.Length > 0)
        {
            target["grpc-message"] = RpcStatusText.Encode(status.Detail);
        }

        foreach (var (key, value) in trailers ?? [])
        {
            target.Append(key, value);
        }
    }

    /// <summary>Whether this is a gRPC request at all; if not, it has been answered in HTTP's own terms.</summary>
    public static bool IsGrpc(HttpContext context)
    {
        var type = context.Request.ContentType.AsSpan();
        var status = !HttpMethods.IsPost(context.Request.Method) ? StatusCodes.Status405MethodNotAllowed
            : !IsGrpcContent(type) ? StatusCodes.Status415UnsupportedMediaType
            : !HttpProtocol.IsHttp2(context.Request.Protocol) ? StatusCodes.Status426UpgradeRequired
            : StatusCodes.Status200OK;
        context.Response.StatusCode = status;
        return status == StatusCodes.Status200OK;
    }

    private static bool IsGrpcContent(ReadOnlySpan<char> type) =>
        type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)
        && (type.Length == "application/grpc".Length || type["application/grpc".Length] is ';' or ' '
            || type["application/grpc".Length..].StartsWith("+proto", StringComparison.OrdinalIgnoreCase));

    /// <summary>The server's own limits would end a long stream (30 MB) or a quiet one (240 bytes/s, with its whole connection).</summary>
    private static void LiftLimits(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    private RpcStatus? Check(HttpContext context, out TimeSpan? timeout)
    {
        timeout = null;
        var headers = context.Request.Headers;
        if (!options.SecretKey.Matches(headers))
        {
            options.OnRefusedKey?.Invoke(context.Connection.RemoteIpAddress is { } address ? new IPEndPoint(address, context.Connection.RemotePort) : null);
            return RpcSecretKey.Refusal;
        }

        if (headers.TryGetValue("grpc-encoding", out var encoding) && encoding != "identity")
        {
            context.Response.Headers["grpc-accept-encoding"] = "identity";
            return new(RpcStatusCode.Unimplemented, "compressed messages are not spoken here");
        }

        if (headers.TryGetValue("grpc-timeout", out var text))
        {
            if (!RpcTimeout.TryParse(text.ToString(), out var parsed))
            {
                return new(RpcStatusCode.Internal, "grpc-timeout is malformed");
            }

            timeout = parsed;
        }

        return null;
    }

    private CancellationTokenSource? Link(CancellationTokenSource? deadline, CancellationToken aborted) =>
        deadline is null && !stopping.CanBeCanceled
            ? null
            : CancellationTokenSource.CreateLinkedTokenSource(aborted, stopping, deadline?.Token ?? CancellationToken.None);

    [SuppressMessage("Design", "CA1031", Justification = "Border to the handlers: the caller sees INTERNAL, the role's log sees the exception.")]
    private async Task<RpcStatus> RunAsync(HttpContext context, RpcServerCall call, CancellationTokenSource? deadline)
    {
        try
        {
            await handler(call);
            return RpcStatus.Ok;
        }
        catch (RpcException chosen)
        {
            return chosen.Status;
        }
        catch (Exception) when (deadline is { IsCancellationRequested: true })
        {
            return new(RpcStatusCode.DeadlineExceeded, "the deadline has passed");
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            return new(RpcStatusCode.Unavailable, "the server is stopping");
        }
        catch (Exception fault) when (context.RequestAborted.IsCancellationRequested
            || fault is ConnectionAbortedException or IOException)
        {
            // Nobody is left who could be told.
            return new(RpcStatusCode.Cancelled, "the caller is gone");
        }
        catch (Exception fault)
        {
            options.OnFault?.Invoke(call.Path, fault);
            return new(RpcStatusCode.Internal, "the handler failed");
        }
    }
}
