using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace Portico.WebApi.Tests.Crash;

/// <summary>Callers that send through whatever web-api answers, each message until it is answered, and that remember every answer.</summary>
internal sealed class SendLoad(IReadOnlyList<int> ports, string apiKey) : IDisposable
{
    public const int Conversations = 6;
    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) }) { Timeout = TimeSpan.FromSeconds(20) };
    private readonly CancellationTokenSource _stop = new();
    private int _answered;

    /// <summary>Key of a message to what it was answered with; a message that was answered twice has both.</summary>
    public ConcurrentBag<(string Key, long Id, string Conversation, long Seq)> Answers { get; } = [];

    /// <summary>Number of answers so far.</summary>
    public int Answered => Volatile.Read(ref _answered);

    public Task RunAsync(int callers) => Task.WhenAll(Enumerable.Range(0, callers).Select(CallAsync));

    /// <summary>No new messages; those under way are still sent until they are answered.</summary>
    public void Stop() => _stop.Cancel();

    public void Dispose()
    {
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task CallAsync(int caller)
    {
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            var key = $"c{caller}-{i}";
            for (var attempt = caller; ; attempt++)
            {
                if (await TrySendAsync(ports[attempt % ports.Count], caller, key))
                {
                    break;
                }

                await Task.Delay(50);
            }

            // Some callers did not see their answer and ask again: it must be the same.
            if (i % 5 == 0)
            {
                await TrySendAsync(ports[caller % ports.Count], caller, key);
            }
        }
    }

    private async Task<bool> TrySendAsync(int port, int caller, string key)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{port}/api/v1/messages");
            request.Headers.Add("X-Api-Key", apiKey);
            request.Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["uid"] = $"U_{caller % Conversations}",
                ["to"] = "V_2",
                ["content"] = "text of " + key,
                ["client_msg_id"] = key,
            });
            using var answer = await _http.SendAsync(request);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                return false;
            }

            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            var root = json.RootElement;
            Answers.Add((key, root.GetProperty("id").GetInt64(), root.GetProperty("conversation").GetString()!, root.GetProperty("seq").GetInt64()));
            Interlocked.Increment(ref _answered);
            return true;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException or IOException)
        {
            // Killed: tried again until somebody answers.
            return false;
        }
    }
}
