using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Extensions.Logging;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Media;

/// <summary>
/// Deletes stored pictures with the messages that showed them, unless another message shows them that is kept. A picture belongs to who uploaded it: a
/// message of somebody else that shows it does not delete it. Thread-safe.
/// </summary>
internal sealed partial class PictureRemoval(ISqlDialect dialect, MediaStore media, ILogger<PictureRemoval> logger)
{
    private const string AgentPrefix = "service-agent:";

    // What one statement asks for.
    private const int Chunk = 100;

    /// <summary>A message was recalled: its pictures go, unless another message in a conversation of its sender shows them.</summary>
    public async Task RemoveRecalledAsync(ConversationRow conversation, MessageRow message)
    {
        var paths = PathsOf(new PictureRow { Type = message.Type, Content = message.Content, Parts = message.Parts }).ToHashSet(StringComparer.Ordinal);
        if (paths.Count == 0)
        {
            return;
        }

        try
        {
            await using var connection = await dialect.OpenAsync();
            var member = message.FromA ? conversation.MemberA : conversation.MemberB;
            var others = await connection.QueryAsync<PictureRow>(
                $"""
                SELECT {PictureRow.Columns} FROM conversations c JOIN messages m ON m.conversation_id = c.id
                WHERE c.application = @Application AND (c.member_a = @member OR c.member_b = @member) AND m.seq >= c.kept_from AND {PictureRow.Shows}
                """,
                new { conversation.Application, member });
            foreach (var other in others)
            {
                paths.ExceptWith(PathsOf(other));
            }

            await RemoveAsync(connection, [.. paths.Select(path => (path, message.Sender))]);
        }
        catch (Exception fault) when (fault is DbException or StoreUnavailableException)
        {
            LogLeft(paths.Count, fault.Message);
        }
    }

    /// <summary>
    /// Before messages are forgotten: the pictures that other messages show. The result is given to <see cref="RemoveForgottenAsync"/> with each
    /// conversation.
    /// </summary>
    public async Task<HashSet<UInt128>> FindKeptAsync(long beforeMs, long? conversation)
    {
        await using var connection = await dialect.OpenAsync();
        var rows = connection.QueryUnbufferedAsync<PictureRow>(
            $"""
            SELECT {PictureRow.Columns} FROM messages m
            WHERE {PictureRow.Shows} AND (m.sent_at_ms >= @beforeMs OR (@conversation IS NOT NULL AND m.conversation_id <> @conversation))
            """,
            new { beforeMs, conversation });
        var kept = new HashSet<UInt128>();
        await foreach (var row in rows)
        {
            kept.UnionWith(PathsOf(row).Select(NameOf));
        }

        return kept;
    }

    /// <summary>Messages were forgotten: their pictures go that no other message shows.</summary>
    public async Task RemoveForgottenAsync(IReadOnlyList<PictureRow> forgotten, HashSet<UInt128> kept)
    {
        var paths = forgotten
            .SelectMany(row => PathsOf(row).Select(path => (Path: path, row.Sender)))
            .Where(one => !kept.Contains(NameOf(one.Path)))
            .Distinct()
            .ToList();
        if (paths.Count > 0)
        {
            await using var connection = await dialect.OpenAsync();
            await RemoveAsync(connection, paths);
        }
    }

    private async Task RemoveAsync(DbConnection connection, List<(string Path, string Sender)> pictures)
    {
        foreach (var some in pictures.Chunk(Chunk))
        {
            var owners = (await connection.QueryAsync<(string Path, string Uid)>(
                "SELECT path, uid FROM uploads WHERE path IN @paths", new { paths = some.Select(picture => picture.Path) }))
                .ToDictionary(row => row.Path, row => row.Uid);
            foreach (var (path, sender) in some)
            {
                if (owners.TryGetValue(path, out var uid) && (uid == sender || uid == AgentPrefix + sender))
                {
                    // Its row stays: what was uploaded counts for the quota of the day.
                    media.Delete(path);
                }
            }
        }
    }

    private static IEnumerable<string> PathsOf(PictureRow row) =>
        Stored().Matches((row.Type == 3 ? row.Content : "") + " " + row.Parts).Select(match => match.Groups["path"].Value);

    private static UInt128 NameOf(string path) =>
        UInt128.Parse(path.AsSpan(path.LastIndexOf('/') + 1, 32), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    // As MediaStore names them.
    [GeneratedRegex(@"""/upload/(?<path>chat/[0-9]{4}/[0-9]{2}/[0-9]{2}/[0-9a-f]{32}\.(jpg|png|gif|webp))""")]
    private static partial Regex Stored();

    [LoggerMessage(3315, LogLevel.Warning, "{Count} pictures of a recalled message were not deleted: {Reason}")]
    private partial void LogLeft(int count, string reason);
}
