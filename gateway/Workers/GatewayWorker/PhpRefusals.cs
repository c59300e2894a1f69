using Portico.Contracts.Protos.Gateway;
using Portico.Hosting;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>
/// Commands of PHP peers that were not done (a session or name that is too long, a group too many). The protocol has no word for it, so the
/// log has. From any loop.
/// </summary>
internal sealed class PhpRefusals(RepeatedWarnings warnings)
{
    private long _count;

    /// <summary>So many since the start.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>One more.</summary>
    public void Add(CommandKind kind, string error)
    {
        Interlocked.Increment(ref _count);
        warnings.Add($"{kind} of a PHP peer was not done", error);
    }
}
