namespace Portico.WebApi.Import;

/// <summary>One of the two old tables: its name and how a row of it is read. A row that cannot be read is null and is left out.</summary>
internal sealed record OldTable(string Name, string Columns, Func<IDictionary<string, object?>, OldMessage?> Read);
