using Microsoft.Extensions.Logging;
using Portico.Client;

namespace Portico.Cli;

/// <summary>Takes the first reason why a watcher got no answer from what it logs. Thread-safe.</summary>
internal sealed class FirstFault : ILogger<RegisterWatcher>
{
    private readonly TaskCompletionSource<string> _reason = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the reason, once there is one.</summary>
    public Task<string> Reason => _reason.Task;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var values = state as IReadOnlyList<KeyValuePair<string, object?>>;
        _reason.TrySetResult(values?.FirstOrDefault(value => value.Key == "Reason").Value?.ToString() ?? formatter(state, exception));
    }
}
