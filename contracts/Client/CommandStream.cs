using System.Diagnostics.CodeAnalysis;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.Client;

/// <summary>
/// All commands of this process to one gateway, on one long stream: whoever comes while a flush is under way goes with the next
/// one. The stream is opened by the first command and again by the first one after it broke. Thread-safe.
/// </summary>
internal sealed class CommandStream : IDisposable
{
    private const string ExecutePath = "/portico.gateway.v1.Commands/Execute";

    private readonly RpcChannel _channel;
    private readonly TimeProvider _timeProvider;
    private readonly int _maxWaitingBytes;
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, PendingCommand> _pending = [];
    private List<Command> _waiting = [];
    private int _waitingBytes;
    private ulong _lastId;
    private bool _sending;
    private bool _disposed;
    private OpenStream? _open;

    public CommandStream(Uri gateway, GatewayDirectoryOptions options)
    {
        IsOverTls = gateway.Scheme == Uri.UriSchemeHttps;
        _channel = new RpcChannel(gateway, options.Channel);
        _timeProvider = options.Channel.TimeProvider;
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
                return CommandOutcome.Failed(CommandStatus.Refused, "too much is waiting for this gateway");
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

    [SuppressMessage("Design", "CA1031", Justification = "Border of the link: callers see GatewayGone with the reason; a sender that died would leave them all waiting.")]
    private async Task SendAllAsync()
    {
        while (TakeWaiting() is { } batch)
        {
            OpenStream? stream = null;
            try
            {
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

    private async Task<OpenStream> OpenAsync()
    {
        var stream = new OpenStream(await _channel.DuplexAsync(ExecutePath));
        lock (_gate)
        {
            _open = stream;
        }

        _ = ReadAllAsync(stream);
        return stream;
    }

    private async Task ReadAllAsync(OpenStream stream)
    {
        try
        {
            await foreach (var reply in stream.Call.ReadAllAsync<ExecuteReply>())
            {
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

    /// <summary>Whether commands under way were carried out is not known; their callers are told so, and the next command dials anew.</summary>
    private void Break(OpenStream? stream, CommandStatus status, string error)
    {
        OpenStream? open;
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

    private sealed class OpenStream(RpcDuplexCall call)
    {
        public RpcDuplexCall Call { get; } = call;

        public CommandEncoder Encoder { get; } = new(call.Requests);

        public bool IsBroken { get; set; }
    }
}
