using System.Buffers;
using System.IO.Pipelines;
using Portico.BusinessWorker.Dispatch;
using Portico.BusinessWorker.Events;
using Portico.Contracts.Ids;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Results;
using Portico.Contracts.Rpc;

namespace Portico.BusinessWorker.Links;

/// <summary>
/// One stream to one loop of a gateway. It lives once: <see cref="RunAsync"/> returns when the stream has ended, and the set makes another. One
/// reader hands out everything that is there, then flushes once.
/// </summary>
internal sealed class GatewayLink : IClientLink, IEventAcks, IDisposable
{
    public const string AttachPath = "/portico.gateway.v1.WorkerLink/Attach";

    // More loops than any machine has cores: an answer beyond is nonsense.
    private const uint MostLoops = 1024;

    private readonly LinkOptions _options;
    private readonly AttachRequest _attach;
    private readonly BodyAssembler _bodies;
    private readonly KeptBytes _kept;
    private readonly LinkBatch _batch = new();
    private readonly LinkClients _clients;
    private readonly ILinkOwner _owner;
    private readonly CancellationTokenSource _ended = new();
    private ReceivedBlock _block;
    private LinkOutput? _output;
    private Exception? _sendFault;
    private bool _leaving;

    public GatewayLink(AttachRequest attach, ILinkOwner owner, EventHandling handling, LinkOptions options)
    {
        _owner = owner;
        _attach = attach;
        _options = options;
        _bodies = new BodyAssembler(options.PartBytes);
        _kept = new KeptBytes(options.KeptBytes);
        _block = new ReceivedBlock(_kept);
        _clients = new LinkClients(this, this, handling);
        Queries = new LinkQueries(options.Queries);
    }

    /// <summary>Which loop's clients it serves.</summary>
    public uint Loop => _attach.Loop;

    /// <summary>Results that are waited for.</summary>
    public LinkQueries Queries { get; }

    /// <inheritdoc/>
    public GatewayAddress Gateway { get; private set; }

    /// <inheritdoc/>
    public ulong Epoch { get; private set; }

    /// <inheritdoc/>
    public bool IsClosed => _output?.IsClosed ?? true;

    /// <summary>Clients this stream serves.</summary>
    public int ClientCount => _clients.Count;

    /// <summary>Runs the stream to its end.</summary>
    /// <exception cref="RpcException">It did not end well.</exception>
    public async Task RunAsync(RpcChannel channel, CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended.Token);
        try
        {
            using var call = await channel.DuplexAsync(AttachPath, default, both.Token);
            await call.WriteAsync(new WorkerMessage { Attach = _attach }, both.Token);
            var responses = await call.OpenResponsesAsync();
            var output = Begin(call.Requests);
            if (Volatile.Read(ref _leaving))
            {
                output.Leave();
            }

            await ReadAsync(responses, output, both.Token);
            call.ThrowUnlessOk();
        }
        catch (OperationCanceledException) when (_sendFault is { } fault)
        {
            throw new RpcException(RpcStatusCode.Unavailable, "the link cannot be written to", fault);
        }
        finally
        {
            _output?.Close();
            Queries.FailAll();
            _clients.Abandon();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _output?.Dispose();
        _bodies.Dispose();
        _ended.Dispose();
    }

    /// <summary>Asks for no more events; the stream ends when all are acknowledged.</summary>
    public void Leave()
    {
        Volatile.Write(ref _leaving, true);
        _output?.Leave();
    }

    /// <summary>Posts a command. The task is complete unless the link is behind.</summary>
    public ValueTask PostAsync(
        scoped in CommandFields fields, scoped ReadOnlySpan<string> names = default, scoped ReadOnlySpan<uint> connections = default, scoped ReadOnlySpan<uint> exclude = default) =>
        _output?.AppendAsync(fields, names, connections, exclude) ?? default;

    /// <inheritdoc/>
    public void Done(ulong sequence) => _output?.Done(sequence);

    /// <inheritdoc/>
    public ValueTask SendAsync(uint connection, ReadOnlySpan<byte> message, bool binary) =>
        PostAsync(new CommandFields { Kind = CommandKind.SendToClient, Connection = connection, Body = message, Binary = binary });

    /// <inheritdoc/>
    public ValueTask CloseAsync(uint connection, CloseReason reason, ReadOnlySpan<byte> lastMessage, bool hasLastMessage) => PostAsync(new CommandFields
    {
        Kind = CommandKind.CloseClient,
        Connection = connection,
        Body = lastMessage,
        HasBody = hasLastMessage,
        CloseCode = reason.Code,
        CloseReason = System.Text.Encoding.UTF8.GetBytes(reason.Text ?? ""),
    });

    /// <inheritdoc/>
    public ValueTask SetSessionAsync(uint connection, ReadOnlySpan<byte> session) =>
        PostAsync(new CommandFields { Kind = CommandKind.SetSession, Connection = connection, Body = session });

    /// <inheritdoc/>
    public ValueTask BindUidAsync(uint connection, string uid) => PostNamedAsync(CommandKind.BindUid, connection, uid);

