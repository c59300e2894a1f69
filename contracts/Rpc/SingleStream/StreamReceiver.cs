using System.Buffers.Binary;

namespace Portico.Contracts.Rpc.SingleStream;

/// <summary>
/// The receiving half of a connection with one stream. Bytes come in any pieces; DATA is handed on as it comes, other frames when they are
/// whole. Strict: what one of our own would not send ends the connection. Used by one thread at a time.
/// </summary>
public sealed class StreamReceiver
{
    // Half of a window would do; a quarter costs nothing either.
    private const uint UpdateAfter = (uint)(StreamFrames.Window / 4);
    private const int PrefaceLength = 24;

    private readonly IStreamOwner _owner;
    private readonly byte[] _header = new byte[PrefaceLength];
    private readonly uint _updateAfter;
    private byte[] _payload = [];
    private int _have;
    private int _missing;
    private uint _unreturned;
    private bool _preface;
    private bool _inFrame;
    private bool _settled;
    private bool _ended;

    /// <summary>A receiver of the first byte.</summary>
    /// <param name="owner">Who hears of it.</param>
    /// <param name="isServer">The caller's preface comes first.</param>
    public StreamReceiver(IStreamOwner owner, bool isServer)
        : this(owner, isServer, UpdateAfter)
    {
    }

    internal StreamReceiver(IStreamOwner owner, bool isServer, uint updateAfter)
    {
        _owner = owner;
        _preface = isServer;
        _updateAfter = updateAfter;
    }

    /// <summary>What was wrong; null when nothing was.</summary>
    public string? Fault { get; private set; }

    private byte Type => _header[3];

    private byte Flags => _header[4];

    private int Stream => BinaryPrimitives.ReadInt32BigEndian(_header.AsSpan(5)) & int.MaxValue;

    /// <summary>Takes bytes; false when the peer broke the protocol, see <see cref="Fault"/>.</summary>
    public bool TryReceive(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && Fault is null)
        {
            bytes = _preface ? bytes[Gather(bytes, _header, PrefaceLength)..]
                : _inFrame ? bytes[TakePayload(bytes)..]
                : bytes[Gather(bytes, _header, StreamFrames.HeaderLength)..];
            if (_preface && _have == PrefaceLength)
            {
                _preface = false;
                _have = 0;
            }
            else if (!_preface && !_inFrame && _have == StreamFrames.HeaderLength)
            {
                Begin();
            }
        }

        return Fault is null;
    }

    private int Gather(ReadOnlySpan<byte> bytes, byte[] target, int length)
    {
        var taken = Math.Min(length - _have, bytes.Length);
        bytes[..taken].CopyTo(target.AsSpan(_have));
        _have += taken;
        return taken;
    }

    private void Begin()
    {
        _missing = (_header[0] << 16) | (_header[1] << 8) | _header[2];
        _have = 0;
        _inFrame = true;
        if (Type == StreamFrames.Data)
        {
            BeginData();
        }
        else if (Type is StreamFrames.PushPromise or StreamFrames.Continuation || _missing > StreamFrames.MaxControlPayload)
        {
            Fault = "a frame that does not belong here";
        }
        else if (!_settled && Type != StreamFrames.Settings)
        {
            Fault = "settings must come first";
        }
        else
        {
            if (_payload.Length < _missing)
            {
                _payload = new byte[_missing];
            }

            if (_missing == 0)
            {
                EndFrame();
            }
        }
    }

    private void BeginData()
    {
        if (Stream != StreamFrames.Stream || (Flags & StreamFrames.Padded) != 0 || _ended || !_settled)
        {
            Fault = "data that does not belong here";
        }
        else if (_missing == 0)
        {
            EndFrame();
        }
        else
        {
            Return((uint)_missing);
        }
    }

    private int TakePayload(ReadOnlySpan<byte> bytes)
    {
        var taken = Math.Min(_missing, bytes.Length);
        _missing -= taken;
        if (Type == StreamFrames.Data)
        {
            _owner.OnData(bytes[..taken]);
        }
        else
        {
            bytes[..taken].CopyTo(_payload.AsSpan(_have));
            _have += taken;
        }

        if (_missing == 0)
        {
            EndFrame();
        }

        return taken;
    }

    private void EndFrame()
    {
        var payload = _payload.AsSpan(0, _have);
        _have = 0;
        _inFrame = false;
        switch (Type)
        {
            case StreamFrames.Headers:
                OnHeaders(payload);
                break;
            case StreamFrames.Settings:
                OnSettings(payload);
                break;
            case StreamFrames.Ping when (Flags & StreamFrames.Acknowledgement) == 0:
                _owner.Reply(StreamFrames.Frame(StreamFrames.Ping, StreamFrames.Acknowledgement, 0, payload));
                break;
            case StreamFrames.WindowUpdate when payload.Length != sizeof(uint):
                Fault = "a window update that cannot be read";
                break;
            case StreamFrames.WindowUpdate when Stream == StreamFrames.Stream:
                _owner.OnWindow(BinaryPrimitives.ReadUInt32BigEndian(payload) & int.MaxValue);
                break;
            case StreamFrames.Reset:
            case StreamFrames.GoAway:
                Fault = "the peer has ended the connection";
                break;
        }

        if (Fault is null && (Type is StreamFrames.Data or StreamFrames.Headers) && (Flags & StreamFrames.EndStream) != 0)
        {
            _ended = true;
            _owner.OnEnd();
        }
    }

    private void OnHeaders(ReadOnlySpan<byte> block)
    {
        var plain = (Flags & (StreamFrames.EndHeaders | StreamFrames.Padded | StreamFrames.Priority)) == StreamFrames.EndHeaders;
        if (_ended || !plain || Stream != StreamFrames.Stream || StreamHeaders.Read(block) is not { } headers)
        {
            Fault = "headers that do not belong here";
            return;
        }

        _owner.OnHeaders(headers);
    }

    private void OnSettings(ReadOnlySpan<byte> payload)
    {
        if ((Flags & StreamFrames.Acknowledgement) != 0)
        {
            return;
        }

        if (payload.Length % StreamFrames.SettingLength != 0)
        {
            Fault = "settings that cannot be read";
            return;
        }

        _owner.Reply(StreamFrames.Frame(StreamFrames.Settings, StreamFrames.Acknowledgement, 0, []));
        if (!_settled)
        {
            _settled = true;
            _owner.OnSettings(payload.Length >= StreamFrames.SettingLength && BinaryPrimitives.ReadUInt16BigEndian(payload) == StreamPreface.PlaceSetting);
        }
    }

    private void Return(uint bytes)
    {
        _unreturned += bytes;
        if (_unreturned >= _updateAfter)
        {
            _owner.Reply(StreamFrames.Update(0, _unreturned));
            _owner.Reply(StreamFrames.Update(StreamFrames.Stream, _unreturned));
            _unreturned = 0;
        }
    }
}
