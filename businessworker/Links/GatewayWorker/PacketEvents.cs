using System.Buffers;
using System.Text;
using Portico.BusinessWorker.Dispatch;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;

namespace Portico.BusinessWorker.Links.GatewayWorker;

/// <summary>
/// Packets as the events that a worker knows. A WebSocket client begins with its handshake here, as everywhere in Portico; PHP announces it at accept, before
/// anybody knows whether it is one. On the reader alone.
/// </summary>
internal sealed class PacketEvents : IDisposable
{
    private const string WebSocket = "websocket";

    private readonly Dictionary<uint, PacketHeader> _accepted = [];
    private readonly HashSet<uint> _told = [];
    private readonly Dictionary<ushort, string> _schemes = [];
    private readonly PacketRows _rows = new();
    private readonly LinkBuffer _bytes = new();
    private readonly List<Planned> _planned = [];
    private ulong _asOf = 1;
    private ulong _asOfBefore = 1;
    private ulong _last;

    /// <summary>What has to be asked before these events are handed out; null for nothing.</summary>
    public byte[]? Question(PacketBatch batch)
    {
        var connections = new HashSet<uint>();
        var asksPort = false;
        for (var i = 0; i < batch.Count; i++)
        {
            var header = batch[i].Header;
            if (header.Command != PacketCommand.OnClose)
            {
                _ = connections.Add(header.ConnectionId);
                asksPort |= header.Command == PacketCommand.OnConnect && !_schemes.ContainsKey(header.GatewayPort);
            }
        }

        if (connections.Count == 0)
        {
            return null;
        }

        var select = new SelectQuery { Fields = asksPort ? ["uid", "session", "protocol"] : ["uid", "session"], All = false, Connections = [.. connections] };
        var packet = new ArrayBufferWriter<byte>();
        PacketCodec.Write(packet, new PacketHeader { Command = PacketCommand.Select, Flags = PacketFlags.Scalar }, select.Compose(), default);
        return packet.WrittenSpan.ToArray();
    }

    /// <summary>The question's answer; <paramref name="asOf"/> is what had been posted when it was asked.</summary>
    public void Learn(ReadOnlySpan<byte> answer, ulong asOf)
    {
        _asOfBefore = _asOf;
        _asOf = asOf;
        _rows.Read(answer);
    }

    /// <summary>Nobody answers: what the packets say has to do.</summary>
    public void Forget()
    {
        _asOfBefore = _asOf;
        _rows.Clear();
    }

    /// <summary>The events of a batch, on the memory of <paramref name="block"/>.</summary>
    public List<ClientEvent> Read(PacketBatch batch, ReceivedBlock block)
    {
        _bytes.Clear(256 * 1024);
        _planned.Clear();
        for (var i = 0; i < batch.Count; i++)
        {
            Plan(batch[i]);
        }

        _bytes.WrittenSpan.CopyTo(block.Fill(_bytes.Length));
        var events = new List<ClientEvent>(_planned.Count);
        foreach (var planned in _planned)
        {
            events.Add(planned.ToEvent(++_last, block));
        }

        return events;
    }

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();

    private void Plan(in Packet packet)
    {
        var connection = packet.Header.ConnectionId;
        switch (packet.Command)
        {
            case PacketCommand.OnConnect:
                if (_told.Remove(connection))
                {
                    // Its number is another client's now, so it is gone; nobody said so.
                    _planned.Add(new Planned(EventKind.Close, connection, default, default, default));
                }

                PlanConnect(packet);
                break;
            case PacketCommand.OnWebSocketConnect:
                _ = _accepted.Remove(connection);
                _schemes[packet.Header.GatewayPort] = WebSocket;
                Add(EventKind.WebsocketConnect, packet, isHandshake: true);
                break;
            case PacketCommand.OnMessage:
                if (_accepted.Remove(connection))
                {
                    // A message without a handshake: no WebSocket.
                    _schemes.TryAdd(packet.Header.GatewayPort, "tcp");
                    Add(EventKind.Connect, packet, "/");
                }

                Add(EventKind.Message, packet, "");
                break;
            case PacketCommand.OnClose when !_accepted.Remove(connection):
                Add(EventKind.Close, packet, "");
                _ = _told.Remove(connection);
                break;
            default:
                // Closed before its handshake: no module was told of it.
                break;
        }
    }

    private void PlanConnect(in Packet packet)
    {
        var header = packet.Header;
        if (_rows.Scheme(header.ConnectionId) is { } scheme)
        {
            _schemes[header.GatewayPort] = scheme;
        }

        if (_schemes.GetValueOrDefault(header.GatewayPort, WebSocket) == WebSocket)
        {
            _accepted[header.ConnectionId] = header;
            return;
        }

        Add(EventKind.Connect, packet, "/");
    }

    private void Add(EventKind kind, in Packet packet, string path = "", bool isHandshake = false)
    {
        var connection = packet.Header.ConnectionId;
        var isNew = _told.Add(connection);
        var state = default(ClientStateView);
        if (isHandshake)
        {
            PacketOrigin.FillHandshake(ref state, packet);
        }
        else if (isNew)
        {
            PacketOrigin.Fill(ref state, packet.Header, _schemes.GetValueOrDefault(packet.Header.GatewayPort, WebSocket), path);
        }

        var asOf = FillValues(ref state, kind, packet, isNew);
        var bodyStart = _bytes.Length;
        if (kind == EventKind.Message)
        {
            AppendBody(packet);
        }

        var stateStart = _bytes.Length;
        if (state.HasOrigin || state.HasSession || state.HasUid)
        {
            state.WriteTo(_bytes);
        }

        _planned.Add(new Planned(kind, connection, bodyStart..stateStart, stateStart.._bytes.Length, asOf));
    }

    // Asked for is better than what was under way; a client that is gone has only the latter.
    private ulong FillValues(ref ClientStateView state, EventKind kind, in Packet packet, bool isNew)
    {
        if (kind != EventKind.Close && _rows.Take(packet.Header.ConnectionId) is { } row)
        {
            state.HasSession = true;
            state.Session = row["session"].AsBytes();
            state.HasUid = true;
            state.Uid = row["uid"].AsBytes();
            return _asOf;
        }

        if (kind == EventKind.Close || isNew)
        {
            state.HasSession = true;
            state.Session = packet.Ext;
        }

        return _asOfBefore;
    }

    // A custom protocol may decode to a value: .NET modules take JSON.
    private void AppendBody(in Packet packet)
    {
        if (packet.HasScalarBody)
        {
            _bytes.Append(packet.Body);
        }
        else if (PhpSerialize.TryParse(packet.Body, out var value))
        {
            if (value.Kind == PhpKind.String)
            {
                _bytes.Append(value.AsBytes());
            }
            else if (!PhpJson.TryEncode(value, _bytes))
            {
                _bytes.Append(Encoding.UTF8.GetBytes("null"));
            }
        }
    }

    /// <summary>An event whose bytes are not in a block yet.</summary>
    private readonly record struct Planned(EventKind Kind, uint Connection, Range Body, Range State, ulong AsOf)
    {
        public ClientEvent ToEvent(ulong number, ReceivedBlock block)
        {
            var state = block.Memory[State];
            return new ClientEvent
            {
                Sequence = number,
                Kind = Kind,
                Connection = Connection,
                Number = number,
                Binary = false,
                Redelivered = false,
                Body = block.Memory[Body],
                HasState = !state.IsEmpty,
                State = state,
                AsOf = AsOf,
                CloseCode = Contracts.Results.CloseReason.ClientLeft.Code,
                CloseReason = default,
                Block = block,
            };
        }
    }
}
