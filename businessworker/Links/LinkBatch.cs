namespace Portico.BusinessWorker.Links;

/// <summary>
/// What a reader's thread has written to while it hands out one batch of events: each such output is flushed once, at the end. Writes of other threads
/// (callbacks that awaited) are flushed by a pool thread soon after.
/// </summary>
internal sealed class LinkBatch
{
    [ThreadStatic]
    private static LinkBatch? _current;

    private readonly List<IBatchedOutput> _touched = [];
    private IBatchedOutput? _last;

    /// <summary>The batch that this thread is in; null for none.</summary>
    public static LinkBatch? Current => _current;

    /// <summary>Until <see cref="End"/>, which has to come on the same thread.</summary>
    public void Begin() => _current = this;

    public void Touch(IBatchedOutput output)
    {
        if (ReferenceEquals(output, _last))
        {
            return;
        }

        _last = output;
        if (!_touched.Contains(output))
        {
            _touched.Add(output);
        }
    }

    public void End()
    {
        _current = null;
        foreach (var output in _touched)
        {
            output.Flush();
        }

        _touched.Clear();
        _last = null;
    }
}
