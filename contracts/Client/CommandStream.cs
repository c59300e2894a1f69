using System.Diagnostics.CodeAnalysis;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.Client;

/// <summary>
/// All commands of this process to one gateway, on one long stream: what comes while a flush is under way goes with the next one. The stream is
/// opened by the first command and again by the first one after it broke, within <see cref="DialPace"/>: until then commands fail at once. So do
/// they while the gateway is silent, from the first command that has waited its whole time in vain until the gateway says anything. Thread-safe.
/// </summary>
internal sealed class CommandStream : IDisposable
{
    private const string ExecutePath = "/portico.gateway.v1.Commands/Execute";

    private readonly RpcChannel _channel;
    private readonly Func<long> _version;
    private readonly DialPace _pace;
    private readonly SilenceWatch _silence;
    private readonly TimeProvider _timeProvider;
    private readonly int _maxWaitingBytes;
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, PendingCommand> _pending = [];
    private List<Command> _waiting = [];
    private int _waitingBytes;
    private ulong _lastId;
    private bool _sending;
    private bool _disposed;
    private OpenCommandStream? _open;
    private (CommandStatus Status, string Error) _lastEnd = (CommandStatus.GatewayGone, "");

    /// <summary>Creates it; nothing is dialled yet.</summary>
    /// <param name="gateway">Where.</param>
    /// <param name="options">How.</param>
    /// <param name="version">Version of the list of gateways at the moment.</param>
    public CommandStream(Uri gateway, GatewayDirectoryOptions options, Func<long> version)
    {
        _version = version;
        IsOverTls = gateway.Scheme == Uri.UriSchemeHttps;
        _channel = new RpcChannel(gateway, options.Channel);
        _timeProvider = options.Channel.TimeProvider;
        _pace = new DialPace(_timeProvider);
        _silence = new SilenceWatch(_timeProvider);
        _maxWaitingBytes = options.MaxWaitingBytes;
    }

    /// <summary>It is called over TLS.</summary>
    public bool IsOverTls { get; }

    /// <summary>Whether nothing is under way and nothing is open.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _open is null && _pending.Count == 0;
            }
        }
    }

    /// <summary>As <see cref="IGatewayCommands.ExecuteAsync"/>.</summary>
    public async Task<CommandOutcome> ExecuteAsync(Command command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_silence.IsSilent)
        {
            if (_silence.IsProbeDue())
            {
                // Costs the gateway nothing; its answer ends the silence, as any other would.
                _ = AskAsync(new Command { Kind = CommandKind.IsOnline }, DialPace.Interval, CancellationToken.None);
            }

            return CommandOutcome.Failed(CommandStatus.GatewayGone, "the gateway does not answer; it was not asked");
        }

        return await AskAsync(command, timeout, cancellationToken);
    }

    private async Task<CommandOutcome> AskAsync(Command command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var began = _timeProvider.GetTimestamp();
        var pending = new PendingCommand();
        if (Enqueue(command, pending) is { } refusal)
        {
            return refusal;
        }

        try
        {
            return await pending.Done.WaitAsync(timeout, _timeProvider, cancellationToken);
        }
        catch (TimeoutException)
        {
            _silence.NoteTimeout(began, timeout);
            return CommandOutcome.Failed(CommandStatus.TimedOut, "no answer in time");
        }
        finally
        {
            lock (_gate)
            {
                _ = _pending.Remove(command.Id);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        Break(null, CommandStatus.GatewayGone, "the client is closed");
        _channel.Dispose();
    }

    private CommandOutcome? Enqueue(Command command, PendingCommand pending)
    {
        var size = command.CalculateSize();
        lock (_gate)
        {
            if (_disposed)
            {
                return CommandOutcome.Failed(CommandStatus.GatewayGone, "the client is closed");
            }

            // An empty queue takes one command of any size.
            if (_waitingBytes > 0 && _waitingBytes + size > _maxWaitingBytes)
            {
                return CommandOutcome.Failed(CommandStatus.GatewayGone, "too much is waiting for this gateway");
            }

            command.Id = ++_lastId;
            _pending.Add(command.Id, pending);
            _waiting.Add(command);
            _waitingBytes += size;
            if (_sending)
            {
                return null;
            }

            _sending = true;
        }

        _ = SendAllAsync();
        return null;
    }

    [SuppressMessage(
        "Design", "CA1031", Justification = "Border of the link: callers see GatewayGone with the reason; a sender that died would leave them all waiting.")]
    private async Task SendAllAsync()
    {
        while (TakeWaiting() is { } batch)
        {
            OpenCommandStream? stream = null;
            try
            {
                if (_open is null && !_pace.TryBegin(_version()))
                {
                    Break(null, _lastEnd.Status, _lastEnd.Error);
                    continue;
                }

                stream = _open ?? await OpenAsync();
                await stream.Encoder.WriteAsync(batch);
            }
            catch (RpcException fault)
            {
                Break(stream, StatusOf(fault), fault.Status.Detail);
            }
            catch (Exception fault)
            {
                Break(stream, CommandStatus.GatewayGone, fault.Message);
            }
        }
    }

    /// <summary>What waits and still is waited for; null ends the sending.</summary>
    private List<Command>? TakeWaiting()
    {
        lock (_gate)
        {
            // A command whose caller has given up must not be carried out much later.
            _ = _waiting.RemoveAll(command => !_pending.ContainsKey(command.Id));
            var batch = _waiting;
            _waitingBytes = 0;
            if (batch.Count == 0)
            {
                _sending = false;
                return null;
            }

            _waiting = [];
            return batch;
        }
    }

    private async Task<OpenCommandStream> OpenAsync()
    {
        var stream = new OpenCommandStream(await _channel.DuplexAsync(ExecutePath));
        _silence.Reset();
        lock (_gate)
        {
            _open = stream;
        }

        _ = ReadAllAsync(stream);
        return stream;
    }

    private async Task ReadAllAsync(OpenCommandStream stream)
    {
        try
        {
            await foreach (var reply in stream.Call.ReadAllAsync<ExecuteReply>())
            {
                _silence.NoteReply();
                foreach (var result in reply.Results)
                {
                    Find(result.Id)?.Add(result);
                }
            }

            Break(stream, CommandStatus.GatewayGone, "the gateway ended the stream");
        }
        catch (RpcException fault)
        {
            Break(stream, StatusOf(fault), fault.Status.Detail);
        }
    }

    private PendingCommand? Find(ulong id)
    {
        lock (_gate)
        {
            return _pending.GetValueOrDefault(id);
        }
    }

    /// <summary>Whether commands under way were carried out is not known; their callers are told so.</summary>
    private void Break(OpenCommandStream? stream, CommandStatus status, string error)
    {
        OpenCommandStream? open;
        List<PendingCommand> lost;
        lock (_gate)
        {
            // Reader and sender both see the end of a stream; the second one must not fail what waits for the next.
            open = _open;
            if (stream is { IsBroken: true } || (stream is not null && stream != open))
            {
                return;
            }

            if (open is not null)
            {
                open.IsBroken = true;
            }

            _open = null;
            _lastEnd = (status, error);
            _silence.Reset();
            lost = [.. _pending.Values];
            _pending.Clear();
        }

        open?.Call.Dispose();
        foreach (var command in lost)
        {
            command.Fail(status, error);
        }
    }

    private static CommandStatus StatusOf(RpcException fault) =>
        fault.Code is RpcStatusCode.Unauthenticated or RpcStatusCode.PermissionDenied or RpcStatusCode.Unimplemented or RpcStatusCode.ResourceExhausted
            ? CommandStatus.Refused
            : CommandStatus.GatewayGone;
}
