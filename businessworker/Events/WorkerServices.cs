using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Portico.Client;

namespace Portico.BusinessWorker.Events;

/// <summary>What a module may use beside the client it is called for.</summary>
public sealed class WorkerServices
{
    /// <summary>Sends to uids, groups and everybody, without an answer: the fast way.</summary>
    public required IGatewayPosts Posts { get; init; }

    /// <summary>Everything that can be asked of and done to clients, with an answer; over the same links, so that it sees what was posted before.</summary>
    public required IGatewayClient Gateway { get; init; }

    /// <summary>The message log.</summary>
    public required IMessageLog MessageLog { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Where times are shown (option <c>TimeZone</c>).</summary>
    public required TimeZoneInfo TimeZone { get; init; }

    /// <summary>Makes loggers.</summary>
    public required ILoggerFactory Logs { get; init; }

    /// <summary>All configuration of the process, for the module's own options.</summary>
    public required IConfiguration Configuration { get; init; }
}
