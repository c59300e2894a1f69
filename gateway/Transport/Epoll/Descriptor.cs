namespace Portico.Gateway.Transport.Epoll;

/// <summary>An accepted descriptor that no loop owns yet.</summary>
internal sealed class Descriptor(int number) : IDisposable
{
    private int _number = number;

    /// <summary>Gives the descriptor away; -1 when it is already gone.</summary>
    public int Take() => Interlocked.Exchange(ref _number, -1);

    /// <inheritdoc/>
    public void Dispose()
    {
        var number = Take();
        if (number >= 0)
        {
            _ = LinuxNative.Close(number);
        }
    }
}
