namespace Portico.WebApi.Identity;

/// <summary>How a bind over HTTP ended.</summary>
/// <param name="IsBound">The client has the uid.</param>
/// <param name="IsFailure">The caller named a client that cannot become the caller's.</param>
/// <param name="Message">What the caller can do about it; null when the status says all.</param>
internal readonly record struct BindResult(bool IsBound, bool IsFailure, string? Message = null)
{
    /// <summary>Done, or done before.</summary>
    public static readonly BindResult Bound = new(true, false);

    /// <summary>There is no such client, or it is not the caller's.</summary>
    public static readonly BindResult Refused = new(false, true);

    /// <summary>The client's gateway is unknown or did not answer.</summary>
    public static readonly BindResult Unavailable = new(false, false);
}
