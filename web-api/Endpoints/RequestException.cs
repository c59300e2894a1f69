namespace Portico.WebApi.Endpoints;

/// <summary>Ends a request with a problem that <see cref="ErrorBorder"/> writes in the shape of its route.</summary>
internal sealed class RequestException(Problem problem, string detail, IReadOnlyDictionary<string, string>? errors = null) : Exception(detail)
{
    public Problem Problem { get; } = problem;

    /// <summary>What is wrong with each bad field.</summary>
    public IReadOnlyDictionary<string, string>? Errors { get; } = errors;

    /// <summary>Seconds to wait before the next try, for the header <c>Retry-After</c>; 0: nothing is said.</summary>
    public long RetrySeconds { get; init; }

    /// <summary>One bad field.</summary>
    public static RequestException Field(string name, string fault) =>
        new(Problem.BadArguments, $"{name} {fault}", new Dictionary<string, string> { [name] = fault });
}
