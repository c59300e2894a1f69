using System.Buffers.Binary;
using System.Net.Sockets;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Contracts.Rpc.SingleStream;
using Portico.Support;

namespace Portico.Contracts.Tests.Rpc;

public sealed class SingleStreamTests
{
    private static readonly Uri Address = new("http://127.0.0.1:2900");

    [Fact]
    public void TryRecognize_OwnPreface_TellsThePlace()
    {
        var preface = StreamPreface.OfCaller(Address, "/a.B/C", 7, []);

        Assert.True(StreamPreface.TryRecognize(preface, out var place));
        Assert.Equal(7u, place);
        Assert.False(StreamPreface.TryRecognize(preface.AsSpan(0, StreamPreface.Needed - 1), out _));
        preface[24 + 9] ^= 1;
        Assert.False(StreamPreface.TryRecognize(preface, out _));
    }

    [Fact]
    public void TryReceive_CutAtEveryByte_TellsTheSame()
    {
        byte[] sent =
        [
            .. StreamPreface.OfCaller(Address, "/a.B/C", 1, new RpcMetadata { { "portico-secret-key", new string('k', 300) } }),
            .. Frame(0, 0, 1, "hello"u8), .. Frame(6, 0, 0, "12345678"u8), .. Frame(0, 1, 1, "end"u8),
        ];
        var whole = Told.Of(sent, sent.Length);

        Assert.Equal("settings(True) headers(/a.B/C " + new string('k', 300) + ") data(hello) data(end) end", whole.Text);
        for (var piece = 1; piece < 40; piece++)
        {
            Assert.Equal(whole.Text, Told.Of(sent, piece).Text);
        }

        // The settings and the ping are answered.
        Assert.Equal(2, whole.Replies);
    }

    [Theory]
    [InlineData(0, 0, 3)] // another stream
    [InlineData(0, 8, 1)] // padded
    [InlineData(1, 0, 1)] // headers that go on
    [InlineData(5, 0, 1)]
    [InlineData(9, 4, 1)]
    [InlineData(3, 0, 1)]
    [InlineData(7, 0, 0)]
    [InlineData(8, 0, 1)] // a window update of no bytes
    public void TryReceive_WhatNoneOfOursSends_EndsIt(byte type, byte flags, int stream)
    {
        byte[] sent = [.. StreamPreface.OfCaller(Address, "/a.B/C", 1, []), .. Frame(type, flags, stream, "x"u8)];

        Assert.NotNull(Told.Of(sent, sent.Length).Fault);
    }

