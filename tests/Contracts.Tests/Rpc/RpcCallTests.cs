using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Contracts.Tests.Rpc;

public sealed class RpcCallTests
{
    private const string Path = "/test.Echo/Do";

    [Fact]
    public async Task Unary_Echo_AnswersWithMetadata()
    {
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcUnary<BodyPart, BodyPart>(
            Path,
            (request, call) =>
            {
                call.Trailers.Add("seen", call.Metadata.Find("who") ?? "nobody");
                return Task.FromResult(new BodyPart { Id = request.Id + 1, Data = request.Data });
            },
            host.Options));
        using var channel = server.Channel();

        var reply = await channel.UnaryAsync<BodyPart, BodyPart>(
            Path, new BodyPart { Id = 1, Data = ByteString.CopyFromUtf8("x") }, new() { Metadata = new() { { "who", "me" } } }).Guarded();

        Assert.Equal(2UL, reply.Id);
        Assert.Equal("x", reply.Data.ToStringUtf8());
    }

    [Fact]
    public async Task Unary_EmptyMessages_Pass()
    {
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcUnary<BodyPart, BodyPart>(
            Path, (_, _) => Task.FromResult(new BodyPart()), host.Options));
        using var channel = server.Channel();

        var reply = await channel.UnaryAsync<BodyPart, BodyPart>(Path, new BodyPart()).Guarded();

        Assert.Equal(new BodyPart(), reply);
    }

    [Theory]
    [InlineData(RpcStatusCode.NotFound, "no such thing")]
    [InlineData(RpcStatusCode.FailedPrecondition, "état 100% – 状态\nline")]
    public async Task Unary_HandlerChoosesStatus_CallerSeesCodeTextAndTrailers(RpcStatusCode code, string detail)
    {
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcUnary<BodyPart, BodyPart>(
            Path,
            (_, call) =>
            {
                call.Trailers.Add("hint", "look elsewhere");
                call.Trailers.Add("raw-bin", [0, 255, 7]);
                throw new RpcException(code, detail);
            },
            host.Options));
        using var channel = server.Channel();

        var fault = await Assert.ThrowsAsync<RpcException>(() => channel.UnaryAsync<BodyPart, BodyPart>(Path, new BodyPart()).Guarded());

        Assert.Equal(new RpcStatus(code, detail), fault.Status);
        Assert.Equal("look elsewhere", fault.Trailers.Find("hint"));
        Assert.Equal([0, 255, 7], fault.Trailers.FindBytes("raw-bin")!);
    }

    [Fact]
    public async Task Unary_HandlerThrows_InternalWithoutItsText()
    {
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcUnary<BodyPart, BodyPart>(
            Path, (_, _) => throw new InvalidOperationException("password=hunter2"), host.Options));
        using var channel = server.Channel();

        var fault = await Assert.ThrowsAsync<RpcException>(() => channel.UnaryAsync<BodyPart, BodyPart>(Path, new BodyPart()).Guarded());

        Assert.Equal(RpcStatusCode.Internal, fault.Code);
        Assert.DoesNotContain("hunter2", fault.Status.Detail, StringComparison.Ordinal);
        Assert.Contains(server.Faults, seen => seen.Message == "password=hunter2");
    }

    [Fact]
    public async Task Unary_UnknownMethod_Unimplemented()
    {
        await using var server = await RpcTestServer.StartAsync((_, _) => { });
        using var channel = server.Channel();

        var fault = await Assert.ThrowsAsync<RpcException>(() => channel.UnaryAsync<BodyPart, BodyPart>("/test.No/Such", new BodyPart()).Guarded());

        Assert.Equal(RpcStatusCode.Unimplemented, fault.Code);
    }

    [Fact]
    public async Task Unary_NobodyListens_Unavailable()
    {
        using var channel = new RpcChannel(new Uri($"http://127.0.0.1:{FreePort.Take()}"));

        var fault = await Assert.ThrowsAsync<RpcException>(() => channel.UnaryAsync<BodyPart, BodyPart>(Path, new BodyPart()).Guarded());

        Assert.Equal(RpcStatusCode.Unavailable, fault.Code);
    }

    [Theory]
    [InlineData("text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/grpc-web", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/grpc+proto", HttpStatusCode.OK)]
    [InlineData("application/grpc;charset=utf-8", HttpStatusCode.OK)]
    public async Task Server_ContentType_DecidesBeforeAnythingElse(string type, HttpStatusCode expected)
    {
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcUnary<BodyPart, BodyPart>(
            Path, (request, _) => Task.FromResult(request), host.Options));
        using var client = new HttpClient();
        using var request = RawRequest(server.Address, [0, 0, 0, 0, 0], type);

        using var response = await client.SendAsync(request).Guarded();

        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, "12")]
    [InlineData(new byte[] { 2, 0, 0, 0, 0 }, "13")]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 }, "13")]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 0xFF, 0xFF }, "13")]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 }, "8")]
    [InlineData(new byte[0], "13")]
    public async Task Server_BrokenMessage_AnswersWithStatus(byte[] body, string expected)
    {
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcUnary<BodyPart, BodyPart>(
            Path, (request, _) => Task.FromResult(request), host.Options));
        using var client = new HttpClient();
        using var request = RawRequest(server.Address, body, "application/grpc");

        using var response = await client.SendAsync(request).Guarded();
        _ = await response.Content.ReadAsByteArrayAsync().Guarded();

        Assert.Equal(expected, Status(response));
        Assert.Empty(server.Faults);
    }

    [Fact]
    public async Task Server_CompressedStream_UnimplementedNamingIdentity()
    {
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcUnary<BodyPart, BodyPart>(
            Path, (request, _) => Task.FromResult(request), host.Options));
        using var client = new HttpClient();
        using var request = RawRequest(server.Address, [1, 0, 0, 0, 1, 9], "application/grpc");
        request.Headers.Add("grpc-encoding", "gzip");

        using var response = await client.SendAsync(request).Guarded();

        Assert.Equal("12", Status(response));
        Assert.Equal("identity", response.Headers.GetValues("grpc-accept-encoding").Single());
    }

    [Fact]
    public async Task Messages_AtAndOverTheLimit_BothDirections()
    {
        const int Limit = 4 * 1024 * 1024;
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcUnary<BodyPart, BodyPart>(
            Path, (request, _) => Task.FromResult(request.Id == 0 ? request : Sized(Limit + (int)request.Id)), host.Options));
        using var channel = server.Channel();

        var whole = await channel.UnaryAsync<BodyPart, BodyPart>(Path, Sized(Limit)).Guarded();
        var tooBigThere = await Assert.ThrowsAsync<RpcException>(() => channel.UnaryAsync<BodyPart, BodyPart>(Path, Sized(Limit + 1)).Guarded());
        var tooBigBack = await Assert.ThrowsAsync<RpcException>(() => channel.UnaryAsync<BodyPart, BodyPart>(Path, new BodyPart { Id = 1 }).Guarded());

        Assert.Equal(Limit, whole.CalculateSize());
        Assert.Equal(RpcStatusCode.ResourceExhausted, tooBigThere.Code);
        Assert.Equal(RpcStatusCode.ResourceExhausted, tooBigBack.Code);
    }

    [Fact]
    public async Task SecretKey_MissingWrongRight_OnlyRightComesIn()
    {
        foreach (var key in new[] { "s3cret", "schlüssel ", "with \"quotes\"" })
        {
            await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcUnary<BodyPart, BodyPart>(
                Path, (request, _) => Task.FromResult(request), host.Options with { SecretKey = new RpcSecretKey(key) }));
            foreach (var wrong in new[] { "", "S3cret", key + "x" })
            {
                using var stranger = server.Channel(new() { SecretKey = wrong });
                var fault = await Assert.ThrowsAsync<RpcException>(() => stranger.UnaryAsync<BodyPart, BodyPart>(Path, new BodyPart()).Guarded());
                Assert.Equal(RpcStatusCode.Unauthenticated, fault.Code);
                Assert.DoesNotContain(key, fault.Message, StringComparison.Ordinal);
            }

            using var friend = server.Channel(new() { SecretKey = key });
            Assert.Equal(5UL, (await friend.UnaryAsync<BodyPart, BodyPart>(Path, new BodyPart { Id = 5 }).Guarded()).Id);
        }
    }

    private static BodyPart Sized(int size)
    {
        var part = new BodyPart { Data = UnsafeByteOperations.UnsafeWrap(new byte[size - 5]) };
        Assert.Equal(size, part.CalculateSize());
        return part;
    }

    private static HttpRequestMessage RawRequest(Uri address, byte[] body, string type)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, Path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return request;
    }

    private static string Status(HttpResponseMessage response) =>
        (response.TrailingHeaders.TryGetValues("grpc-status", out var late) ? late : response.Headers.GetValues("grpc-status")).Single();
}
