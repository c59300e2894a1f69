using Portico.Support;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Tests.Service;

public sealed class SqliteServiceCasesTests : ServiceCasesSpecification, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    private protected override Task<Func<LogClock, ISqlDialect>> DialectAsync() =>
        Task.FromResult<Func<LogClock, ISqlDialect>>(clock => new SqliteDialect(_folder.File("portico.db"), clock));
}
