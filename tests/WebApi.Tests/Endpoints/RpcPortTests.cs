using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using Portico.Client;
using Portico.Contracts.Rpc;
using Portico.Support;
using RpcException = Grpc.Core.RpcException;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>What every gRPC port answers beside its own methods: health, reflection, and methods that it does not have.</summary>
public sealed class RpcPortTests
{
    private static readonly Marshaller<byte[]> Bytes = new(bytes => bytes, bytes => bytes);

    [Fact]
    public async Task HealthCheck_OfAReadyRole_IsServing_AndNeedsTheKey()
    {
        await using var api = await WebApiHarness.StartShopAsync(new() { ["SecretKey"] = "inner secret" });
        using var friend = new RpcCalls(api.InnerAddress, new RpcChannelOptions { SecretKey = "inner secret" });
        using var stranger = new RpcCalls(api.InnerAddress, new RpcChannelOptions { SecretKey = "guess" });

        await Guard.UntilAsync(
            async () => (await new Health.HealthClient(friend.Invoker).CheckAsync(new HealthCheckRequest())).Status == HealthCheckResponse.Types.ServingStatus.Serving,
            "the role is ready");
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await new Health.HealthClient(stranger.Invoker).CheckAsync(new HealthCheckRequest()));
        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
    }

    [Theory]
    [InlineData("portico.messages.v1.MessageLog", "Dance")]
    [InlineData("portico.messages.v1.Nothing", "Send")]
    [InlineData("gateway", "getAllUidCount")]
    [InlineData("grpc.reflection.v1alpha.ServerReflection", "ServerReflectionInfo")]
    public async Task Call_OfAnUnknownMethod_IsUnimplemented(string service, string method)
    {
        await using var api = await WebApiHarness.StartShopAsync();
        using var calls = new RpcCalls(api.InnerAddress, new RpcChannelOptions());
        var unknown = new Method<byte[], byte[]>(MethodType.Unary, service, method, Bytes, Bytes);

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await calls.Invoker.AsyncUnaryCall(unknown, null, new CallOptions(), []));

        Assert.Equal(StatusCode.Unimplemented, refused.StatusCode);
    }

    [Fact]
    public async Task Reflection_WhenConfigured_ListsTheServicesToCallersWithTheKey()
    {
        await using var api = await WebApiHarness.StartShopAsync(new() { ["SecretKey"] = "inner secret", ["Grpc:Reflection"] = "true" });
        using var friend = new RpcCalls(api.InnerAddress, new RpcChannelOptions { SecretKey = "inner secret" });
        using var stranger = new RpcCalls(api.InnerAddress, new RpcChannelOptions());

        var services = (await ListAsync(friend)).ListServicesResponse.Service.Select(service => service.Name);

        Assert.Contains("portico.messages.v1.MessageLog", services);
        Assert.Contains("grpc.health.v1.Health", services);
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => ListAsync(stranger))).StatusCode);
    }

    private static async Task<ServerReflectionResponse> ListAsync(RpcCalls calls)
    {
        using var call = new ServerReflection.ServerReflectionClient(calls.Invoker).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        return call.ResponseStream.Current;
    }
}
