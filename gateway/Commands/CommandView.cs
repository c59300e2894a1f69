using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Commands;

/// <summary>
/// One command as any of the wire faces read it (gateway.proto, Command; GatewayWorker protocol 2.5 to 2.7): views of the
/// bytes that came, valid during the call. Both faces give the same meaning to the dispatcher through this type.
/// </summary>
internal ref struct CommandView
{
    /// <summary>What to do.</summary>
    public CommandKind Kind;

    /// <summary>0 when the caller wants no result.</summary>
    public ulong Id;

    /// <summary>The client, for commands of one.</summary>
    public uint Connection;

    /// <summary>Message or session bytes.</summary>
    public ReadOnlySpan<byte> Body;

    /// <summary>Close: send <see cref="Body"/> first, even when it is empty.</summary>
    public bool HasBody;

    /// <summary>WebSocket clients get a binary frame.</summary>
    public bool Binary;

    /// <summary>The bytes go to the socket as they are.</summary>
    public bool Raw;

    /// <summary>The uid or group when there is exactly one, in UTF-8; else empty and <see cref="Names"/> counts.</summary>
    public ReadOnlySpan<byte> Name;

    /// <summary>Uids or groups when there are none or several.</summary>
    public ReadOnlySpan<string> Names;

    /// <summary>Only these clients, when <see cref="OnlyConnections"/>.</summary>
    public ReadOnlySpan<uint> Connections;

    /// <summary><see cref="Connections"/> counts even when empty.</summary>
    public bool OnlyConnections;

    /// <summary>Not these clients.</summary>
    public ReadOnlySpan<uint> Exclude;

    /// <summary>Close: code, 0 for 1000.</summary>
    public ushort CloseCode;

    /// <summary>Close: reason, null for the usual one.</summary>
    public string? CloseReason;

    /// <summary>Sends: the subprotocol that decides with <see cref="ExceptSubprotocol"/>; null or empty for every client.</summary>
    public string? Subprotocol;

    /// <summary>Sends: the clients without <see cref="Subprotocol"/> instead of those with it.</summary>
    public bool ExceptSubprotocol;

    /// <summary>Sends to uids and groups: names this send, so that a repetition is not delivered twice; 0 for none.</summary>
    public ulong Push;

    /// <summary>Milliseconds since a repeated <see cref="Push"/> was first due: only clients bound before that get it. 0 for every client.</summary>
    public uint PushAge;

    /// <summary>Bind: refuse when bound to another uid.</summary>
    public bool OnlyIfUnbound;

    /// <summary>Select: what and which.</summary>
    public Select? Select;
}
