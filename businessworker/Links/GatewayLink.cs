using System.Buffers;
using System.IO.Pipelines;
using Portico.BusinessWorker.Dispatch;
using Portico.BusinessWorker.Events;
using Portico.Contracts.Ids;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Results;
using Portico.Contracts.Rpc;
using Portico.Contracts.Rpc.SingleStream;

namespace Portico.BusinessWorker.Links;

/// <summary>
/// One stream to one loop of a gateway. It lives once: <see cref="RunAsync"/> returns when the stream has ended, and the set makes another. One
/// reader hands out everything that is there, then flushes once.
/// </summary>
internal sealed class GatewayLink : IClientLink, IEventAcks, IDisposable
{
    public const string AttachPath = "/portico.gateway.v1.WorkerLink/Attach";

    private readonly AttachRequest _attach;
    private readonly LinkClients _clients;
    private readonly ILinkOwner _owner;
    private readonly LinkReader _reader;
    private readonly CancellationTokenSource _ended = new();
    private LinkOutput? _output;
    private Exception? _sendFault;
    private bool _leaving;

    public GatewayLink(AttachRequest attach, ILinkOwner owner, EventHandling handling, LinkOptions options)
    {
        _owner = owner;
        _attach = attach;
        _clients = new LinkClients(this, this, handling);
        Queries = new LinkQueries(options.Queries);
        _reader = new LinkReader(_clients, Queries, options, TakeAttached);
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
            if (await channel.TrySingleStreamAsync(AttachPath, Loop, both.Token) is { } single)
            {
                await RunAloneAsync(single, both.Token);
            }
            else
            {
                await RunSharedAsync(channel, both.Token);
            }
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
        _reader.Dispose();
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
        scoped in CommandFields fields, scoped ReadOnlySpan<string> names = default, scoped ReadOnlySpan<uint> connections = default,
        scoped ReadOnlySpan<uint> exclude = default) =>
        _output?.AppendAsync(fields, names, connections, exclude) ?? default;

    /// <inheritdoc/>
    public void Done(ulong sequence) => _output?.Done(sequence);

    /// <inheritdoc/>
    public ValueTask SendAsync(uint connection, ReadOnlySpan<byte> message, bool binary) =>
        _output is not { } output ? default
        : LinkFrames.NeedsParts(message.Length)
            ? output.AppendAsync(new CommandFields { Kind = CommandKind.SendToClient, Connection = connection, Body = message, Binary = binary })
        : output.SendAsync(connection, message, binary);

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

    /// <summary>From here on commands have somewhere to go.</summary>
    internal LinkOutput Begin(PipeWriter requests) => _output = new LinkOutput(requests, OnSendFault);

    /// <summary>For a look at the reader alone.</summary>
    internal ReadOnlySequence<byte> HandOut(ReadOnlySequence<byte> buffer, LinkOutput output) => _reader.HandOut(buffer, output);

    /// <summary>A connection of its own, whose thread hands out what comes.</summary>
    private async Task RunAloneAsync(SingleStreamCall single, CancellationToken cancellationToken)
    {
        using var call = single;
        RpcFraming.WriteMessage(call.Requests, new WorkerMessage { Attach = _attach });
        await call.Requests.FlushAsync(cancellationToken);
        var output = BeginSending(call.Requests);
        await call.ReadAllAsync(received => _reader.Read(received, output), cancellationToken);
    }

    /// <summary>One call of many: the gateway, or something before it, speaks HTTP/2 of the usual kind.</summary>
    private async Task RunSharedAsync(RpcChannel channel, CancellationToken cancellationToken)
    {
        using var call = await channel.DuplexAsync(AttachPath, default, cancellationToken);
        await call.WriteAsync(new WorkerMessage { Attach = _attach }, cancellationToken);
        var responses = await call.OpenResponsesAsync();
        await _reader.RunAsync(responses, BeginSending(call.Requests), cancellationToken);
        call.ThrowUnlessOk();
    }

    private LinkOutput BeginSending(PipeWriter requests)
    {
        var output = Begin(requests);
        if (Volatile.Read(ref _leaving))
        {
            output.Leave();
        }

        return output;
    }

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

    private void TakeAttached(Attached attached, GatewayAddress address)
    {
        if (Epoch != 0)
        {
            throw new RpcException(RpcStatusCode.Internal, "the gateway answers the attachment twice");
        }

        Gateway = address;
        Epoch = attached.Epoch;
        _owner.OnAttached(this, attached.LoopCount);
    }
}
