using Portico.WebApi.Storage;

namespace Portico.WebApi.Import;

/// <summary>What an old row was read as.</summary>
/// <param name="Message">The message; null: the row is left out.</param>
/// <param name="Remark">Why it is left out, or what in it had to be read otherwise than it stands there; null: nothing.</param>
internal readonly record struct OldRowReading(BulkRow? Message, string? Remark = null)
{
    /// <summary>A row that is left out.</summary>
    public static OldRowReading Skip(string reason) => new(null, reason);
}
