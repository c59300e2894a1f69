using System.IO.Pipelines;
using System.Net.Sockets;
using Portico.Contracts.Rpc;
using Portico.Contracts.Rpc.SingleStream;
using Portico.Gateway.Transport;
using Portico.Gateway.Workers;

namespace Portico.Gateway.Loops;

/// <summary>
/// A worker whose stream has a connection of its own: its socket belongs to the loop whose clients it serves, so that neither an event nor a
/// command changes the thread. The gRPC method is the same as <see cref="AttachEndpoint"/>'s.
/// </summary>
internal sealed class WorkerSocket : ITransportSocketHandler, IStreamOwner, ILinkCall, IDisposable
{
    // A peer that asks and does not read the answers.
    private const int MostUnsentReplies = 64 * 1024;

    private readonly WorkerSockets _owner;
    private readonly LinkDoor _door;
    private readonly WorkerSocketWriter _writer = new();
    private readonly StreamReceiver _receiver;
    private readonly StreamMessages _messages;
    private TransportSocket? _socket;
    private GrpcWorkerLink? _link;
    private LinkInput? _input;
    private bool _answered;
    private bool _ending;

    /// <summary>A socket that is about to be adopted.</summary>
    public WorkerSocket(WorkerSockets owner, LinkDoor door)
    {
        _owner = owner;
        _door = door;
        _receiver = new StreamReceiver(this, isServer: true);
        _messages = new StreamMessages(door.Limits.Received, OnMessage);
    }

    /// <summary>When something was heard last, in milliseconds of the loop's clock.</summary>
    public long Heard { get; private set; }

    /// <summary>A ping is on its way.</summary>
    public bool IsPinged { get; private set; }

    /// <summary>Since when <see cref="IsPassing"/> may be so; what it says meanwhile gives it no more time.</summary>
    public long PassingSince { get; private set; }

    /// <summary>It is not let in yet, or is on its way out: it has little time.</summary>
    public bool IsPassing => _link is null || _ending;

    /// <inheritdoc/>
    public PipeWriter Responses => _writer;

    /// <inheritdoc/>
    public string Peer => _socket!.RemoteEndPoint.ToString();

    /// <summary>Begins to live.</summary>
    public void Start(TransportSocket socket)
    {
        _socket = socket;
        _writer.Open(socket);
        Heard = _owner.Now;
        PassingSince = Heard;
    }

    /// <inheritdoc/>
    public void OnBytes(Span<byte> received)
    {
        Heard = _owner.Now;
        IsPinged = false;
        if (!_ending && !_receiver.TryReceive(received) && !_ending)
        {
            Fail(_receiver.Fault!);
        }
    }

    /// <inheritdoc/>
    public void OnWritable()
    {
        _writer.OnWritable();
        CloseWhenSent();
    }

    /// <inheritdoc/>
    public void OnEnd() => Drop("the worker's stream ended");

    /// <inheritdoc/>
    public void OnError(SocketError error) => Drop("the worker's stream broke");

    /// <summary>Asks whether anybody is there.</summary>
    public void Ping()
    {
        IsPinged = true;
        _writer.Send(StreamPreface.Ping());
    }

    /// <summary>Ends it at once.</summary>
    public void Drop(string why)
    {
        if (_link is { IsClosed: false } link)
        {
            link.End(why, graceful: link.IsLeaving && link.Unacknowledged == 0);
        }

        Abort();
    }

    // Known from the first bytes.
    void IStreamOwner.OnSettings(bool isOurs) => _ = isOurs;

    void IStreamOwner.OnHeaders(StreamHeaders headers)
    {
        if (_answered)
        {
            return;
        }

        _answered = true;
        _writer.Send(StreamPreface.OfServer((uint)_owner.Loop.Index));
        if (_door.Refusal(headers, _socket!.RemoteEndPoint) is { } refusal)
        {
            Finish(refusal.Code, refusal.Detail);
        }
    }

    void IStreamOwner.OnData(ReadOnlySpan<byte> data)
    {
        if (!_answered)
        {
            Fail("data before the headers");
        }
        else if (!_ending && !_messages.TryAdd(data, out var fault) && fault is not null)
        {
            Fail(fault);
        }
    }

    void IStreamOwner.OnEnd() => Drop("the worker's stream ended");

    void IStreamOwner.OnWindow(uint increment) => _writer.OnWindow(increment);

    void IStreamOwner.Reply(byte[] frame)
    {
        _writer.Send(frame);
        if (_writer.Unsent > MostUnsentReplies && _link is null)
        {
            Abort();
        }
    }

    /// <inheritdoc/>
    public void Abort()
    {
        if (!_socket!.IsClosed)
        {
            _socket.Abort();
            Gone();
        }

        _writer.Break();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _messages.Dispose();
        _writer.Dispose();
    }

    void ILinkCall.Release(string? failure)
    {
        _door.TellEnd(_link!, (uint)_owner.Loop.Index, failure);
        Finish(failure is null ? RpcStatusCode.OK : RpcStatusCode.Unavailable, failure ?? "");
    }

    private bool OnMessage(ReadOnlySpan<byte> message)
    {
        if (_input is null)
        {
            return TryAttach(message);
        }

        _input.OnMessage(message);
        return !_ending;
    }

    private bool TryAttach(ReadOnlySpan<byte> message)
    {
        if (!_door.TryRead(message, _owner.Loop.Index, out var attach, out var fault))
        {
            Finish(RpcStatusCode.InvalidArgument, fault);
            return false;
        }

        (_link, _input) = _door.Make(attach, this, new CommandWindow(_door.Limits.Commands));
        _writer.SendMessage(_door.Greeting(attach.Loop));
        new LinkOpening(_link, _input).Run(_owner.Loop);
        _door.Tell(_link, attach.Loop, Peer);
        return !_ending;
    }

    /// <summary>The peer broke the protocol: it gets no answer that it could not read anyway.</summary>
    private void Fail(string why)
    {
        if (_link is { IsClosed: false } link)
        {
            link.End(why, graceful: false);
        }
        else
        {
            Abort();
        }
    }

    /// <summary>The last frame, then the end.</summary>
    private void Finish(RpcStatusCode code, string text)
    {
        _ending = true;
        PassingSince = _owner.Now;
        _messages.Dispose();
        if (!_socket!.IsClosed)
        {
            _writer.Send(StreamPreface.Trailers(new RpcStatus(code, text)));
            CloseWhenSent();
        }
    }

    private void CloseWhenSent()
    {
        if (_ending && _writer.Unsent == 0 && !_socket!.IsClosed)
        {
            _socket.Close();
            Gone();
        }
    }

    private void Gone()
    {
        _ending = true;
        _owner.Remove(this);
        Dispose();
    }
}
