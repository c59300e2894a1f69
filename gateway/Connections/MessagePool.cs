namespace Portico.Gateway.Connections;

/// <summary>The prepared messages of one loop that nobody needs now.</summary>
internal sealed class MessagePool
{
    private const int Kept = 256;
    private readonly Stack<PreparedMessage> _free = new();

    /// <summary>Messages that somebody still holds.</summary>
    public int InUse { get; private set; }

    /// <summary>A message with one reference. The payload is copied: the caller's bytes are gone when its call is over.</summary>
    public PreparedMessage Rent(ReadOnlySpan<byte> payload, bool binary, bool raw)
    {
        InUse++;
        var message = _free.TryPop(out var free) ? free : new PreparedMessage(this);
        message.Begin(payload, binary, raw);
        return message;
    }

    /// <summary>Takes one back that nobody holds any more.</summary>
    public void Return(PreparedMessage message)
    {
        InUse--;
        if (_free.Count < Kept)
        {
            _free.Push(message);
        }
    }
}
