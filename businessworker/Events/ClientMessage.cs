using System.Text;

namespace Portico.BusinessWorker.Events;

/// <summary>What a client sent. The bytes are lent: they are valid until the callback's task ends.</summary>
/// <param name="Bytes">The message.</param>
/// <param name="Binary">It came as a binary frame; else it is valid UTF-8 on WebSocket listeners.</param>
public readonly record struct ClientMessage(ReadOnlyMemory<byte> Bytes, bool Binary)
{
    /// <summary>The message.</summary>
    public ReadOnlySpan<byte> Span => Bytes.Span;

    /// <summary>The message as a string, made at each call.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);
}
