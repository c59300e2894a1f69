using System.Buffers;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>
/// One PHP worker as one loop sees it. Events are packets in one buffer, which goes to the connection's output as a whole while the
/// other one fills. PHP cannot acknowledge, so what was handed to the transport counts as handled; the rest can be taken back.
/// </summary>
internal sealed class PhpWorkerLink(string key, int loop, InnerConnection connection, PhpPort port) : IWorkerLink, IOutputPiece, IDisposable
{
    private const int KeptCapacity = 64 * 1024;

    private LinkBuffer _filling = new();
    private LinkBuffer _flying = new();
    private List<PhpSentEvent> _fillingEvents = [];
    private List<PhpSentEvent> _flyingEvents = [];
    private ILoopContext? _loop;
    private bool _inFlight;
    private long _flyingSince = -1;
    private bool _wasFull;
    private bool _takenBack;

    /// <inheritdoc/>
    public string Key => key;

    /// <inheritdoc/>
    public ServedPlaces Serves => port.Serves;

    /// <inheritdoc/>
    public int BoundClients { get; set; }

    /// <inheritdoc/>
    public bool WantsEarlyConnect => true;

    /// <inheritdoc/>
    public bool IsLeaving => false;

    /// <inheritdoc/>
    public bool IsClosed { get; private set; }

    /// <inheritdoc/>
    public bool HasRoom => Bytes < port.Limits.Events;

    /// <inheritdoc/>
    public bool HasUnsent => !IsClosed && (_inFlight || _filling.Length > 0);

    /// <inheritdoc/>
    public bool HasUnacknowledged => false;

    private long Bytes => _filling.Length + (_inFlight ? _flying.Length : 0);

    /// <summary>The worker proved the secret: the loop takes the link.</summary>
    public void Open(ILoopContext context)
    {
        _loop = context;
        if (!IsClosed)
        {
            context.AddLink(this);
        }
    }

    /// <inheritdoc/>
    public bool Carries(in WorkerEvent posted) => posted.Body.Length + posted.Client.Client.Session.Length <= port.Limits.Event;

    /// <inheritdoc/>
    public void Post(in WorkerEvent posted)
    {
        var (start, length) = EventPackets.Write(_filling, posted, port.Identity.Address);
        _fillingEvents.Add(new PhpSentEvent(posted.Client, posted.Kind, posted.Number, posted.Binary, start, length));
        posted.Client.InFlight++;
        _wasFull |= !HasRoom;
    }

    /// <inheritdoc/>
    public void Adopt(ClientBinding client)
    {
        // Nothing to tell: each event carries the client's addresses and session.
    }

    /// <inheritdoc/>
    public void Flush()
    {
        if (IsClosed || _inFlight || _filling.Length == 0)
        {
            return;
        }

        (_filling, _flying) = (_flying, _filling);
        (_fillingEvents, _flyingEvents) = (_flyingEvents, _fillingEvents);
        _inFlight = true;
        _flyingSince = -1;
        connection.Output.Enqueue(this);
    }

    /// <inheritdoc/>
    public void WriteTo(IBufferWriter<byte> destination) => destination.Write(_flying.WrittenSpan);

    /// <inheritdoc/>
    public void OnWritten(bool sent) => _ = port.Loops.TryPost(loop, new PhpLinkWork(this, sent ? PhpLinkWork.What.Written : PhpLinkWork.What.Lost));

    /// <summary>What was in flight is with the transport, or is lost with the connection.</summary>
    public void OnFlushed(bool sent)
    {
        if (IsClosed)
        {
            _inFlight = false;
            Dispose();
            return;
        }

        if (!sent)
        {
            End("the worker's connection broke");
            _inFlight = false;
            Dispose();
            return;
        }

        _inFlight = false;
        port.NoteActivity();
        foreach (var handled in _flyingEvents)
        {
            handled.Client.Handled();
        }

        _flyingEvents.Clear();
        _flying.Clear(KeptCapacity);
        if (_wasFull && Bytes < port.Limits.Events / 2)
        {
            _wasFull = false;
            _loop!.RoomAgain(this);
        }

        Flush();
    }

    /// <inheritdoc/>
    public string? Look(long now, long patience, out ClientBinding? stuck)
    {
        stuck = null;

        // It acknowledges nothing; that it reads is all that can be seen of it.
        _flyingSince = !_inFlight ? -1 : _flyingSince < 0 ? now : _flyingSince;
        return _flyingSince >= 0 && now - _flyingSince >= patience ? "it does not read" : null;
    }

    /// <inheritdoc/>
    public void TakeBack(ILinkOwner owner)
    {
        if (_takenBack)
        {
            return;
        }

        _takenBack = true;
        if (_inFlight)
        {
            GiveBack(owner, _flyingEvents, _flying);
        }

        GiveBack(owner, _fillingEvents, _filling);
        Dispose();
    }

    /// <inheritdoc/>
    public void Close(string why)
    {
        connection.Close(why);
        End(why);
    }

    /// <summary>The connection ended.</summary>
    public void End(string why)
    {
        if (!IsClosed)
        {
            IsClosed = true;
            _loop?.LinkEnded(this, why);
        }
    }

    /// <summary>Gives the buffers back; the one in flight still belongs to the output.</summary>
    public void Dispose()
    {
        _filling.Dispose();
        if (!_inFlight)
        {
            _flying.Dispose();
        }
    }

    private static void GiveBack(ILinkOwner owner, List<PhpSentEvent> events, LinkBuffer buffer)
    {
        foreach (var lost in events)
        {
            owner.Redeliver(new WorkerEvent
            {
                Client = lost.Client,
                Kind = lost.Kind,
                Number = lost.Number,
                Body = lost.Kind == EventKind.Message ? buffer.WrittenSpan.Slice(lost.Start, lost.Length) : default,
                Binary = lost.Binary,
                Redelivered = true,
            });
        }

        events.Clear();
    }
}
