namespace Portico.Gateway.Loops;

/// <summary>The bound listeners by their index. Filled before the loops run, so that clients who come meanwhile wait in the inboxes.</summary>
internal sealed class LoopListeners
{
    private volatile LoopListener[] _listeners = [];

    /// <summary>The listener of that index.</summary>
    public LoopListener this[int index] => _listeners[index];

    /// <summary>Adds the listener after the last.</summary>
    public void Add(LoopListener listener) => _listeners = [.. _listeners, listener];
}
