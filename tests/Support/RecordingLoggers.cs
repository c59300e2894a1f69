using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Portico.Support;

/// <summary>Keeps what was logged.</summary>
public sealed class RecordingLoggers : ILoggerFactory, ILogger
{
    /// <summary>In the order in which they came.</summary>
    public ConcurrentQueue<(EventId Id, string Text)> Entries { get; } = new();

    /// <summary>How many of an event.</summary>
    public int Count(int id) => Entries.Count(entry => entry.Id.Id == id);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider)
    {
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => true;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Entries.Enqueue((eventId, formatter(state, exception)));
}
