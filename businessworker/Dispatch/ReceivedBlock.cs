using Portico.Contracts.Link;

namespace Portico.BusinessWorker.Dispatch;

/// <summary>
/// The bytes of one message of a link, in one piece. Counted: the reader of the link holds it while it hands the events out, each event whose callback
/// awaits (or that waits behind such a one) holds it until it is done. Most blocks are held by the reader alone and used again at once.
/// </summary>
/// <param name="kept">What it counts for once the reader has given it up; null when what it holds is bounded otherwise.</param>
internal sealed class ReceivedBlock(KeptBytes? kept)
{
    // A batch is cut at 256 KiB by the gateway; what was larger was one large event.
    private const int KeptCapacity = 512 * 1024;

    private byte[] _bytes = [];
    private int _holders = 1;
    private int _counted;

    public ReadOnlyMemory<byte> Memory { get; private set; }

    /// <summary>Only the reader holds it.</summary>
    public bool IsOurs => Volatile.Read(ref _holders) == 1;

    /// <summary>Room for other bytes; only while <see cref="IsOurs"/>.</summary>
    public Span<byte> Fill(int length)
    {
        if (_bytes.Length < length || (_bytes.Length > KeptCapacity && length <= KeptCapacity))
        {
            PooledBytes.Return(_bytes);
            _bytes = PooledBytes.Rent(length);
        }

        Memory = _bytes.AsMemory(0, length);
        return _bytes.AsSpan(0, length);
    }

    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>The reader goes on with another block; what this one takes counts as kept.</summary>
    public void GiveUp()
    {
        _counted = Memory.Length;
        kept?.Add(_counted);
        Release();
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            kept?.Add(-_counted);
            var bytes = _bytes;
            _bytes = [];
            PooledBytes.Return(bytes);
        }
    }
}
