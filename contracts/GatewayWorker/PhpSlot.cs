namespace Portico.Contracts.GatewayWorker;

/// <summary>A value that a reference may name by its number.</summary>
/// <param name="Value">The value; null while its end has not been read.</param>
/// <param name="Weight">Its length when spelled out.</param>
/// <param name="Height">Levels of arrays in it.</param>
internal readonly record struct PhpSlot(PhpValue Value, long Weight, int Height)
{
    /// <summary>An array or object whose end has not been read: a reference to it would be a cycle.</summary>
    public static readonly PhpSlot Unfinished = new(default, 0, 0);
}
