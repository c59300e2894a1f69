using System.Diagnostics.CodeAnalysis;
using Portico.Client;

namespace Portico.WebApi.Messages;

/// <summary>
/// Asks the gateways who is online, for all sends that want to know at one time: while a question is under way the next ones gather, and
/// go out together when its answer is there. A lone send is asked for at once.
/// </summary>
internal sealed class Presence(IGatewayClient gateways)
{
    private readonly Lock _lock = new();
    private Dictionary<string, TaskCompletionSource<bool>> _waiting = new(StringComparer.Ordinal);
    private bool _isAsking;

    /// <summary>Whether the uid has a connection.</summary>
    public ValueTask<bool> IsOnlineAsync(string uid)
    {
        TaskCompletionSource<bool>? answer;
        lock (_lock)
        {
            if (!_waiting.TryGetValue(uid, out answer))
            {
                if (!_isAsking)
                {
                    _isAsking = true;
                    answer = null;
                }
                else
                {
                    _waiting.Add(uid, answer = new(TaskCreationOptions.RunContinuationsAsynchronously));
                }
            }
        }

        return answer is null ? AskFirstAsync(uid) : new(answer.Task);
    }

    private async ValueTask<bool> AskFirstAsync(string uid)
    {
        try
        {
            return IsOnline(await AskAsync([uid]), uid);
        }
        finally
        {
            GoOn();
        }
    }

    private void GoOn()
    {
        Dictionary<string, TaskCompletionSource<bool>> batch;
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                _isAsking = false;
                return;
            }

            batch = _waiting;
            _waiting = new(StringComparer.Ordinal);
        }

        _ = AskBatchAsync(batch);
    }

    [SuppressMessage("Design", "CA1031", Justification = "What went wrong is passed on to everybody who waits.")]
    private async Task AskBatchAsync(Dictionary<string, TaskCompletionSource<bool>> batch)
    {
        try
        {
            var online = await AskAsync([.. batch.Keys]);
            foreach (var (uid, answer) in batch)
            {
                answer.TrySetResult(IsOnline(online, uid));
            }
        }
        catch (Exception fault)
        {
            foreach (var answer in batch.Values)
            {
                answer.TrySetException(fault);
            }
        }
        finally
        {
            GoOn();
        }
    }

    private async Task<IReadOnlyDictionary<string, bool>> AskAsync(IReadOnlyCollection<string> uids) => (await gateways.AreUidsOnlineAsync(uids)).Value;

    private static bool IsOnline(IReadOnlyDictionary<string, bool> answer, string uid) => answer.TryGetValue(uid, out var online) && online;
}
