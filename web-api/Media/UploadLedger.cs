using Dapper;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Media;

/// <summary>
/// Who stored which picture when. What a uid may store in 24 hours is decided where it is written down, so two uploads at once cannot both have the
/// last room.
/// </summary>
internal sealed class UploadLedger(ChatLog log, ISqlDialect dialect)
{
    private const long Day = 24 * 60 * 60 * 1000;
    private const string Used = "SELECT COALESCE(SUM(bytes), 0) FROM uploads WHERE uid = @uid AND created_at_ms > @since";

    /// <summary>Bytes of the last 24 hours: a first look, before anything is written.</summary>
    public async Task<long> UsedAsync(string uid)
    {
        await using var connection = await dialect.OpenAsync();
        return await connection.ExecuteScalarAsync<long>(Used, new { uid, since = log.Clock.NowMs - Day });
    }

    /// <summary>Writes down all of them, or none when they are too much.</summary>
    public Task<bool> TryAddAsync(string uid, IReadOnlyList<StoredFile> files, long limit) => log.WriteAsync((connection, transaction) =>
    {
        // With several web-apis on one database those of one uid come one after the other: by his first row, or by the sum, which waits for what
        // another is adding. If both wait for each other, the database has one of them begin anew.
        connection.Execute("SELECT id FROM uploads WHERE uid = @uid ORDER BY id LIMIT 1" + dialect.LockSuffix, new { uid }, transaction);
        var now = log.Clock.NowMs;
        connection.Execute(
            "INSERT INTO uploads (uid, path, content_type, bytes, created_at_ms) VALUES (@uid, @Path, @ContentType, @Bytes, @now)",
            files.Select(file => new { uid, file.Path, file.ContentType, file.Bytes, now }),
            transaction);
        var fits = connection.ExecuteScalar<long>(Used + dialect.LockSuffix, new { uid, since = now - Day }, transaction) <= limit;
        if (!fits)
        {
            connection.Execute("DELETE FROM uploads WHERE path IN @paths", new { paths = files.Select(file => file.Path) }, transaction);
        }

        return fits;
    });
}
