using Google.Protobuf;
using Grpc.Core;
using Portico.Contracts.Protos.Messages;
using Portico.Contracts.Rpc;
using GeneratedClient = Portico.Contracts.Protos.Messages.MessageLog.MessageLogClient;
using RpcException = Grpc.Core.RpcException;

namespace Portico.Client;

/// <summary>
/// Calls the message log of one of several web-apis that share a database. One that is away or silent is left for the next, within the time of the
/// call where a repetition is harmless: what was not sent at all, and messages, which are stored once. Nothing is dialled before the first call.
/// Thread-safe.
/// </summary>
public sealed class MessageLogClient : IMessageLog, IDisposable
{
    // The year 9999, in which DateTimeOffset ends.
    private const long LatestTime = 253_402_300_799_999;

    // A day; nothing is limited for longer.
    private const long LongestWait = 86_400;

    // A page of 1 MiB and the one message above it, each character as an escape of six.
    private const int LargestAnswer = 16 * 1024 * 1024;

    private readonly MessageLogOptions _options;
    private readonly TimeProvider _clock;
    private readonly RpcCalls[] _calls;
    private readonly GeneratedClient[] _logs;
    private readonly SemaphoreSlim _places;
    private int _current;

    /// <summary>Creates the client of one web-api.</summary>
    /// <param name="address">For example http://127.0.0.1:8081.</param>
    /// <param name="options">How it calls.</param>
    /// <param name="clock">Clock of the deadlines.</param>
    public MessageLogClient(Uri address, MessageLogOptions options, TimeProvider clock)
        : this([address], options, clock)
    {
    }

    /// <summary>Creates the client.</summary>
    /// <param name="addresses">At least one. The first is used until it fails.</param>
    /// <param name="options">How it calls.</param>
    /// <param name="clock">Clock of the deadlines.</param>
    public MessageLogClient(IReadOnlyList<Uri> addresses, MessageLogOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        ArgumentOutOfRangeException.ThrowIfZero(addresses.Count);
        _options = options;
        _clock = clock;
        var channel = new RpcChannelOptions { SecretKey = options.SecretKey, Tls = options.Tls, MaxReceiveMessageSize = LargestAnswer };
        _calls = [.. addresses.Select(address => new RpcCalls(address, channel))];
        _logs = [.. _calls.Select(calls => new GeneratedClient(calls.Invoker))];
        _places = new SemaphoreSlim(options.Concurrency);
    }

    /// <inheritdoc/>
    public async Task<LogAnswer> SendAsync(LogMessage message, CancellationToken cancellationToken = default)
    {
        var request = new SendRequest
        {
            Application = message.Application,
            Sender = message.Sender,
            Recipient = message.Recipient,
            Type = (uint)message.Type,
            Content = message.Content,
            ClientMsgId = message.ClientMessageId,
            EventId = message.EventId,
            SenderClientId = message.SenderClientId,
            ByQueue = message.ByQueue,
        };
        if (message.Seen is { } seen)
        {
            request.Seen = seen;
        }

        var (reply, cause, code) = await CallAsync((log, options) => log.SendAsync(request, options), IsStoredOnce(request), cancellationToken);
        if (reply is null)
        {
            return NotAnswered(code, cause);
        }

        return new LogAnswer
        {
            Status = (LogStatus)reply.Status,
            Id = reply.Id,
            Conversation = reply.Conversation,
            Sequence = reply.Sequence,
            SentAt = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(reply.SentAtMs, 0, LatestTime)),
            Repeated = reply.RepeatedSend,
            Content = reply.HasContent ? reply.Content : null,
            Parts = reply.Parts,
            Recalled = reply.Recalled,
            Error = reply.Error,
            RetryAfter = TimeSpan.FromSeconds(Math.Clamp(reply.RetryAfterSeconds, 0, LongestWait)),
        };
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> HandleAsync(
        string application, string uid, string clientId, ReadOnlyMemory<byte> frame, string agent = "", CancellationToken cancellationToken = default)
    {
        var request = new HandleRequest { Application = application, Uid = uid, ClientId = clientId, Frame = ByteString.CopyFrom(frame.Span), Agent = agent };
        var (reply, _, _) = await CallAsync((log, options) => log.HandleAsync(request, options), false, cancellationToken);
        return reply is { Known: true } ? reply.Answer.Memory : (ReadOnlyMemory<byte>?)null;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>?> GreetAsync(
        string application, string uid, string agent, CancellationToken cancellationToken = default)
    {
        var request = new GreetRequest { Application = application, Uid = uid, Agent = agent };
        var (reply, _, _) = await CallAsync((log, options) => log.GreetAsync(request, options), true, cancellationToken);
        return reply?.Frames.Select(frame => frame.Memory).ToList();
    }

    /// <summary>The call as it stands in messages.proto; Unavailable when the log is away.</summary>
    public async Task<SendReply> SendAsync(SendRequest request, CancellationToken cancellationToken = default)
    {
        var (reply, cause, code) = await CallAsync((log, options) => log.SendAsync(request, options), IsStoredOnce(request), cancellationToken);
        return reply ?? new SendReply { Status = (SendStatus)NotAnswered(code, cause).Status, Error = cause };
    }

    /// <summary>One page of a conversation; null when the log is away or refuses.</summary>
    public async Task<SyncReply?> SyncAsync(SyncRequest request, CancellationToken cancellationToken = default) =>
        (await CallAsync((log, options) => log.SyncAsync(request, options), true, cancellationToken)).Reply;

    /// <summary>Moves a read cursor; null when the log is away or refuses.</summary>
    public async Task<MarkReadReply?> MarkReadAsync(MarkReadRequest request, CancellationToken cancellationToken = default) =>
        (await CallAsync((log, options) => log.MarkReadAsync(request, options), true, cancellationToken)).Reply;

    /// <summary>
    /// Asks the log something that changes nothing, on the path that messages take: reached, key and TLS accepted, database there.
    /// </summary>
    /// <returns>Null when it answers; else why not, for the operator.</returns>
    public async Task<string?> CheckAsync(CancellationToken cancellationToken = default)
    {
        var nobody = new ConversationsRequest { Application = "shop", Uid = "U_0", Limit = 1 };
        var (reply, cause, _) = await CallAsync((log, options) => log.ConversationsAsync(nobody, options), false, cancellationToken);
        return reply is null ? cause : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_calls, calls => calls.Dispose());
        _places.Dispose();
    }

