namespace Portico.Client.GatewayWorker;

/// <summary>Packets that go out together and the answers that come back for them, in order.</summary>
internal sealed class PacketRequest(ReadOnlyMemory<byte> packets, int answers)
{
    private readonly TaskCompletionSource<byte[][]> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[][] _answers = new byte[answers][];
    private int _count;

    /// <summary>What to write.</summary>
    public ReadOnlyMemory<byte> Packets => packets;

    /// <summary>The serialized answers; faults with <see cref="IOException"/> when the connection ends before.</summary>
    public Task<byte[][]> Done => _done.Task;

    /// <summary>Whether nothing is to be waited for once it is written.</summary>
    public bool IsComplete => _count == _answers.Length;

    /// <summary>The next answer.</summary>
    public void Add(byte[] serialized)
    {
        _answers[_count++] = serialized;
        Complete();
    }

    /// <summary>It is written, or the last answer came.</summary>
    public void Complete()
    {
        if (IsComplete)
        {
            _ = _done.TrySetResult(_answers);
        }
    }

    /// <summary>There will be no answer.</summary>
    public void Fail(string why) => _done.TrySetException(new IOException(why));
}
