using Portico.Contracts.Results;

namespace Portico.WebApi.Endpoints;

/// <summary>The one place that turns a problem into a status code.</summary>
internal static class ErrorMapping
{
    /// <summary>Status and title of a problem.</summary>
    public static (int Status, string Title) Of(Problem problem) => problem switch
    {
        Problem.BadArguments => (400, "Bad Request"),
        Problem.Unauthorized => (401, "Unauthorized"),
        Problem.Forbidden => (403, "Forbidden"),
        Problem.NotFound => (404, "Not Found"),
        Problem.Conflict => (409, "Conflict"),
        Problem.Gone => (410, "Gone"),
        Problem.TooLarge => (413, "Content Too Large"),
        Problem.UnknownBody => (415, "Unsupported Media Type"),
        Problem.OverQuota => (429, "Too Many Requests"),
        Problem.Unavailable => (503, "Service Unavailable"),
        Problem.TimedOut => (504, "Gateway Timeout"),
        _ => (500, "Internal Server Error"),
    };

    /// <summary>What is wrong when a command to one client was not done, and in words; null when it was.</summary>
    public static (Problem Problem, string Message)? Of(GatewayReceipt receipt) => receipt.Status switch
    {
        CommandStatus.Delivered => null,
        CommandStatus.NoSuchClient => (Problem.NotFound, "There is no such client."),
        CommandStatus.GatewayGone or CommandStatus.NoGateway => (Problem.Unavailable, $"The client's gateway {receipt.Address} is not there."),
        CommandStatus.TimedOut => (Problem.TimedOut, $"The client's gateway {receipt.Address} did not answer in time; it may have been done."),
        // "... is over 1024 bytes": every limit of a gateway is told so.
        _ when receipt.Error is { } error && error.EndsWith(" bytes", StringComparison.Ordinal) => (Problem.TooLarge, error),
        _ => (Problem.BadArguments, receipt.Error ?? "The gateway refused it."),
    };

    /// <summary>The problem behind a status that the server itself chose while it read the request.</summary>
    public static Problem OfStatus(int status) => status switch
    {
        413 => Problem.TooLarge,
        415 => Problem.UnknownBody,
        _ => Problem.BadArguments,
    };
}
