using Portico.Contracts.Link;
using Portico.Gateway.Protocols;

namespace Portico.Gateway.Connections;

/// <summary>
/// One message for many clients: encoded at most once per wire format, its bytes shared by every outbox that still needs them.
/// Belongs to one loop, which counts the references: the last <see cref="Release"/> of those who still send it gives the payload back, the
/// last of all, those included in whose outbox its bytes wait, the encoded frames. So a message that slow readers hold is there once.
/// </summary>
internal sealed class PreparedMessage(MessagePool pool)
{
    private readonly FrameBuffer?[] _frames = new FrameBuffer?[(int)WireFormat.WebSocketDeflate + 1];
    private byte[] _payload = [];
    private int _length;
    private int _references;
    private int _senders;

    /// <summary>The message as the application gave it.</summary>
    public ReadOnlySpan<byte> Payload => _payload.AsSpan(0, _length);

    /// <summary>WebSocket clients get a binary frame.</summary>
    public bool Binary { get; private set; }

    /// <summary>The bytes go to the socket as they are.</summary>
    public bool Raw { get; private set; }

    /// <summary>For <see cref="MessagePool"/>: the message is this one now.</summary>
    public void Begin(ReadOnlySpan<byte> payload, bool binary, bool raw)
    {
        _payload = PooledBytes.Rent(payload.Length);
        payload.CopyTo(_payload);
        _length = payload.Length;
        _references = 1;
        _senders = 1;
        Binary = binary;
        Raw = raw;
    }

    /// <summary>True when this client's bytes are its own: they must be encoded for it alone.</summary>
    public bool IsPrivateTo(IFrameCodec codec) => !Raw && codec.Format > WireFormat.WebSocketDeflate;

    /// <summary>The encoded message, the same memory for all clients of one format.</summary>
    public ReadOnlyMemory<byte> For(IFrameCodec codec)
    {
        if (Raw)
        {
            return _payload.AsMemory(0, _length);
        }

        ref var frame = ref _frames[(int)codec.Format];
        if (frame is null || frame.IsEmpty)
        {
            frame ??= new FrameBuffer();
            codec.WriteMessage(frame, Payload, Binary);
        }

        return frame.Written;
    }

    /// <summary>Adds a sender reference.</summary>
    public void AddReference()
    {
        _senders++;
        _references++;
    }

    /// <summary>One less who sends it.</summary>
    public void Release()
    {
        // Raw bytes are the payload itself.
        if (--_senders == 0 && !Raw)
        {
            DropPayload();
        }

        ReleaseFrame();
    }

    /// <summary>One more outbox in which a frame of it waits.</summary>
    public void KeepFrame() => _references++;

    /// <summary>One such outbox less.</summary>
    public void ReleaseFrame()
    {
        if (--_references > 0)
        {
            return;
        }

        DropPayload();
        foreach (var frame in _frames)
        {
            frame?.Clear();
        }

        pool.Return(this);
    }

    private void DropPayload()
    {
        if (_payload.Length > 0)
        {
            PooledBytes.Return(_payload);
            _payload = [];
        }
    }
}
