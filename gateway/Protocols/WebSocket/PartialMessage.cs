using Portico.Contracts.Results;

namespace Portico.Gateway.Protocols.WebSocket;

/// <summary>
/// A message of which not all has come: fragments, or one frame longer than what was received. Exists only that long.
/// </summary>
internal sealed class PartialMessage
{
    private readonly bool _text;
    private uint _key;
    private int _checked;

    /// <param name="first">Header of its first frame.</param>
    public PartialMessage(in FrameHeader first)
    {
        Compressed = first.Compressed;
        Binary = first.Opcode == Opcode.Binary;
        _text = !Binary && !Compressed;
    }

    /// <summary>What came, unmasked.</summary>
    public MessageBuffer Buffer { get; } = MessageBuffer.Take();

    /// <summary>Its first frame says it is compressed.</summary>
    public bool Compressed { get; }

    /// <summary>Its first frame says it is binary.</summary>
    public bool Binary { get; }

    /// <summary>Bytes of the current frame still to come.</summary>
    public int Missing { get; private set; }

    /// <summary>The current frame is the last.</summary>
    public bool Last { get; private set; }

    /// <summary>Frames so far.</summary>
    public int Frames { get; private set; }

    /// <summary>The next frame begins; its size was checked.</summary>
    public void Begin(in FrameHeader header)
    {
        Frames++;
        Missing = (int)header.PayloadLength;
        Last = header.Fin;
        _key = header.Key;
    }

    /// <summary>Takes what there is of the current frame.</summary>
    /// <returns>How many bytes were taken.</returns>
    public int Take(ReadOnlySpan<byte> input)
    {
        var count = Math.Min(input.Length, Missing);
        var target = Buffer.Reserve(count)[..count];
        input[..count].CopyTo(target);
        Masking.Apply(target, _key);
        _key = Masking.Turn(_key, count);
        Buffer.Advance(count);
        Missing -= count;
        return count;
    }

    /// <summary>Whether what came can be the beginning of a valid message (of text in clear; else it cannot be said yet).</summary>
    public bool IsValidSoFar()
    {
        if (!_text)
        {
            return true;
        }

        if (!Utf8Prefix.IsValid(Buffer.Written[_checked..], out var whole))
        {
            return false;
        }

        _checked += whole;
        return !IsComplete || _checked == Buffer.Length;
    }

    /// <summary>All of it came.</summary>
    public bool IsComplete => Last && Missing == 0;

    /// <summary>The reason to refuse what <see cref="IsValidSoFar"/> denied.</summary>
    public static CloseReason Invalid => CloseReason.InvalidText;
}