    // A web-api that has stored it gives its first answer again, and so does any other.
    private static bool IsStoredOnce(SendRequest request) => request.ClientMsgId.Length > 0 || request.EventId.Length > 0;

    private async Task<(TReply? Reply, string Error, StatusCode Code)> CallAsync<TReply>(
        Func<GeneratedClient, CallOptions, AsyncUnaryCall<TReply>> call, bool isRepeatable, CancellationToken cancellationToken)
        where TReply : class
    {
        const string tooSlow = "the message log is too slow";
        var began = _clock.GetTimestamp();
        if (!await WaitAsync(cancellationToken))
        {
            return (null, tooSlow, StatusCode.DeadlineExceeded);
        }

        try
        {
            for (var tries = _logs.Length; ; tries--)
            {
                var left = _options.Timeout - _clock.GetElapsedTime(began);
                if (left <= TimeSpan.Zero)
                {
                    return (null, tooSlow, StatusCode.DeadlineExceeded);
                }

                // A silent one must leave time for the others.
                var index = Volatile.Read(ref _current);
                var (reply, error, code, wasSent) = await TryAsync(_logs[index], call, isRepeatable ? left / tries : left, cancellationToken);
                if (code is not (StatusCode.Unavailable or StatusCode.DeadlineExceeded))
                {
                    return (reply, error, code);
                }

                _ = Interlocked.CompareExchange(ref _current, (index + 1) % _logs.Length, index);
                if (tries == 1 || (wasSent && !isRepeatable))
                {
                    return (null, code == StatusCode.DeadlineExceeded ? tooSlow : error, code);
                }
            }
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task<(TReply? Reply, string Error, StatusCode Code, bool WasSent)> TryAsync<TReply>(
        GeneratedClient log, Func<GeneratedClient, CallOptions, AsyncUnaryCall<TReply>> call, TimeSpan time, CancellationToken cancellationToken)
        where TReply : class
    {
        // The library's own deadlines run by the system's clock, which a test cannot move.
        using var deadline = new CancellationTokenSource(time, _clock);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return (await call(log, new CallOptions(cancellationToken: ending.Token)), "", StatusCode.OK, true);
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.Cancelled && ending.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (null, "", StatusCode.DeadlineExceeded, true);
        }
        catch (RpcException fault)
        {
            // The library says of a connection only that there was none; why stands further in.
            var why = fault.Status.DebugException?.GetBaseException().Message is { Length: > 0 } inner ? $" ({inner})" : "";
            var wasSent = fault.Status.DebugException is not HttpRequestException
            {
                HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError,
            };
            return (null, $"{fault.StatusCode}: {fault.Status.Detail}{why}", fault.StatusCode, wasSent);
        }
    }

    // What is too long for the log is so at every try: nobody may be told to send it again.
    private static LogAnswer NotAnswered(StatusCode code, string cause) => code == StatusCode.ResourceExhausted
        ? new() { Status = LogStatus.Invalid, Error = "The message is too long.", Cause = cause }
        : new() { Status = LogStatus.Unavailable, Error = "The message log is away for the moment; try again.", Cause = cause };

    private async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        var place = _places.WaitAsync(cancellationToken);
        if (place.IsCompletedSuccessfully)
        {
            return true;
        }

        try
        {
            await place.WaitAsync(_options.Timeout, _clock, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            // The place comes later, when nobody wants it any more.
            _ = place.ContinueWith(_ => _places.Release(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            return false;
        }
    }
}
