namespace Portico.Gateway.Connections;

/// <summary>A queue of pieces that can be looked at and changed in place.</summary>
internal struct OutboxPieces()
{
    private OutboxPiece[] _pieces = new OutboxPiece[2];
    private int _first;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The oldest.</summary>
    public readonly ref OutboxPiece First => ref _pieces[_first];

    /// <summary>The newest.</summary>
    public readonly ref OutboxPiece Last => ref _pieces[_first + Count - 1];

    /// <summary>Appends an empty one.</summary>
    public ref OutboxPiece Add()
    {
        if (_first + Count == _pieces.Length)
        {
            MakeRoom();
        }

        return ref _pieces[_first + Count++];
    }

    /// <summary>Removes the oldest and gives its array back.</summary>
    public void RemoveFirst()
    {
        ref var piece = ref _pieces[_first];
        piece.Release();
        piece = default;
        Count--;
        _first = Count == 0 ? 0 : _first + 1;
    }

    /// <summary>Lists the unsent bytes of the oldest pieces for a vectored write; returns how many were listed.</summary>
    public readonly int Gather(ReadOnlyMemory<byte>[] target, out int bytes)
    {
        var count = Math.Min(target.Length, Count);
        bytes = 0;
        for (var i = 0; i < count; i++)
        {
            ref var piece = ref _pieces[_first + i];
            target[i] = piece.Array.AsMemory(piece.Start, piece.Length);
            bytes += piece.Length;
        }

        return count;
    }

    private void MakeRoom()
    {
        if (_first == 0)
        {
            Array.Resize(ref _pieces, _pieces.Length * 2);
            return;
        }

        Array.Copy(_pieces, _first, _pieces, 0, Count);
        Array.Clear(_pieces, Count, _first);
        _first = 0;
    }
}
