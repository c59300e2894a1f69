using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Logging;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Workers.GatewayWorker;
using Portico.Hosting;
using Portico.Support;

namespace Portico.Gateway.Tests.Workers.GatewayWorker;

/// <summary>Commands of PHP peers that are not done are counted and said: their protocol has no word for it.</summary>
public sealed class PhpRefusalsTests
{
    [Fact]
    public void Add_ManyWithinAMoment_AreSaidOnceAndCountedAll()
    {
        var (clock, log) = (new FakeClock(), new RecordingLoggers());
        var refusals = new PhpRefusals(new RepeatedWarnings(clock, new Logger<RepeatedWarnings>(log)));

        for (var i = 0; i < 100; i++)
        {
            refusals.Add(CommandKind.BindUid, "the uid is too long");
        }

        Assert.Equal(100, refusals.Count);
        Assert.Equal(["BindUid of a PHP peer was not done: the uid is too long"], log.Entries.Select(entry => entry.Text));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("BindUid of a PHP peer was not done: the uid is too long (99 more times in the last 10 s)", log.Entries.Last().Text);
    }

    [Fact]
    public async Task InnerRefused_CommandsBeyondALimit_AreCountedAndTheOthersDone()
    {
        // The number is the process's, and other tests run beside.
        var refused = 0L;
        using var listener = Listen(value => refused += value);
        await using var gateway = await RunningGateway.StartAsync(2, ("Gateway:Limits:NameBytes", "16"));
        using var client = await RawClient.ConnectAsync(gateway.TextPort);
        using var php = await RawClient.ConnectAsync(gateway.InnerPort);
        var id = await ClientAsync(php);
        listener.RecordObservableInstruments();
        var before = refused;

        await php.SendAsync([
            .. Packet(PacketCommand.BindUid, id, new string('u', 17)),
            .. Packet(PacketCommand.JoinGroup, id, new string('g', 17)),
            .. Packet(PacketCommand.BindUid, id, "sixteen bytes ok"),
            .. Packet(PacketCommand.GetClientIdByUid, 0, "sixteen bytes ok"),
            .. Packet(PacketCommand.GetGroupIdList, 0, ""),
        ]);

        Assert.Equal($"a:1:{{i:0;i:{id};}}", await AnswerAsync(php));
        Assert.Equal("a:0:{}", await AnswerAsync(php));
        refused = 0;
        listener.RecordObservableInstruments();
        Assert.True(refused - before >= 2, $"{before}, then {refused}");
    }

    private static MeterListener Listen(Action<long> take)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "portico.gateway.inner_refused")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => take(value));
        listener.Start();
        return listener;
    }

    /// <summary>The only client's number, once the gateway knows it.</summary>
    private static async Task<uint> ClientAsync(RawClient php)
    {
        while (true)
        {
            await php.SendAsync(Packet(PacketCommand.GetAllClientSessions, 0, ""));
            var answer = await AnswerAsync(php);
            if (answer.Split(':') is ["a", "1", "{i", var id, ..])
            {
                return uint.Parse(id[..id.IndexOf(';', StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture);
            }
        }
    }

    private static byte[] Packet(PacketCommand command, uint connection, string ext)
    {
        var packet = new ArrayBufferWriter<byte>();
        PacketCodec.Write(packet, new PacketHeader { Command = command, ConnectionId = connection, Flags = PacketFlags.Scalar }, Encoding.UTF8.GetBytes(ext), default);
        return packet.WrittenSpan.ToArray();
    }

    private static async Task<string> AnswerAsync(RawClient php)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(await php.ReceiveAsync(sizeof(int)));
        return Encoding.UTF8.GetString(await php.ReceiveAsync(length));
    }
}
