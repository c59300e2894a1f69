using Dapper;
using Portico.Support;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Tests.Crash;

/// <summary>
/// kill -9 under load: every send that was answered is in the log once, with the numbers of its answer, and sequences have neither holes nor
/// doubles. <c>PORTICO_CRASH_ROUNDS</c> sets the number of kills (3).
/// </summary>
public sealed class CrashTests : IDisposable
{
    private const string ApiKey = "crash-test-api-key";
    private const int Callers = 18;
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("PORTICO_CRASH_ROUNDS"), out var rounds) ? rounds : 3;
    private readonly TemporaryFolder _folder = new();
    private readonly TextRegister _register = new();
    private readonly Random _random = new();

    [Fact]
    public async Task Sqlite_WebApiIsKilledAgainAndAgain_TheLogNeverLies()
    {
        var port = FreePort.Take();
        var store = "sqlite:" + _folder.File("log.db");
        using var load = new SendLoad([port], ApiKey);
        var api = await StartAsync(port, store);
        var running = load.RunAsync(Callers);
        for (var round = 0; round < Rounds; round++)
        {
            await SomeLoadAsync(load);
            await api.KillAsync();
            await api.DisposeAsync();
            api = await StartAsync(port, store);
        }

        await SomeLoadAsync(load);
        load.Stop();
        await running.Guarded();

        await api.DisposeAsync();
        Check(load, new SqliteDialect(_folder.File("log.db"), new LogClock(TimeProvider.System, TimeZoneInfo.Utc)));
    }

    [Fact]
    public async Task MariaDb_TwoWebApisAndTheDatabaseAreKilled_TheLogNeverLies()
    {
        Assert.SkipWhen(PrivateMariaDb.Missing is not null, PrivateMariaDb.Missing ?? "");
        await using var database = await PrivateMariaDb.StartAsync();
        await database.QueryAsync("CREATE DATABASE crash");
        var store = "mysql:" + database.ConnectionString("crash");
        int[] ports = [FreePort.Take(), FreePort.Take()];
        var apis = new[] { await StartAsync(ports[0], store), await StartAsync(ports[1], store) };
        using var load = new SendLoad(ports, ApiKey);
        var running = load.RunAsync(Callers);
        for (var round = 0; round < Rounds; round++)
        {
            await SomeLoadAsync(load);
            var victim = round % 3;
            if (victim == 2)
            {
                await database.KillAsync();
                await database.LaunchAsync();
            }
            else
            {
                await apis[victim].KillAsync();
                await apis[victim].DisposeAsync();
                apis[victim] = await StartAsync(ports[victim], store);
            }
        }

        await SomeLoadAsync(load);
        load.Stop();
        await running.Guarded();

        Check(load, new MySqlDialect(database.ConnectionString("crash"), new LogClock(TimeProvider.System, TimeZoneInfo.Utc)));
        await apis[0].DisposeAsync();
        await apis[1].DisposeAsync();
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
        _register.Dispose();
    }

    private static void Check(SendLoad load, ISqlDialect dialect)
    {
        using var connection = dialect.Open();
        var rows = connection.Query<(long Id, long Conversation, long Seq, string Key, string Content)>(
            "SELECT id, conversation_id, seq, idem_key, content FROM messages").ToList();
        var lasts = connection.Query<(long Id, long Last)>("SELECT id, last_seq FROM conversations").ToDictionary(row => row.Id, row => row.Last);

        Assert.True(load.Answers.Count > Callers);
        var byKey = rows.GroupBy(row => row.Key).ToDictionary(group => group.Key, group => group.ToList());
        foreach (var (key, id, conversation, seq) in load.Answers)
        {
            var row = Assert.Single(byKey["m:" + key]);
            Assert.Equal((id, conversation, seq, "text of " + key), (row.Id, row.Conversation.ToString(System.Globalization.CultureInfo.InvariantCulture), row.Seq, row.Content));
        }

        Assert.Equal(SendLoad.Conversations, lasts.Count);
        foreach (var (conversation, last) in lasts)
        {
            Assert.Equal(Enumerable.Range(1, (int)last).Select(i => (long)i), rows.Where(row => row.Conversation == conversation).Select(row => row.Seq).Order());
        }
    }

    private async Task SomeLoadAsync(SendLoad load)
    {
        var until = load.Answered + _random.Next(30, 200);
        await Guard.UntilAsync(() => load.Answered >= until, "answers to sends");
    }

    private Task<RoleProcess> StartAsync(int port, string store) => RoleProcess.StartAsync(
        "Portico.WebApi", "is ready", _folder.Path, $"--WebApi:Listen=http://127.0.0.1:{port}", "--WebApi:InnerListen=127.0.0.1:0", $"--WebApi:ApiKeys:0={ApiKey}",
        $"--WebApi:Store={store}", $"--WebApi:RegisterAddress:0={_register.Address}", $"--DataFolder={_folder.Path}");
}
