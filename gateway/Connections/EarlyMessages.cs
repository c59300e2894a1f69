namespace Portico.Gateway.Connections;

/// <summary>Messages to a client whose opening handshake is not done: how its bytes are encoded is not known yet.</summary>
internal sealed class EarlyMessages
{
    private readonly Queue<PreparedMessage> _messages = new();
    private long _bytes;

    /// <summary>Keeps a message; false when <paramref name="limit"/> bytes wait already.</summary>
    public bool TryAdd(PreparedMessage message, int limit)
    {
        if (_bytes > limit)
        {
            return false;
        }

        message.AddReference();
        _messages.Enqueue(message);

        // An empty message costs its entry.
        _bytes += message.Payload.Length + 64;
        return true;
    }

    /// <summary>Sends them in order.</summary>
    public void SendTo(ClientOutput client)
    {
        while (_messages.TryDequeue(out var message))
        {
            _ = client.Deliver(message, direct: false);
            message.Release();
        }
    }

    /// <summary>Forgets them.</summary>
    public void Drop()
    {
        while (_messages.TryDequeue(out var message))
        {
            message.Release();
        }
    }
}
