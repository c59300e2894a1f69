using System.Buffers;
using System.Text;
using Portico.Contracts.Results;
using Portico.Gateway.Protocols;

namespace Portico.Gateway.Tests.Protocols;

/// <summary>Feeds a codec as a connection does: keeps what was not consumed, stops after a close or a refusal, notes all that came.</summary>
internal sealed class CodecDriver(IFrameCodec codec)
{
    private byte[] _kept = [];

    public List<Seen> Frames { get; } = [];

    public IReadOnlyList<string> Texts => [.. Frames.Where(f => f.Kind == FrameKind.Message).Select(f => Encoding.UTF8.GetString(f.Payload))];

    public IReadOnlyList<byte[]> Messages => [.. Frames.Where(f => f.Kind == FrameKind.Message).Select(f => f.Payload)];

    public Seen? Refusal { get; private set; }

    public bool Ended { get; private set; }

    public CodecDriver Feed(ReadOnlySpan<byte> bytes)
    {
        if (Ended)
        {
            return this;
        }

        // Its own array, so that a codec that reads past the end is found out.
        byte[] input = [.. _kept, .. bytes];
        var at = 0;
        while (!Ended)
        {
            var status = codec.TryRead(input.AsSpan(at), out var frame, out var consumed);
            Assert.InRange(consumed, 0, input.Length - at);
            at += consumed;
            if (status == FrameStatus.NeedMore)
            {
                Assert.InRange(input.Length - at, 0, codec.MaxKept);
                break;
            }

            Note(status, frame);
        }

        _kept = input[at..];
        return this;
    }

    public CodecDriver FeedInPieces(ReadOnlySpan<byte> bytes, int size)
    {
        for (var at = 0; at < bytes.Length; at += size)
        {
            Feed(bytes.Slice(at, Math.Min(size, bytes.Length - at)));
        }

        return this;
    }

    public static byte[] Written(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }

    private void Note(FrameStatus status, Frame frame)
    {
        var seen = new Seen(frame.Kind, frame.Binary, frame.Payload.ToArray(), frame.Reply.ToArray(), frame.Reason, frame.Subprotocol);
        if (status == FrameStatus.Refused)
        {
            Refusal = seen;
            Ended = true;
            return;
        }

        Frames.Add(seen);
        Ended = frame.Kind == FrameKind.Close;
    }

    internal sealed record Seen(FrameKind Kind, bool Binary, byte[] Payload, byte[] Reply, CloseReason Reason, string? Subprotocol);
}
