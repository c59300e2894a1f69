namespace Portico.WebApi.Storage;

/// <summary>The database is away, too slow, or the writer's queue is full: nothing is known to be stored, try again.</summary>
internal sealed class StoreUnavailableException : Exception
{
    public StoreUnavailableException(string message)
        : base(message)
    {
    }

    public StoreUnavailableException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
