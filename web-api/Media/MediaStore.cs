using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.WebApi.Hosting;
using Portico.WebApi.Storage;
using Portico.WebApi.Telemetry;

namespace Portico.WebApi.Media;

/// <summary>
/// Keeps pictures as files with random names below <c>upload/chat/yyyy/MM/dd/</c>. A file appears under its name only when it is complete;
/// halves that a crash left are removed at the next start. What each uid stored in 24 hours is bounded.
/// </summary>
internal sealed partial class MediaStore(WebApiOptions options, ChatLog log, ISqlDialect dialect, ILogger<MediaStore> logger) : IHostedService
{
    private const string Partial = ".part";
    private const long Day = 24 * 60 * 60 * 1000;

    /// <summary>The public address of a stored picture, or why it was not stored.</summary>
    public async Task<(string? Address, MediaFault Fault)> SaveAsync(string uid, byte[] bytes)
    {
        if (bytes.Length > options.Limits.PictureBytes || PictureCheck.Read(bytes, options.Limits.PicturePixels) is not { } picture)
        {
            WebApiMeter.Uploaded("no_picture", 0);
            return (null, MediaFault.NoPicture);
        }

        if (await UsedAsync(uid) + picture.Content.Length > options.Limits.UploadBytesPerDay)
        {
            WebApiMeter.Uploaded("over_quota", 0);
            return (null, MediaFault.OverQuota);
        }

        var day = log.Clock.Local(log.Clock.NowMs).ToString("yyyy'/'MM'/'dd", CultureInfo.InvariantCulture);
        var path = $"chat/{day}/{RandomNumberGenerator.GetHexString(32, lowercase: true)}.{picture.Extension}";
        var file = Path.Combine(options.UploadFolder, path);
        try
        {
            await WriteAsync(file, picture.Content);
            await log.WriteAsync((connection, transaction) => connection.Execute(
                "INSERT INTO uploads (uid, path, content_type, bytes, created_at_ms) VALUES (@uid, @path, @type, @bytes, @now)",
                new { uid, path, type = picture.ContentType, bytes = (long)picture.Content.Length, now = log.Clock.NowMs },
                transaction));
            WebApiMeter.Uploaded("stored", picture.Content.Length);
            return ("/upload/" + path, MediaFault.None);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or StoreUnavailableException or DbException)
        {
            // Whoever is told so sends it again: what nobody knows of, and no quota counts, must not fill the disk.
            Remove(file);
            Remove(file + Partial);
            LogNotStored(fault.Message);
            return (null, MediaFault.NotStored);
        }
    }

    /// <summary>The file behind an address below /upload/ and its content type; null for everything that this class did not name.</summary>
    public (string File, string ContentType)? Find(string path)
    {
        var parts = path.Split('/');
        var isOurs = parts is ["chat", { Length: 4 } year, { Length: 2 } month, { Length: 2 } day, var name]
            && (year + month + day).All(char.IsAsciiDigit)
            && name.IndexOf('.', StringComparison.Ordinal) == 32
            && name[..32].All(char.IsAsciiHexDigitLower);
        var type = isOurs ? parts[4][33..] switch { "jpg" => "image/jpeg", "png" => "image/png", "gif" => "image/gif", "webp" => "image/webp", _ => null } : null;
        var file = Path.Combine(options.UploadFolder, path);
        return type is not null && File.Exists(file) ? (file, type) : null;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(options.UploadFolder, "chat");
        if (Directory.Exists(folder))
        {
            foreach (var half in Directory.EnumerateFiles(folder, "*" + Partial, SearchOption.AllDirectories))
            {
                RemoveHalf(half);
            }
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static async Task WriteAsync(string file, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await using (var stream = new FileStream(file + Partial, FileMode.CreateNew, FileAccess.Write))
        {
            await stream.WriteAsync(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(file + Partial, file);
    }

    // Another web-api with the same folder may be writing it: then it is open, and cannot be had alone.
    private void RemoveHalf(string file)
    {
        try
        {
            using var alone = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogHalfLeft(file, fault.Message);
        }
    }

    private void Remove(string file)
    {
        try
        {
            if (File.Exists(file))
            {
                File.Delete(file);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Nothing can be done about it here; a half is removed at the next start.
            LogNotStored(fault.Message);
        }
    }

    private async Task<long> UsedAsync(string uid)
    {
        await using var connection = await dialect.OpenAsync();
        return await connection.ExecuteScalarAsync<long>(
            "SELECT COALESCE(SUM(bytes), 0) FROM uploads WHERE uid = @uid AND created_at_ms > @since", new { uid, since = log.Clock.NowMs - Day });
    }
}
