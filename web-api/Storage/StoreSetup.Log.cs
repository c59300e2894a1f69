using Microsoft.Extensions.Logging;

namespace Portico.WebApi.Storage;

internal sealed partial class StoreSetup
{
    [LoggerMessage(3000, LogLevel.Information, "The {Store} store is at schema version {Version}")]
    private partial void LogMigrated(string store, int version);

    [LoggerMessage(
        3001,
        LogLevel.Warning,
        "A table named {Name} is already there, so the view of that name is not created; `portico import --take-over` moves its rows into the log")]
    private partial void LogTableInTheWay(string name);

    [LoggerMessage(3002, LogLevel.Warning, "New messages may get ids that rows of {Name} have, too, until it is imported: {Fault}")]
    private partial void LogIdsNotKept(string name, string fault);

    [LoggerMessage(
        3003,
        LogLevel.Warning,
        "{Name} stays a view, which old SQL reads slowly, since the real table could not be made: {Fault} (the database user needs TRIGGER and "
            + "CREATE VIEW; with the binary log on MySQL asks for SUPER or log_bin_trust_function_creators=1)")]
    private partial void LogNotKept(string name, string fault);
}
