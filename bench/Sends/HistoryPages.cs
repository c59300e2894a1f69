using System.Diagnostics;
using System.Globalization;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Portico.WebApi.Storage;

namespace Portico.Bench.Sends;

/// <summary>
/// A history page of 50 in a log of millions: the newest page and pages at random places, of conversations picked at random. On SQLite, or in the
/// empty database of <c>mysql:&lt;connection string&gt;</c>; the CPU is that of this process, which is the web-api's part.
/// </summary>
internal static class HistoryPages
{
    private const int PageLength = 50;
    private const int Conversations = 5000;

    public static async Task<int> RunAsync(string[] args)
    {
        var messages = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5_000_000;
        var folder = Directory.CreateTempSubdirectory("portico-history-").FullName;
        try
        {
            var clock = new LogClock(TimeProvider.System, TimeZoneInfo.Utc);
            var store = args.Length > 1 ? args[1] : "sqlite:";
            ISqlDialect dialect = store.StartsWith("mysql:", StringComparison.Ordinal)
                ? new MySqlDialect(store["mysql:".Length..], clock)
                : new SqliteDialect(Path.Combine(folder, "log.db"), clock);
            new StoreSetup(dialect, NullLogger<StoreSetup>.Instance).Run();
            Fill(dialect, messages);
            using var writer = new ChatLogWriter(dialect, clock, new StoreLimits(), NullLogger<ChatLogWriter>.Instance);
            await MeasureAsync(new ChatLog(dialect, writer, clock), messages / Conversations);
            return 0;
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    // Messages of all conversations are interleaved, as they come in life, so that a page is spread over the file.
    private static void Fill(ISqlDialect dialect, int messages)
    {
        var (numbers, text) = dialect.Name == "mysql"
            ? ("SELECT seq AS i FROM seq_0_to_{0}", "CONCAT('a message of about as many characters as people write ', i)")
            : (
                "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {0}) SELECT i FROM n",
                "'a message of about as many characters as people write ' || i"
            );
        var (member, sender) = dialect.Name == "mysql"
            ? ("CONCAT('U_', i + 1)", $"CONCAT('U_', i % {Conversations} + 1)")
            : ("'U_' || (i + 1)", $"'U_' || (i % {Conversations} + 1)");
        using var connection = dialect.Open();
        if (dialect.Name == "sqlite")
        {
            connection.Execute("PRAGMA synchronous = OFF");
        }

        connection.Execute(
            $"""
            INSERT INTO conversations (application, member_a, member_b, buyer_id, last_seq)
                SELECT 'shop', {member}, 'V_2', i + 1, {messages / Conversations}
                FROM ({string.Format(CultureInfo.InvariantCulture, numbers, Conversations - 1)}) AS numbers;
            INSERT INTO messages (conversation_id, seq, from_a, sender, type, content, receiver_online, sent_at_ms)
                SELECT i % {Conversations} + 1, i DIV_CONVERSATIONS + 1, 1, {sender}, 1, {text}, 0, i
                FROM ({string.Format(CultureInfo.InvariantCulture, numbers, messages - 1)}) AS numbers;
            """.Replace("DIV_CONVERSATIONS", dialect.Name == "mysql" ? $"DIV {Conversations}" : $"/ {Conversations}", StringComparison.Ordinal),
            commandTimeout: 3600);
    }

    private static async Task MeasureAsync(ChatLog log, int perConversation)
    {
        var random = new Random(7);
        var times = new List<double>();
        var cpuBefore = TimeSpan.Zero;
        for (var i = 0; i < 2200; i++)
        {
            // The first pages compile the code.
            if (i == 200)
            {
                cpuBefore = Environment.CpuUsage.TotalTime;
            }

            var before = i % 2 == 0 ? long.MaxValue : random.Next(PageLength, perConversation);
            var began = Stopwatch.GetTimestamp();
            var page = await log.ReadBeforeAsync(random.Next(1, Conversations), before, PageLength, 1 << 20);
            if (i >= 200)
            {
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            if (page.Messages.Count < PageLength - 1)
            {
                throw new InvalidOperationException($"A page of {page.Messages.Count}.");
            }
        }

        var cpu = (Environment.CpuUsage.TotalTime - cpuBefore).TotalMilliseconds / times.Count;
        times.Sort();
        Console.WriteLine(
            $"history page of {PageLength} in {(long)perConversation * Conversations:N0} messages: median {times[times.Count / 2]:N2} ms, p99 "
                + $"{times[(int)(times.Count * 0.99)]:N2} ms, {cpu:N2} ms of CPU each");
    }
}
