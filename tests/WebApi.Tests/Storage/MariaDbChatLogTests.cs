using Portico.WebApi.Storage;

namespace Portico.WebApi.Tests.Storage;

public sealed class MariaDbChatLogTests(MariaDbFixture server) : ChatLogSpecification
{
    private protected override async Task<Func<LogClock, ISqlDialect>> DialectAsync()
    {
        var connectionString = await server.CreateDatabaseAsync();
        return clock => new MySqlDialect(connectionString, clock);
    }
}
