namespace Portico.Support;

/// <summary>Every await of a test ends: what takes longer than a minute hangs.</summary>
public static class Guard
{
    /// <summary>Longest time any single step of a test may take. It is a guard against hanging, never a measure of speed.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>The task's result, or a <see cref="TimeoutException"/> after <see cref="Limit"/>.</summary>
    public static Task<T> Guarded<T>(this Task<T> task) => task.WaitAsync(Limit);

    /// <summary>The task, or a <see cref="TimeoutException"/> after <see cref="Limit"/>.</summary>
    public static Task Guarded(this Task task) => task.WaitAsync(Limit);

    /// <summary>Asks again and again until the answer is yes. For states that nobody signals, such as another process's.</summary>
    /// <exception cref="TimeoutException">It did not become true within <see cref="Limit"/>.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await condition())
        {
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited {Limit.TotalSeconds} s in vain: {what}.");
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }

    /// <summary>The same for a condition that needs no await.</summary>
    public static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what);
}
