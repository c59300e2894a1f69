using System.Data.Common;

namespace Portico.WebApi.Storage;

/// <summary>
/// Real tables in place of the views: triggers keep them in the transaction of every write of the log, whichever program makes it, so that old SQL finds
/// a primary key and indexes. All calls can be repeated after a run that was ended anywhere.
/// </summary>
internal interface IKeptTables
{
    /// <summary>Whether the real table stands under its name and is complete.</summary>
    bool IsComplete(DbConnection connection, OldTableShape shape);

    /// <summary>
    /// Makes the table, under a name of its own unless it stands under its name already, with the triggers, and fills it from the log; sends go on.
    /// </summary>
    void Prepare(DbConnection connection, OldTableShape shape);

    /// <summary>Puts the prepared table under its name: in place of the view, or of the old application's table, which is renamed.</summary>
    void Swap(DbConnection connection, OldTableShape shape, string? renamed);

    /// <summary>Removes the table and its triggers.</summary>
    void Remove(DbConnection connection, OldTableShape shape);
}
