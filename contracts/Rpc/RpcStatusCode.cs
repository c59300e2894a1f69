namespace Portico.Contracts.Rpc;

/// <summary>Status codes of gRPC, as they stand in the trailer <c>grpc-status</c>.</summary>
public enum RpcStatusCode
{
    /// <summary>Done.</summary>
    OK = 0,

    /// <summary>Given up by the caller.</summary>
    Cancelled = 1,

    /// <summary>A fault that says nothing about itself.</summary>
    Unknown = 2,

    /// <summary>The request is wrong whatever the state of the server.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed; the work may still have been done.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>What was to be made exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A limit was passed, for example the size of a message.</summary>
    ResourceExhausted = 8,

    /// <summary>The state of the server does not allow it.</summary>
    FailedPrecondition = 9,

    /// <summary>Given up because of others at the same time.</summary>
    Aborted = 10,

    /// <summary>Past the valid range.</summary>
    OutOfRange = 11,

    /// <summary>No such method, or a feature that is not spoken (compression).</summary>
    Unimplemented = 12,

    /// <summary>A bug or a broken peer.</summary>
    Internal = 13,

    /// <summary>Not there now; try again.</summary>
    Unavailable = 14,

    /// <summary>Data was lost.</summary>
    DataLoss = 15,

    /// <summary>The caller is not known: secret key missing or wrong.</summary>
    Unauthenticated = 16,
}
