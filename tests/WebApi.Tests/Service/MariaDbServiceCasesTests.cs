using Portico.WebApi.Storage;
using Portico.WebApi.Tests.Storage;

namespace Portico.WebApi.Tests.Service;

public sealed class MariaDbServiceCasesTests(MariaDbFixture server) : ServiceCasesSpecification
{
    private protected override async Task<Func<LogClock, ISqlDialect>> DialectAsync()
    {
        var connectionString = await server.CreateDatabaseAsync();
        return clock => new MySqlDialect(connectionString, clock);
    }
}
