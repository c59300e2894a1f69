using System.Diagnostics.CodeAnalysis;
using System.Net;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.Contracts.Rpc;
using RpcException = Grpc.Core.RpcException;

namespace Portico.Hosting.Rpc;

/// <summary>
/// What holds for every method of every role: the key is checked first, a fault of the method is logged and answered INTERNAL without its text,
/// and a stop of the role ends streams with UNAVAILABLE. Single calls are finished during a stop. Thread-safe.
/// </summary>
internal sealed partial class RpcInterceptor(
    RpcInterceptor.Settings settings, IHostApplicationLifetime lifetime, RepeatedWarnings warnings, ILogger<RpcInterceptor> log) : Interceptor
{
    /// <inheritdoc/>
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, isStream: false, guarded => continuation(request, guarded));

    /// <inheritdoc/>
    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, isStream: true, guarded => continuation(requestStream, guarded));

    /// <inheritdoc/>
    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, isStream: true, async guarded =>
        {
            await continuation(request, responseStream, guarded);
            return true;
        });

    /// <inheritdoc/>
    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, isStream: true, async guarded =>
        {
            await continuation(requestStream, responseStream, guarded);
            return true;
        });

    [SuppressMessage("Design", "CA1031", Justification = "Boundary to the methods: the caller sees INTERNAL, the role's log has the exception.")]
    private async Task<T> GuardAsync<T>(ServerCallContext context, bool isStream, Func<ServerCallContext, Task<T>> method)
    {
        var http = context.GetHttpContext();
        if (!settings.Key.Matches(http.Request.Headers))
        {
            var peer = http.Connection.RemoteIpAddress is { } address ? new IPEndPoint(address, http.Connection.RemotePort) : null;
            warnings.Add(peer, $"refused at port {http.Connection.LocalPort}: it shows no SecretKey, or another one than this role's");
            throw new RpcException(new Status(StatusCode.Unauthenticated, RpcSecretKey.Refusal.Detail));
        }

        using var ending = isStream ? CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping) : null;
        try
        {
            if (ending is null)
            {
                return await method(context);
            }

            // Where GetHttpContext looks when the context is not the library's own, as the documentation of its tests says.
            context.UserState["__HttpContext"] = http;
            return await method(new EndingCallContext(context, ending.Token));
        }
        catch (RpcException)
        {
            throw;
        }
        catch (Exception) when (isStream && lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the server is stopping"));
        }
        catch (Exception) when (context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "the caller has ended the call"));
        }
        catch (Exception fault)
        {
            MethodFailed(context.Method, fault);
            throw new RpcException(new Status(StatusCode.Internal, "the method failed"));
        }
    }

    [LoggerMessage(90, LogLevel.Error, "The gRPC method {Method} failed")]
    private partial void MethodFailed(string method, Exception fault);

    /// <summary>What the interceptor is created with.</summary>
    internal sealed record Settings(RpcSecretKey Key);

    /// <summary>The context of a stream, whose token also fires when the role stops.</summary>
    private sealed class EndingCallContext(ServerCallContext inner, CancellationToken ending) : ServerCallContext
    {
        protected override string MethodCore => inner.Method;

        protected override string HostCore => inner.Host;

        protected override string PeerCore => inner.Peer;

        protected override DateTime DeadlineCore => inner.Deadline;

        protected override Metadata RequestHeadersCore => inner.RequestHeaders;

        protected override CancellationToken CancellationTokenCore => ending;

        protected override Metadata ResponseTrailersCore => inner.ResponseTrailers;

        protected override Status StatusCore
        {
            get => inner.Status;
            set => inner.Status = value;
        }

        protected override WriteOptions? WriteOptionsCore
        {
            get => inner.WriteOptions;
            set => inner.WriteOptions = value;
        }

        protected override AuthContext AuthContextCore => inner.AuthContext;

        protected override IDictionary<object, object> UserStateCore => inner.UserState;

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => inner.WriteResponseHeadersAsync(responseHeaders);

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => inner.CreatePropagationToken(options);
    }
}
