using Portico.Contracts.Link;
using Portico.Contracts.Rpc;

namespace Portico.BusinessWorker.Links;

/// <summary>
/// Framed WorkerMessages in one buffer: fields are added to the open one, which is sealed when it is large enough. Under the lock of the link's
/// output.
/// </summary>
internal sealed class LinkFrames : IOutputBuffer
{
    // Bodies above 256 KiB go in parts, and a message is sealed above that: design, limits.
    private const int SealAbove = 256 * 1024;
    private const int PartBytes = 256 * 1024;
    private const int KeptCapacity = 1024 * 1024;

    private readonly LinkBuffer _buffer = new();
    private int _open = -1;

    /// <inheritdoc/>
    public int Length => _buffer.Length;

    /// <summary>What was sealed.</summary>
    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <summary>The most frequent command.</summary>
    public void AddSend(uint connection, scoped ReadOnlySpan<byte> body, bool binary)
    {
        Begin();
        CommandBatchWriter.AppendSendToClient(_buffer, connection, body, binary);
        SealIf(SealAbove);
    }

    /// <summary>A command; a large body goes before it in messages of its own.</summary>
    public void AddCommand(
        scoped in CommandFields fields, scoped ReadOnlySpan<string> names, scoped ReadOnlySpan<uint> connections, scoped ReadOnlySpan<uint> exclude,
        ref ulong lastPart)
    {
        if (fields.Body.Length > PartBytes)
        {
            var last = fields;
            last.BodyPart = ++lastPart;
            last.Body = AddParts(fields.Body, lastPart);
            Begin();
            CommandBatchWriter.AppendCommand(_buffer, last, names, connections, exclude);
        }
        else
        {
            Begin();
            CommandBatchWriter.AppendCommand(_buffer, fields, names, connections, exclude);
        }

        SealIf(SealAbove);
    }

    /// <summary>What is done with.</summary>
    public void AddAck(ulong through, ReadOnlySpan<(ulong First, ulong Last)> ranges)
    {
        Begin();
        CommandBatchWriter.AppendAck(_buffer, through, ranges);
    }

    /// <summary>All that came before the probe is handed out.</summary>
    public void AddProbed(ulong probe)
    {
        Begin();
        CommandBatchWriter.AppendProbed(_buffer, probe);
    }

    /// <summary>No more events, please.</summary>
    public void AddLeaving()
    {
        Begin();
        CommandBatchWriter.AppendLeaving(_buffer);
    }

    /// <summary>Ends the open message; before the bytes are sent.</summary>
    public void Seal() => SealIf(0);

    /// <inheritdoc/>
    public void Clear() => _buffer.Clear(KeptCapacity);

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    /// <summary>Whether a body has to go the long way.</summary>
    public static bool NeedsParts(int bodyLength) => bodyLength > PartBytes;

    private ReadOnlySpan<byte> AddParts(ReadOnlySpan<byte> body, ulong id)
    {
        while (body.Length > PartBytes)
        {
            Seal();
            Begin();
            CommandBatchWriter.AppendPart(_buffer, id, body[..PartBytes]);
            Seal();
            body = body[PartBytes..];
        }

        return body;
    }

    private void Begin()
    {
        if (_open < 0)
        {
            _open = _buffer.Length;
            _buffer.GetSpan(RpcFraming.PrefixLength);
            _buffer.Advance(RpcFraming.PrefixLength);
        }
    }

    private void SealIf(int above)
    {
        if (_open < 0)
        {
            return;
        }

        var length = _buffer.Length - _open - RpcFraming.PrefixLength;
        if (length > above)
        {
            RpcFraming.WritePrefix(_buffer.Patch(_open, RpcFraming.PrefixLength), length);
            _open = -1;
        }
    }
}
