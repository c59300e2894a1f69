namespace Portico.Contracts.Link;

/// <summary>What changed of a client (gateway.proto, ClientState) without an object. All text is UTF-8.</summary>
public ref struct ClientStateView
{
    /// <summary>The origin fields are there.</summary>
    public bool HasOrigin { get; set; }

    /// <summary>Textual IPv4 or IPv6.</summary>
    public ReadOnlySpan<byte> RemoteAddress { get; set; }

    /// <summary>Port of the client.</summary>
    public uint RemotePort { get; set; }

    /// <summary>Public port of the gateway.</summary>
    public uint ListenerPort { get; set; }

    /// <summary>Path without query.</summary>
    public ReadOnlySpan<byte> Path { get; set; }

    /// <summary>The negotiated subprotocol, or empty.</summary>
    public ReadOnlySpan<byte> Subprotocol { get; set; }

    /// <summary>The request head as it came, or empty.</summary>
    public ReadOnlySpan<byte> Handshake { get; set; }

    /// <summary>The listener as configured.</summary>
    public ReadOnlySpan<byte> Listener { get; set; }

    /// <summary><see cref="Session"/> counts.</summary>
    public bool HasSession { get; set; }

    /// <summary>PHP-serialized array, or empty.</summary>
    public ReadOnlySpan<byte> Session { get; set; }

    /// <summary><see cref="Uid"/> counts.</summary>
    public bool HasUid { get; set; }

    /// <summary>Empty: bound to none.</summary>
    public ReadOnlySpan<byte> Uid { get; set; }

    /// <summary>Reads an encoded ClientState; false when the bytes are not one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> encoded, out ClientStateView view)
    {
        view = default;
        var reader = new WireReader(encoded);
        var wellFormed = true;
        while (reader.TryTag(out var tag))
        {
            switch (tag)
            {
                case LinkTags.StateOrigin:
                    view.HasOrigin = true;
                    wellFormed &= view.ReadOrigin(reader.Bytes());
                    break;
                case LinkTags.StateSession:
                    view.HasSession = true;
                    view.Session = reader.Bytes();
                    break;
                case LinkTags.StateUid:
                    view.HasUid = true;
                    view.Uid = reader.Bytes();
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return wellFormed && !reader.Malformed;
    }

    /// <summary>Appends the encoded ClientState, ready to be an <see cref="EventView.State"/>.</summary>
    public readonly void WriteTo(LinkBuffer output)
    {
        var origin = OriginLength();
        var length = (HasOrigin ? 1 + Varint.SizeOfDelimited(origin) : 0)
            + (HasSession ? 1 + Varint.SizeOfDelimited(Session.Length) : 0)
            + (HasUid ? 1 + Varint.SizeOfDelimited(Uid.Length) : 0);
        var writer = new WireWriter(output.GetSpan(length)[..length]);
        if (HasOrigin)
        {
            WriteOrigin(writer.Reserve(LinkTags.StateOrigin, origin));
        }

        if (HasSession)
        {
            writer.AlwaysBytes(LinkTags.StateSession, Session);
        }

        if (HasUid)
        {
            writer.AlwaysBytes(LinkTags.StateUid, Uid);
        }

        output.Advance(length);
    }

    private readonly int OriginLength() =>
        LinkTags.SizeOfBytes(RemoteAddress.Length) + LinkTags.SizeOf(RemotePort) + LinkTags.SizeOf(ListenerPort)
        + LinkTags.SizeOfBytes(Path.Length) + LinkTags.SizeOfBytes(Subprotocol.Length)
        + LinkTags.SizeOfBytes(Handshake.Length) + LinkTags.SizeOfBytes(Listener.Length);

    private readonly void WriteOrigin(Span<byte> destination)
    {
        var writer = new WireWriter(destination);
        writer.Bytes(LinkTags.OriginRemoteAddress, RemoteAddress);
        writer.Number(LinkTags.OriginRemotePort, RemotePort);
        writer.Number(LinkTags.OriginListenerPort, ListenerPort);
        writer.Bytes(LinkTags.OriginPath, Path);
        writer.Bytes(LinkTags.OriginSubprotocol, Subprotocol);
        writer.Bytes(LinkTags.OriginHandshake, Handshake);
        writer.Bytes(LinkTags.OriginListener, Listener);
    }

    private bool ReadOrigin(ReadOnlySpan<byte> encoded)
    {
        var reader = new WireReader(encoded);
        while (reader.TryTag(out var tag))
        {
            switch (tag)
            {
                case LinkTags.OriginRemoteAddress:
                    RemoteAddress = reader.Bytes();
                    break;
                case LinkTags.OriginRemotePort:
                    RemotePort = reader.Number32();
                    break;
                case LinkTags.OriginListenerPort:
                    ListenerPort = reader.Number32();
                    break;
                case LinkTags.OriginPath:
                    Path = reader.Bytes();
                    break;
                case LinkTags.OriginSubprotocol:
                    Subprotocol = reader.Bytes();
                    break;
                case LinkTags.OriginHandshake:
                    Handshake = reader.Bytes();
                    break;
                case LinkTags.OriginListener:
                    Listener = reader.Bytes();
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return !reader.Malformed;
    }
}
