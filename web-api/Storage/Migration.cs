using System.Data.Common;

namespace Portico.WebApi.Storage;

/// <summary>One step of the schema. It can be run again after it broke off half-way.</summary>
/// <param name="Sql">Statements, run in one transaction with the step's number where the database can do that.</param>
/// <param name="First">Work that comes before, in transactions of its own.</param>
internal sealed record Migration(string Sql, Action<DbConnection>? First = null);
