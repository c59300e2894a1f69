using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.Hosting.Secrets;
using Portico.WebApi.Hosting;
using Portico.WebApi.Storage;
using Portico.WebApi.Telemetry;

namespace Portico.WebApi.Media;

/// <summary>
/// Keeps pictures as files with random names below <c>upload/chat/yyyy/MM/dd/</c>. A file appears under its name only when it is complete;
/// halves that a crash left are removed at the next start. What each uid stored in 24 hours is bounded.
/// </summary>
internal sealed partial class MediaStore(WebApiOptions options, UploadLedger ledger, LogClock clock, ILogger<MediaStore> logger) : IHostedService
{
    private const string Partial = ".part";

    /// <summary>
    /// The public addresses of stored pictures in their order, or why none of them was stored: half of a message is none.
    /// Files that are not pictures fail the call, or are skipped with <paramref name="picturesOnly"/>.
    /// </summary>
    public async Task<(List<string> Addresses, MediaFault Fault)> SaveAsync(string uid, IReadOnlyList<byte[]> files, bool picturesOnly = false)
    {
        var pictures = files.Select(Check).OfType<Picture>().ToList();
        if (pictures.Count == 0 || (pictures.Count < files.Count && !picturesOnly))
        {
            WebApiMeter.Uploaded("no_picture", 0);
            return ([], MediaFault.NoPicture);
        }

        var bytes = pictures.Sum(picture => (long)picture.Content.Length);
        if (await ledger.UsedAsync(uid) + bytes > options.Limits.UploadBytesPerDay)
        {
            WebApiMeter.Uploaded("over_quota", 0);
            return ([], MediaFault.OverQuota);
        }

        var stored = pictures.ConvertAll(picture => new StoredFile(NewPath(picture), picture.ContentType, picture.Content.Length));
        var fault = await TryStoreAsync(uid, pictures, stored);
        if (fault != MediaFault.None)
        {
            // Whoever is told so sends it again: what nobody knows of, and no quota counts, must not fill the disk.
            stored.ForEach(file => Remove(FileOf(file)));
            stored.ForEach(file => Remove(FileOf(file) + Partial));
            return ([], fault);
        }

        pictures.ForEach(picture => WebApiMeter.Uploaded("stored", picture.Content.Length));
        return (stored.ConvertAll(file => "/upload/" + file.Path), MediaFault.None);
    }

    /// <summary>The file behind an address below /upload/ and its content type; null for everything that this class did not name.</summary>
    public (string File, string ContentType)? Find(string path)
    {
        var parts = path.Split('/');
        var isOurs = parts is ["chat", { Length: 4 } year, { Length: 2 } month, { Length: 2 } day, var name]
            && (year + month + day).All(char.IsAsciiDigit)
            && name.IndexOf('.', StringComparison.Ordinal) == 32
            && name[..32].All(char.IsAsciiHexDigitLower);
        var type = isOurs ? parts[4][33..] switch
        {
            "jpg" =>
            "image/jpeg",
            "png" => "image/png",
            "gif" => "image/gif",
            "webp" => "image/webp",
            _ => null
        } : null;
        var file = Path.Combine(options.UploadFolder, path);
        return type is not null && File.Exists(file) ? (file, type) : null;
    }

    /// <summary>Deletes a picture by its path below /upload/; one that is not there counts as deleted.</summary>
    public void Delete(string path)
    {
        if (Find(path) is { } found)
        {
            Remove(found.File);
        }
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

    private Picture? Check(byte[] bytes) => bytes.Length > options.Limits.PictureBytes ? null : PictureCheck.Read(bytes, options.Limits.PicturePixels);

    private string NewPath(Picture picture)
    {
        var day = clock.Local(clock.NowMs).ToString("yyyy'/'MM'/'dd", CultureInfo.InvariantCulture);
        return $"chat/{day}/{RandomNumberGenerator.GetHexString(32, lowercase: true)}.{picture.Extension}";
    }

    private string FileOf(StoredFile file) => Path.Combine(options.UploadFolder, file.Path);

    private async Task<MediaFault> TryStoreAsync(string uid, List<Picture> pictures, List<StoredFile> stored)
    {
        try
        {
            for (var i = 0; i < stored.Count; i++)
            {
                await WriteAsync(FileOf(stored[i]), pictures[i].Content);
            }

            if (await ledger.TryAddAsync(uid, stored, options.Limits.UploadBytesPerDay))
            {
                return MediaFault.None;
            }

            WebApiMeter.Uploaded("over_quota", 0);
            return MediaFault.OverQuota;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or StoreUnavailableException or DbException)
        {
            LogNotStored(fault.Message);
            return MediaFault.NotStored;
        }
    }

    private static async Task WriteAsync(string file, byte[] content)
    {
        OwnerOnly.CreateFolder(Path.GetDirectoryName(file)!);
        await using (var stream = OwnerOnly.CreateFile(file + Partial))
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
}
