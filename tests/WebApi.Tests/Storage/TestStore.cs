using Microsoft.Extensions.Logging.Abstractions;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Tests.Storage;

/// <summary>A store with its writer, as a web-api has it.</summary>
internal sealed class TestStore : IDisposable
{
    private readonly ChatLogWriter _writer;

    public TestStore(Func<LogClock, ISqlDialect> dialect, TimeProvider clock, StoreLimits? limits = null, Microsoft.Extensions.Logging.ILogger<ChatLogWriter>? logger = null)
    {
        Clock = new LogClock(clock, TimeZoneInfo.Utc);
        Dialect = dialect(Clock);
        new StoreSetup(Dialect, NullLogger<StoreSetup>.Instance).Run();
        _writer = new ChatLogWriter(Dialect, Clock, limits ?? new StoreLimits(), logger ?? NullLogger<ChatLogWriter>.Instance);
        Log = new ChatLog(Dialect, _writer, Clock);
        Products = new ProductTable(Dialect, Log);
    }

    public LogClock Clock { get; }

    public ISqlDialect Dialect { get; }

    public ChatLog Log { get; }

    public ProductTable Products { get; }

    public static AppendRequest Text(string from, string to, string text, string? key = null) => new()
    {
        Conversation = ConversationKey.Between(from, to),
        FromA = ConversationKey.Between(from, to).MemberA == from,
        Sender = from,
        Type = 1,
        Content = text,
        IdempotencyKey = key,
        Fingerprint = key is null ? null : System.Text.Encoding.UTF8.GetBytes(text.PadRight(16)[..16]),
    };

    public void Dispose() => _writer.Dispose();
}
