using Microsoft.Extensions.Logging;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>
/// Commands of PHP peers that were not done (a session or name that is too long, a group too many). The protocol has no word for it, so the
/// log has: at once, and then not more often than every ten seconds. From any loop.
/// </summary>
internal sealed partial class PhpRefusals(TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = logger;
    private readonly Lock _gate = new();
    private long _saidAt;
    private long _said;
    private long _count;

    /// <summary>So many since the start.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>One more.</summary>
    public void Add(CommandKind kind, string error)
    {
        long unsaid;
        lock (_gate)
        {
            _count++;
            if (_said > 0 && clock.GetElapsedTime(_saidAt) < Pause)
            {
                return;
            }

            unsaid = _count - _said;
            _said = _count;
            _saidAt = clock.GetTimestamp();
        }

        LogRefused(kind, error, unsaid);
    }
}
