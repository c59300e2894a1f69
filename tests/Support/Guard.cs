namespace Portico.Support;

/// <summary>Every await of a test ends: what takes longer than a minute hangs.</summary>
public static class Guard
{
    /// <summary>Longest time any single step of a test may take. It is a guard against hanging, never a measure of speed.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>The same for a step that is thousands of small ones: an import, a whole script.</summary>
    public static readonly TimeSpan LongLimit = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(20);

    /// <summary>The task's result, or a <see cref="TimeoutException"/> after <see cref="Limit"/>.</summary>
    public static Task<T> Guarded<T>(this Task<T> task) => task.WaitAsync(Limit);

    /// <summary>The task, or a <see cref="TimeoutException"/> after <see cref="Limit"/>.</summary>
    public static Task Guarded(this Task task) => task.WaitAsync(Limit);

    /// <summary>Asks again and again until the answer is yes. For states that nobody signals, such as another process's.</summary>
    /// <exception cref="TimeoutException">It did not become true within <see cref="Limit"/>.</exception>
    public static Task UntilAsync(Func<Task<bool>> condition, string what) => UntilAsync(condition, what, Often);

    /// <summary>The same for a condition that needs no await.</summary>
    public static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what);

    /// <summary>The same for what is true in a moment, and asked for thousands of times.</summary>
    public static Task SoonAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what, TimeSpan.FromMilliseconds(1));

    private static async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan pause)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await condition())
        {
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited {Limit.TotalSeconds} s in vain: {what}.");
            }

            await Task.Delay(pause, CancellationToken.None);
        }
    }
}
