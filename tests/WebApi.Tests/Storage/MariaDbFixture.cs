using Portico.Support;
using Portico.WebApi.Tests.Storage;

[assembly: AssemblyFixture(typeof(MariaDbFixture))]

namespace Portico.WebApi.Tests.Storage;

/// <summary>One MariaDB for all tests of this project, started by the first that wants it.</summary>
public sealed class MariaDbFixture : IAsyncDisposable
{
    private readonly SemaphoreSlim _once = new(1);
    private PrivateMariaDb? _server;

    /// <summary>Connection string of a new, empty database; the test is skipped by name where there is no server.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        Assert.SkipWhen(PrivateMariaDb.Missing is not null, PrivateMariaDb.Missing ?? "");
        await _once.WaitAsync();
        try
        {
            _server ??= await PrivateMariaDb.StartAsync();
        }
        finally
        {
            _once.Release();
        }

        var name = "t" + Guid.NewGuid().ToString("N");
        await _server.QueryAsync($"CREATE DATABASE {name}");
        // On a busy machine even the handshake takes its time.
        return _server.ConnectionString(name) + ";ConnectionTimeout=60";
    }

    public async ValueTask DisposeAsync()
    {
        _once.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
