namespace Portico.WebApi.Import;

/// <summary>An old table that cannot be imported as it is; the message says why.</summary>
internal sealed class OldTableException(string message) : Exception(message);