    [Fact]
    public void TryReceive_RandomBytes_NeverThrows()
    {
        var random = new Random(20261122);
        var preface = StreamPreface.OfCaller(Address, "/a.B/C", 1, []);
        var bytes = new byte[400];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            preface.CopyTo(bytes.AsSpan());

            // Sometimes the frame that follows is nearly right, sometimes the preface is not.
            bytes[preface.Length] = bytes[preface.Length + 1] = 0;
            bytes[random.Next(preface.Length + 20)] ^= (byte)(1 << random.Next(8));
            _ = Told.Of(bytes, 1 + random.Next(100));
        }
    }

    [Fact]
    public void TryReceive_MuchData_GivesTheWindowBack()
    {
        var told = new Told();
        var receiver = new StreamReceiver(told, isServer: true, updateAfter: 1000);
        Assert.True(receiver.TryReceive(StreamPreface.OfCaller(Address, "/a.B/C", 1, [])));
        var before = told.Replies;

        for (var i = 0; i < 10; i++)
        {
            Assert.True(receiver.TryReceive(Frame(0, 0, 1, new byte[500])));
        }

        // Five times, for the connection and for the stream.
        Assert.Equal(before + 10, told.Replies);
    }

    [Fact]
    public void TryAdd_CutAtEveryByte_GivesWholeMessages()
    {
        byte[] body = [.. Message(new byte[3]), .. Message([]), .. Message(new byte[300]), .. Message(new byte[1])];
        for (var piece = 1; piece <= body.Length; piece++)
        {
            var lengths = new List<int>();
            using var messages = new StreamMessages(1000, message =>
            {
                lengths.Add(message.Length);
                return true;
            });
            for (var at = 0; at < body.Length; at += piece)
            {
                Assert.True(messages.TryAdd(body.AsSpan(at, Math.Min(piece, body.Length - at)), out _));
            }

            Assert.Equal([3, 0, 300, 1], lengths);
        }
    }

    [Fact]
    public void TryAdd_OverTheLimitOrCompressed_IsAFault()
    {
        using var small = new StreamMessages(10, static _ => true);
        Assert.False(small.TryAdd(Message(new byte[11]).AsSpan(0, 5), out var fault));
        Assert.NotNull(fault);

        using var other = new StreamMessages(10, static _ => true);
        Assert.False(other.TryAdd([1, 0, 0, 0, 1, 0], out fault));
        Assert.NotNull(fault);
    }

    [Fact]
    public async Task TrySingleStream_ServerOfAnotherKind_SaysSoAndTheUsualWayWorks()
    {
        const string Path = "/test.Stream/Do";
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcDuplex(
            Path,
            async call => await call.WriteAsync((await call.ReadAsync<BodyPart>())!),
            host.Options));
        using var channel = server.Channel();

        Assert.Null(await channel.TrySingleStreamAsync(Path, 0).Guarded());

        using var call = await channel.DuplexAsync(Path).Guarded();
        await call.WriteAsync(new BodyPart { Id = 5 }).AsTask().Guarded();
        Assert.Equal(5UL, (await call.ReadAsync<BodyPart>().AsTask().Guarded())!.Id);
    }

    [Fact]
    public async Task TrySingleStream_NobodyThere_IsUnavailable()
    {
        using var channel = new RpcChannel(new Uri($"http://127.0.0.1:{FreePort.Take()}"));

        var fault = await Assert.ThrowsAsync<RpcException>(() => channel.TrySingleStreamAsync("/a.B/C", 0).Guarded());

        Assert.Equal(RpcStatusCode.Unavailable, fault.Code);
    }

    [Fact]
    public async Task TrySingleStream_ReaderIsBusy_PingsAllTheSame()
    {
        var clock = new FakeClock();
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        using var channel = new RpcChannel(new Uri($"http://{listener.LocalEndpoint}"), new RpcChannelOptions { TimeProvider = clock });
        var opening = channel.TrySingleStreamAsync("/a.B/C", 0);
        using var server = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken).AsTask().Guarded();
        await server.SendAsync(StreamPreface.OfServer(0)).Guarded();
        using var call = await opening.Guarded();
        using var end = new CancellationTokenSource();
        using var busy = new ManualResetEventSlim();
        var reading = call!.ReadAllAsync(
            received =>
            {
                busy.Wait(Guard.Limit);
                return received.Length;
            },
            end.Token);
        await server.SendAsync(Frame(0, 0, 1, "x"u8)).Guarded();

        clock.Advance(TimeSpan.FromSeconds(10));

        var came = new List<byte>();
        var buffer = new byte[1000];
        while (came.Count < 17 || !came.Slice(came.Count - 8, 8).SequenceEqual("portico!"u8.ToArray()))
        {
            came.AddRange(buffer[..await server.ReceiveAsync(buffer).Guarded()]);
        }

        busy.Set();
        await end.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.Guarded());
    }

    private static byte[] Message(byte[] message)
    {
        var framed = new byte[RpcFraming.PrefixLength + message.Length];
        RpcFraming.WritePrefix(framed, message.Length);
        message.CopyTo(framed, RpcFraming.PrefixLength);
        return framed;
    }

    private static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    private sealed class Told : IStreamOwner
    {
        private readonly List<string> _all = [];
        private string _data = "";

        public int Replies { get; private set; }

        public string? Fault { get; private set; }

        public string Text => string.Join(' ', _all);

        public static Told Of(byte[] sent, int piece)
        {
            var told = new Told();
            var receiver = new StreamReceiver(told, isServer: true);
            for (var at = 0; at < sent.Length && receiver.TryReceive(sent.AsSpan(at, Math.Min(piece, sent.Length - at))); at += piece)
            {
            }

            told.Fault = receiver.Fault;
            return told;
        }

        public void OnSettings(bool isOurs) => _all.Add($"settings({isOurs})");

        public void OnHeaders(StreamHeaders headers) => _all.Add($"headers({headers.Find(":path")} {headers.Find("portico-secret-key")})");

        public void OnData(ReadOnlySpan<byte> data)
        {
            // Pieces of one word come one by one.
            _data += System.Text.Encoding.ASCII.GetString(data);
            if (_data is "hello" or "end")
            {
                _all.Add($"data({_data})");
                _data = "";
            }
        }

        public void OnEnd() => _all.Add("end");

        public void OnWindow(uint increment) => _all.Add($"window({increment})");

        public void Reply(byte[] frame) => Replies++;
    }
}
