using Microsoft.Extensions.Hosting;

namespace Portico.Hosting;

/// <summary>
/// Why a role that runs cannot do its job with its configuration, which shows only when others have been asked. It then stops, with exit code 1 and the
/// sentence on standard error. Registered as a singleton by <see cref="RoleBuilder"/>. Thread-safe.
/// </summary>
/// <param name="lifetime">Of the role.</param>
public sealed class RoleFailure(IHostApplicationLifetime lifetime)
{
    private string? _sentence;

    /// <summary>The first reason; null when there is none.</summary>
    public string? Sentence => Volatile.Read(ref _sentence);

    /// <summary>Stops the role.</summary>
    /// <param name="sentence">Names the setting and what would be right.</param>
    public void Fail(string sentence)
    {
        _ = Interlocked.CompareExchange(ref _sentence, sentence, null);
        lifetime.StopApplication();
    }
}
