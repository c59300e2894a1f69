namespace Portico.Contracts.GatewayWorker;

/// <summary>An array or object whose end <see cref="PhpReader"/> has not read yet.</summary>
internal sealed class PhpFrame(PhpArray? array, int count, int start, long copied, int slot)
{
    /// <summary>Key of the entry that comes next.</summary>
    public PhpKey Key;

    /// <summary>The array being filled; null in and inside objects, of which nothing is kept but bytes.</summary>
    public PhpArray? Array { get; } = array;

    /// <summary>Where it began.</summary>
    public int Start { get; } = start;

    /// <summary>Bytes of spelled out references before it.</summary>
    public long Copied { get; } = copied;

    /// <summary>Its place among the slots.</summary>
    public int Slot { get; } = slot;

    /// <summary>Whether it is an object itself.</summary>
    public bool IsObject { get; init; }

    /// <summary>Whether it is an object or lies in one.</summary>
    public bool InObject { get; init; }

    /// <summary>Entries to come.</summary>
    public int Remaining { get; private set; } = count;

    /// <summary>Levels of arrays in its entries.</summary>
    public int Height { get; private set; }

    /// <summary>Takes the value of <see cref="Key"/>.</summary>
    public void Set(PhpValue value, int height)
    {
        Height = Math.Max(Height, height);
        Remaining--;
        if (Array is not null)
        {
            Array[Key] = value;
        }
    }
}
