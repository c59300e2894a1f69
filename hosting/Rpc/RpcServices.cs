using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Portico.Contracts.Rpc;

namespace Portico.Hosting.Rpc;

/// <summary>gRPC of a role: the library, one interceptor for key, status and stop, the health service, and reflection when asked for.</summary>
public static class RpcServices
{
    private const string ReflectionKey = "Grpc:Reflection";

    /// <summary>Adds the library and the interceptor.</summary>
    /// <param name="services">Those of a builder of <see cref="RoleBuilder.CreateWeb"/>.</param>
    /// <param name="configuration"><c>Grpc:Reflection</c> (default false): whether any caller with the key may list the services.</param>
    /// <param name="key">The key that each call has to show.</param>
    public static IGrpcServerBuilder AddRpc(this IServiceCollection services, IConfiguration configuration, RpcSecretKey key)
    {
        services.AddSingleton(new RpcInterceptor.Settings(key));
        services.AddSingleton<RpcInterceptor>();
        services.AddGrpcHealthChecks().AddCheck<ReadinessCheck>("ready");
        if (configuration.GetValue<bool>(ReflectionKey))
        {
            services.AddGrpcReflection();
        }

        return services.AddGrpc(grpc =>
        {
            grpc.Interceptors.Add<RpcInterceptor>();
            // Callers are told what the interceptor says, never an exception's text.
            grpc.EnableDetailedErrors = false;
        });
    }

    /// <summary>Maps health and, when configured, reflection. Unknown services and methods are answered UNIMPLEMENTED by the library.</summary>
    public static void MapRpc(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcHealthChecksService();
        if (endpoints.ServiceProvider.GetRequiredService<IConfiguration>().GetValue<bool>(ReflectionKey))
        {
            endpoints.MapGrpcReflectionService();
        }
    }
}
