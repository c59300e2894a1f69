using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Portico.Contracts.Rpc;

/// <summary>Maps gRPC methods to handlers. A handler chooses its status by throwing <see cref="RpcException"/>.</summary>
public static class RpcEndpoints
{
    /// <summary>One request, one response.</summary>
    public static IEndpointConventionBuilder MapRpcUnary<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints,
        string path,
        Func<TRequest, RpcServerCall, Task<TResponse>> handler,
        RpcServerOptions? options = null)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse> =>
        Map(
            endpoints,
            path,
            options,
            async call =>
            {
                var request = await ReadOnlyRequestAsync<TRequest>(call);
                await call.WriteLastAsync(await handler(request, call));
            },
            CancellationToken.None);

    /// <summary>One request, many responses; the handler writes them with <see cref="RpcServerCall.WriteAsync"/>.</summary>
    public static IEndpointConventionBuilder MapRpcServerStreaming<TRequest>(
        this IEndpointRouteBuilder endpoints,
        string path,
        Func<TRequest, RpcServerCall, Task> handler,
        RpcServerOptions? options = null)
        where TRequest : class, IMessage<TRequest>, new() =>
        Map(
            endpoints,
            path,
            options,
            async call =>
            {
                var request = await ReadOnlyRequestAsync<TRequest>(call);
                await handler(request, call);
            },
            StopOf(endpoints, options));

    /// <summary>Many requests, many responses, in any order; raw or typed.</summary>
    public static IEndpointConventionBuilder MapRpcDuplex(
        this IEndpointRouteBuilder endpoints, string path, Func<RpcServerCall, Task> handler, RpcServerOptions? options = null) =>
        Map(endpoints, path, options, handler, StopOf(endpoints, options));

    /// <summary>Answers gRPC calls of every other path with UNIMPLEMENTED, and anything else as plain HTTP would.</summary>
    public static IEndpointConventionBuilder MapRpcUnknown(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapFallback("{**path}", context =>
        {
            if (RpcServerInvoker.IsGrpc(context))
            {
                context.Response.ContentType = "application/grpc";
                RpcServerInvoker.Finish(context, new(RpcStatusCode.Unimplemented, "no such method"), null);
            }

            return Task.CompletedTask;
        });

    private static IEndpointConventionBuilder Map(
        IEndpointRouteBuilder endpoints, string path, RpcServerOptions? options, Func<RpcServerCall, Task> handler, CancellationToken stopping)
    {
        var invoker = new RpcServerInvoker(options ?? new RpcServerOptions(), handler, stopping);
        return endpoints.Map(path, invoker.InvokeAsync);
    }

    private static CancellationToken StopOf(IEndpointRouteBuilder endpoints, RpcServerOptions? options) =>
        options?.Stopping
        ?? endpoints.ServiceProvider.GetService<IHostApplicationLifetime>()?.ApplicationStopping
        ?? CancellationToken.None;

    private static async Task<T> ReadOnlyRequestAsync<T>(RpcServerCall call)
        where T : class, IMessage<T>, new() =>
        await call.ReadAsync<T>() ?? throw new RpcException(RpcStatusCode.Internal, "the request is missing");
}
