using Google.Protobuf;
using Grpc.Core;
using Portico.Contracts.Protos.Messages;
using Portico.Contracts.Rpc;
using GeneratedClient = Portico.Contracts.Protos.Messages.MessageLog.MessageLogClient;
using RpcException = Grpc.Core.RpcException;

namespace Portico.Client;

/// <summary>Calls web-api's message log. Nothing is dialled before the first call, and a log that is away is tried again at the next one.</summary>
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
    private readonly RpcCalls _calls;
    private readonly GeneratedClient _log;
    private readonly SemaphoreSlim _places;

    /// <summary>Creates the client.</summary>
    /// <param name="address">For example http://127.0.0.1:8081.</param>
    /// <param name="options">How it calls.</param>
    /// <param name="clock">Clock of the deadlines.</param>
    public MessageLogClient(Uri address, MessageLogOptions options, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
        _calls = new RpcCalls(address, new RpcChannelOptions { SecretKey = options.SecretKey, Tls = options.Tls, MaxReceiveMessageSize = LargestAnswer });
        _log = new GeneratedClient(_calls.Invoker);
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
        var (reply, cause, code) = await CallAsync(options => _log.SendAsync(request, options), cancellationToken);
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
        var (reply, _, _) = await CallAsync(options => _log.HandleAsync(request, options), cancellationToken);
        return reply is { Known: true } ? reply.Answer.Memory : (ReadOnlyMemory<byte>?)null;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>?> GreetAsync(
        string application, string uid, string agent, CancellationToken cancellationToken = default)
    {
        var request = new GreetRequest { Application = application, Uid = uid, Agent = agent };
        var (reply, _, _) = await CallAsync(options => _log.GreetAsync(request, options), cancellationToken);
        return reply?.Frames.Select(frame => frame.Memory).ToList();
    }

    /// <summary>The call as it stands in messages.proto; Unavailable when the log is away.</summary>
    public async Task<SendReply> SendAsync(SendRequest request, CancellationToken cancellationToken = default)
    {
        var (reply, cause, code) = await CallAsync(options => _log.SendAsync(request, options), cancellationToken);
        return reply ?? new SendReply { Status = (SendStatus)NotAnswered(code, cause).Status, Error = cause };
    }

    /// <summary>One page of a conversation; null when the log is away or refuses.</summary>
    public async Task<SyncReply?> SyncAsync(SyncRequest request, CancellationToken cancellationToken = default) =>
        (await CallAsync(options => _log.SyncAsync(request, options), cancellationToken)).Reply;

    /// <summary>Moves a read cursor; null when the log is away or refuses.</summary>
    public async Task<MarkReadReply?> MarkReadAsync(MarkReadRequest request, CancellationToken cancellationToken = default) =>
        (await CallAsync(options => _log.MarkReadAsync(request, options), cancellationToken)).Reply;

    /// <summary>
    /// Asks the log something that changes nothing, on the path that messages take: reached, key and TLS accepted, database there.
    /// </summary>
    /// <returns>Null when it answers; else why not, for the operator.</returns>
    public async Task<string?> CheckAsync(CancellationToken cancellationToken = default)
    {
        var nobody = new ConversationsRequest { Application = "shop", Uid = "U_0", Limit = 1 };
        var (reply, cause, _) = await CallAsync(options => _log.ConversationsAsync(nobody, options), cancellationToken);
        return reply is null ? cause : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _calls.Dispose();
        _places.Dispose();
    }

    private async Task<(TReply? Reply, string Error, StatusCode Code)> CallAsync<TReply>(
        Func<CallOptions, AsyncUnaryCall<TReply>> call, CancellationToken cancellationToken)
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
            var left = _options.Timeout - _clock.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                return (null, tooSlow, StatusCode.DeadlineExceeded);
            }

            // The library's own deadlines run by the system's clock, which a test cannot move.
            using var deadline = new CancellationTokenSource(left, _clock);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            try
            {
                return (await call(new CallOptions(cancellationToken: ending.Token)), "", StatusCode.OK);
            }
            catch (RpcException fault) when (fault.StatusCode == StatusCode.Cancelled && ending.IsCancellationRequested)
            {
                cancellationToken.ThrowIfCancellationRequested();
                return (null, tooSlow, StatusCode.DeadlineExceeded);
            }
        }
        catch (RpcException fault)
        {
            // The library says of a connection only that there was none; why stands further in.
            var why = fault.Status.DebugException?.GetBaseException().Message is { Length: > 0 } inner ? $" ({inner})" : "";
            return (null, $"{fault.StatusCode}: {fault.Status.Detail}{why}", fault.StatusCode);
        }
        finally
        {
            _places.Release();
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
