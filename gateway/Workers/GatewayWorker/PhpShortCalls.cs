using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Rpc;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>
/// Commands that nobody answers, from connections that only say them: taken on the accepting thread. Anything else (a worker, a query, a
/// packet in pieces, a wrong secret) goes the long way, to an <see cref="InnerConnection"/>.
/// </summary>
internal sealed class PhpShortCalls : IShortCalls, IDisposable
{
    private static readonly object Proved = new();

    private readonly PhpPort _port;
    private readonly Action<int> _handled;
    private readonly ManualResetEventSlim _room = new(initialState: true);
    private long _waiting;

    /// <summary>For one gateway.</summary>
    public PhpShortCalls(PhpPort port)
    {
        _port = port;
        _handled = Handled;
    }

    /// <summary>Whether the short calls saw the secret of a connection that is served the long way now.</summary>
    public static bool HasProved(object? state) => state == Proved;

    /// <summary>Whether a connection that begins so is a worker's.</summary>
    public static bool IsWorker(ReadOnlySpan<byte> first) => first.Length > sizeof(uint) && first[sizeof(uint)] == (byte)PacketCommand.WorkerConnect;

    /// <inheritdoc/>
    public bool TryTake(ref object? state, ReadOnlySpan<byte> bytes)
    {
        var isAuthorized = state == Proved || _port.SecretKey.IsOpen;
        if (!AreCommands(bytes, isAuthorized))
        {
            return false;
        }

        var packets = new PhpPackets(_port, null, isAuthorized);
        var batch = new PhpBatch(bytes, _port, _handled);
        if (packets.Read(batch) is not null)
        {
            batch.Discard();
            return false;
        }

        if (Interlocked.Add(ref _waiting, bytes.Length) > _port.Limits.Commands)
        {
            _room.Reset();
        }

        state = packets.IsAuthorized ? Proved : state;
        _ = batch.TryPost(_port.Loops);
        return true;
    }

    /// <inheritdoc/>
    public bool WaitForRoom(TimeSpan time) => Interlocked.Read(ref _waiting) <= _port.Limits.Commands || _room.Wait(time);

    /// <inheritdoc/>
    public void Dispose() => _room.Dispose();

    // Looked at before anything is done: all or nothing.
    private static bool AreCommands(ReadOnlySpan<byte> bytes, bool isAuthorized)
    {
        while (!bytes.IsEmpty)
        {
            if (PacketCodec.TryRead(bytes, out var packet) != PacketStatus.Complete)
            {
                return false;
            }

            if (packet.Command == PacketCommand.ClientConnect)
            {
                isAuthorized = true;
            }
            else if (!isAuthorized || packet.Command == PacketCommand.WorkerConnect || PhpQueryReader.IsQuery(packet.Command))
            {
                return false;
            }

            bytes = bytes[packet.Length..];
        }

        return true;
    }

    private void Handled(int bytes)
    {
        if (Interlocked.Add(ref _waiting, -bytes) <= _port.Limits.Commands / 2 && !_room.IsSet)
        {
            _room.Set();
        }
    }
}
