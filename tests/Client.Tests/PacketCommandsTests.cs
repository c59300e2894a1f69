using System.Text;
using Google.Protobuf;
using Portico.Client.GatewayWorker;
using Portico.Contracts.Protos.Gateway;
using Portico.Support;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.Client.Tests;

public sealed class PacketCommandsTests
{
    [Theory]
    [InlineData(CommandKind.BindUid, "0", "")]
    [InlineData(CommandKind.BindUid, "", "")]
    [InlineData(CommandKind.JoinGroup, "0", "")]
    [InlineData(CommandKind.JoinGroup, "", "")]
    [InlineData(CommandKind.SetSession, null, "i:5;")]
    [InlineData(CommandKind.SetSession, null, "a:1:{s:3:\"four\";b:1;}")]
    [InlineData(CommandKind.UpdateSession, null, "")]
    public async Task ExecuteAsync_WhatPhpIgnoresOrDiesOf_IsRefusedAndNotSent(CommandKind kind, string? name, string body)
    {
        var wire = new RecordingWire();
        var command = new Command { Kind = kind, Connection = 1, Body = ByteString.CopyFromUtf8(body) };
        command.Names.AddRange(name is null ? [] : [name]);

        var outcome = await new PacketCommands(wire, TimeProvider.System).ExecuteAsync(command, TimeSpan.FromSeconds(30), CancellationToken.None).Guarded();

        Assert.Equal(CommandStatus.Refused, outcome.Status);
        Assert.False(string.IsNullOrEmpty(outcome.Error));
        Assert.Equal(0, wire.Sent);
    }

    [Theory]
    [InlineData(CommandKind.BindUid, "00", "")]
    [InlineData(CommandKind.JoinGroup, "7", "")]
    [InlineData(CommandKind.LeaveGroup, "0", "")]
    [InlineData(CommandKind.SetSession, null, "")]
    [InlineData(CommandKind.SetSession, null, "a:1:{s:4:\"four\";b:1;}")]
    public async Task ExecuteAsync_WhatPhpTakes_IsSent(CommandKind kind, string? name, string body)
    {
        var wire = new RecordingWire();
        var command = new Command { Kind = kind, Connection = 1, Body = ByteString.CopyFromUtf8(body) };
        command.Names.AddRange(name is null ? [] : [name]);

        var outcome = await new PacketCommands(wire, TimeProvider.System).ExecuteAsync(command, TimeSpan.FromSeconds(30), CancellationToken.None).Guarded();

        Assert.Equal((CommandStatus.Delivered, 1u), (outcome.Status, (uint)outcome.Delivered));
        Assert.Equal(1, wire.Sent);
    }

    /// <summary>A gateway where every client is online.</summary>
    private sealed class RecordingWire : IPacketExchange
    {
        public int Sent { get; private set; }

        public Task<byte[][]> ExchangeAsync(ReadOnlyMemory<byte> packets, int answers)
        {
            Sent++;
            return Task.FromResult<byte[][]>([Encoding.ASCII.GetBytes("i:1;")]);
        }
    }
}
