using System.Data;
using System.Data.Common;

namespace Portico.WebApi.Storage;

/// <summary>What differs between the databases that can hold the log.</summary>
internal interface ISqlDialect
{
    /// <summary>Name for logs: sqlite or mysql.</summary>
    string Name { get; }

    /// <summary>How the writer's transactions see each other.</summary>
    IsolationLevel Isolation { get; }

    /// <summary>Steps of the schema in order; step n leads to version n + 1. Each can be run again after it broke off half-way.</summary>
    IReadOnlyList<Migration> Migrations { get; }

    /// <summary>The operator that divides whole numbers.</summary>
    string Divide { get; }

    /// <summary>The real tables that may stand in place of the views.</summary>
    IKeptTables KeptTables { get; }

    /// <summary>Inserts or replaces a product.</summary>
    string UpsertProduct { get; }

    /// <summary>What makes a SELECT hold the rows it read; empty where the transaction holds everything.</summary>
    string LockSuffix { get; }

    /// <summary>An open connection for reading, cheap since they are pooled.</summary>
    DbConnection Open();

    /// <summary>The same without holding a thread where the database is another machine's.</summary>
    ValueTask<DbConnection> OpenAsync();

    /// <summary>An open connection whose commits are on the disk when they return.</summary>
    DbConnection OpenForWriting();

    /// <summary>Runs <paramref name="work"/> while no other process migrates the same database.</summary>
    void Exclusively(DbConnection connection, Action work);

    /// <summary>"table", "view", "kept" for a real table of ours, or null when the name is free.</summary>
    string? KindOf(DbConnection connection, string name);

    /// <summary>Removes what was erased from files beside the tables; false when somebody still reads it, so that it has to be tried again.</summary>
    bool TryRemoveErased() => true;

    /// <summary>Whether the transaction lost a race and will go through when it is run again.</summary>
    bool IsRaceLost(DbException fault);

    /// <summary>
    /// Waits some milliseconds before a transaction that lost a race runs again, by the number of its attempt; 0 is the first and does not wait.
    /// </summary>
    void Pause(DbConnection connection, int attempt);

    /// <summary>The statements of the writer.</summary>
    IBatchAppender CreateAppender();

    /// <summary>The statements of an import.</summary>
    IBulkRows CreateBulkRows();

    /// <summary>Statements that rename a table of the application and put a view in its place, with as little in between as the database allows.</summary>
    string SwapForView(string table, string renamed, string view);
}
