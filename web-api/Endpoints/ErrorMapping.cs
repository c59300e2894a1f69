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
        _ => (500, "Internal Server Error"),
    };

    /// <summary>The problem behind a status that the server itself chose while it read the request.</summary>
    public static Problem OfStatus(int status) => status switch
    {
        413 => Problem.TooLarge,
        415 => Problem.UnknownBody,
        _ => Problem.BadArguments,
    };
}
