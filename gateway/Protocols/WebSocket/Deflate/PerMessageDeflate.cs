using System.Buffers;
using Portico.Contracts.Link;

namespace Portico.Gateway.Protocols.WebSocket.Deflate;

/// <summary>
/// permessage-deflate of one connection. Without context takeover it holds nothing: the thread's inflater and deflater serve all
/// its connections. With it, its own are made with the first compressed message.
/// </summary>
internal sealed class PerMessageDeflate : IDisposable
{
    [ThreadStatic]
    private static Inflater? _threadInflater;

    [ThreadStatic]
    private static Deflater?[]? _threadDeflaters;

    private readonly DeflateAgreement _agreement;
    private readonly DeflateSettings _settings;
    private Inflater? _inflater;
    private Deflater? _deflater;
    private bool _disposed;

    /// <param name="agreement">What the handshake came to.</param>
    /// <param name="settings">Of the listener.</param>
    public PerMessageDeflate(DeflateAgreement agreement, DeflateSettings settings)
    {
        _agreement = agreement;
        _settings = settings;
        if (KeepsContext)
        {
            settings.CountContext(1);
        }
    }

    /// <summary>How our messages stand on the wire.</summary>
    public WireFormat Format => _agreement.CanShare ? WireFormat.WebSocketDeflate : WireFormat.WebSocketDeflateContext;

    private bool KeepsContext => _agreement.ServerTakeover || _agreement.ClientTakeover;

    /// <summary>Inflates a message of a client into <paramref name="output"/>.</summary>
    public InflateResult Inflate(ReadOnlySpan<byte> message, MessageBuffer output, int limit)
    {
        if (_agreement.ClientTakeover)
        {
            return (_inflater ??= new Inflater()).Inflate(message, output, limit);
        }

        var inflater = _threadInflater ??= new Inflater();
        var result = inflater.Inflate(message, output, limit);
        inflater.Reset();
        return result;
    }

    /// <summary>Encodes a message as a compressed frame when that is worth it.</summary>
    /// <returns>False: nothing was written, send it as it is.</returns>
    public bool TryWrite(IBufferWriter<byte> output, Opcode opcode, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < _settings.MinMessageSize || payload.IsEmpty)
        {
            return false;
        }

        var room = PooledBytes.Rent(Deflater.Bound(payload.Length));
        var size = Deflate(payload, room);

        // What a kept window has seen must be sent as the window saw it, worth it or not.
        var use = size >= 0 && (size < payload.Length || _agreement.ServerTakeover);
        if (use)
        {
            FrameWriter.Write(output, opcode, room.AsSpan(0, size), compressed: true);
        }

        PooledBytes.Return(room);
        return use;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _inflater?.Dispose();
        _deflater?.Dispose();
        if (KeepsContext)
        {
            _settings.CountContext(-1);
        }
    }

    private int Deflate(ReadOnlySpan<byte> payload, Span<byte> target)
    {
        ref var deflater = ref _deflater;
        if (!_agreement.ServerTakeover)
        {
            deflater = ref (_threadDeflaters ??= new Deflater?[DeflateAgreement.FullWindow + 1])[_agreement.ServerWindowBits];
            if (deflater is { } other && other.Level != _settings.Level)
            {
                other.Dispose();
                deflater = null;
            }
        }

        deflater ??= new Deflater(_agreement.ServerWindowBits, _settings.Level);
        var size = deflater.Deflate(payload, target, keepWindow: _agreement.ServerTakeover);
        if (size < 0)
        {
            // A fresh one refers to nothing that came before, which every client can read.
            deflater.Dispose();
            deflater = null;
        }

        return size;
    }
}
