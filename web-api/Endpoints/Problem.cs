namespace Portico.WebApi.Endpoints;

/// <summary>Everything that can be wrong with a request; <see cref="ErrorMapping"/> says what each means in HTTP.</summary>
internal enum Problem
{
    /// <summary>A field is missing or wrong, or the body cannot be read.</summary>
    BadArguments,

    /// <summary>No valid API key or user token.</summary>
    Unauthorized,

    /// <summary>Known, but not allowed to do this.</summary>
    Forbidden,

    /// <summary>No such route, method or thing.</summary>
    NotFound,

    /// <summary>An id was used for something else.</summary>
    Conflict,

    /// <summary>Too late to do it.</summary>
    Gone,

    /// <summary>The body is over the limit.</summary>
    TooLarge,

    /// <summary>The body is of a kind that is not read here.</summary>
    UnknownBody,

    /// <summary>A quota is used up.</summary>
    OverQuota,

    /// <summary>Try again later: nothing is known to be done.</summary>
    Unavailable,

    /// <summary>A gateway did not answer in time; it may have been done.</summary>
    TimedOut,

    /// <summary>Our fault.</summary>
    Internal,
}
