using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Portico.WebApi.Hosting;

namespace Portico.WebApi.Media;

/// <summary>Fetches pictures that buyers sent inside WeChat by their media ids.</summary>
internal sealed partial class WeChatMedia(HttpClient http, WebApiOptions options, ILogger<WeChatMedia> logger)
{
    private const int LongestId = 256;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The bytes of each picture that could be fetched, in the order of the ids; all are asked for at once, so the caller bounds their number.
    /// </summary>
    public async Task<List<byte[]>> FetchAsync(IReadOnlyList<string> mediaIds, CancellationToken cancellationToken)
    {
        if (Token() is not { } token)
        {
            LogNoToken();
            return [];
        }

        var fetched = await Task.WhenAll(mediaIds.Select(id => FetchAsync(id, token, cancellationToken)));
        return [.. fetched.OfType<byte[]>()];
    }

    [SuppressMessage(
        "Design", "CA1031", Justification = "A picture that cannot be fetched is left out, whatever the reason; the sender is told when none is left.")]
    private async Task<byte[]?> FetchAsync(string id, string token, CancellationToken cancellationToken)
    {
        if (id.Length is 0 or > LongestId)
        {
            return null;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            var address = new Uri(
                options.WeChat.BaseAddress, $"cgi-bin/media/get?access_token={Uri.EscapeDataString(token)}&media_id={Uri.EscapeDataString(id)}");
            using var answer = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (!answer.IsSuccessStatusCode || answer.Content.Headers.ContentLength > options.Limits.PictureBytes)
            {
                LogRefused((int)answer.StatusCode);
                return null;
            }

            await using var stream = await answer.Content.ReadAsStreamAsync(limit.Token);
            return await ReadAsync(stream, limit.Token);
        }
        catch (Exception fault)
        {
            // The address holds the token, so only the kind of fault is logged.
            LogFailed(fault.GetType().Name);
            return null;
        }
    }

    private async Task<byte[]?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var buffer = new byte[81920];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            await content.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            if (content.Length > options.Limits.PictureBytes)
            {
                return null;
            }
        }

        return content.ToArray();
    }

    private string? Token()
    {
        if (options.WeChat.TokenFile is { } file)
        {
            return File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } text ? text : null;
        }

        return options.WeChat.Token;
    }
}