    /// <inheritdoc/>
    public ValueTask UnbindUidAsync(uint connection) => PostAsync(new CommandFields { Kind = CommandKind.UnbindUid, Connection = connection });

    /// <inheritdoc/>
    public ValueTask JoinGroupAsync(uint connection, string group) => PostNamedAsync(CommandKind.JoinGroup, connection, group);

    /// <inheritdoc/>
    public ValueTask LeaveGroupAsync(uint connection, string group) => PostNamedAsync(CommandKind.LeaveGroup, connection, group);

    /// <summary>A client of this stream; from any thread.</summary>
    public ClientContext? FindClient(uint connection) => _clients.Find(connection);

    private ValueTask PostNamedAsync(CommandKind kind, uint connection, string name) =>
        PostAsync(new CommandFields { Kind = kind, Connection = connection }, new ReadOnlySpan<string>(in name));

    private void OnSendFault(Exception fault)
    {
        _sendFault = fault;
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The stream had ended by itself, which is all this is for.
        }
    }

    private async Task ReadAsync(PipeReader responses, LinkOutput output, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await responses.ReadAsync(cancellationToken);
            var rest = HandOut(read.Buffer, output);
            responses.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
            {
                return;
            }

            // Either side behind: the gateway sees it as a stream that is not read.
            await output.RoomAsync();
            await _kept.RoomAsync();
        }
    }

    /// <summary>From here on commands have somewhere to go.</summary>
    internal LinkOutput Begin(PipeWriter requests) => _output = new LinkOutput(requests, OnSendFault);

    /// <summary>Hands out every whole message of what was received, then flushes; gives what is left.</summary>
    internal ReadOnlySequence<byte> HandOut(ReadOnlySequence<byte> buffer, LinkOutput output)
    {
        _batch.Begin();
        _batch.Touch(output);
        try
        {
            while (RpcFraming.TryRead(ref buffer, _options.MessageBytes, out var message))
            {
                message.CopyTo(_block.Fill(checked((int)message.Length)));
                HandOut(_block, output);
                if (!_block.IsOurs)
                {
                    _block.GiveUp();
                    _block = new ReceivedBlock(_kept);
                }
            }
        }
        finally
        {
            _batch.End();
        }

        return buffer;
    }

    private void HandOut(ReceivedBlock block, LinkOutput output)
    {
        var message = block.Memory;
        var wellFormed = GatewayMessageReader.TryRead(message.Span, out var reader);
        if (wellFormed && reader.HasAttached)
        {
            TakeAttached(reader.Attached);
        }

        while (wellFormed && reader.TryNextPart(out var id, out var data))
        {
            wellFormed = _bodies.TryAdd(id, data);
        }

        if (wellFormed && reader.EventCount > 0)
        {
            HandOutEvents(ref reader, block, output);
        }

        while (wellFormed && reader.TryNextResult(out var result))
        {
            Queries.Complete(result);
        }

        if (!wellFormed || reader.Malformed)
        {
            throw new RpcException(RpcStatusCode.Internal, "the gateway sent a message that cannot be read");
        }
    }

    private void HandOutEvents(ref GatewayMessageReader reader, ReceivedBlock block, LinkOutput output)
    {
        var sequence = reader.FirstSequence;
        var firstDone = sequence;
        while (reader.TryNextEvent(out var view))
        {
            if (HandOutEvent(sequence, view, block))
            {
                sequence++;
                continue;
            }

            Acknowledge(output, firstDone, sequence);
            firstDone = ++sequence;
        }

        Acknowledge(output, firstDone, sequence);
    }

    private static void Acknowledge(LinkOutput output, ulong first, ulong end)
    {
        if (end > first)
        {
            output.DoneInBatch(first, end - 1);
        }
    }

    private bool HandOutEvent(ulong sequence, scoped in EventView view, ReceivedBlock block)
    {
        if (view.BodyPart == 0)
        {
            return _clients.Dispatch(ClientEvent.From(sequence, view, block.Memory, block));
        }

        if (!_bodies.TryTake(view.BodyPart, out var parts))
        {
            throw new RpcException(RpcStatusCode.Internal, "the gateway names parts that it did not send");
        }

        // A block of its own holds the joined body and the state.
        var own = new ReceivedBlock(_kept);
        try
        {
            return _clients.Dispatch(ClientEvent.Join(sequence, view, parts.WrittenSpan, own));
        }
        finally
        {
            parts.Dispose();
            own.GiveUp();
        }
    }

    private void TakeAttached(ReadOnlySpan<byte> encoded)
    {
        var attached = Attached.Parser.ParseFrom(encoded);
        if (!GatewayAddress.TryParse(attached.Address, out var address) || attached.LoopCount is 0 or > MostLoops)
        {
            throw new RpcException(RpcStatusCode.Internal, "the gateway's first answer names no address or no sensible number of loops");
        }

        if (Epoch != 0 || attached.Epoch == 0)
        {
            throw new RpcException(RpcStatusCode.Internal, "the gateway answers the attachment twice, or without an epoch");
        }

        Gateway = address;
        Epoch = attached.Epoch;
        _owner.OnAttached(this, attached.LoopCount);
    }
}
