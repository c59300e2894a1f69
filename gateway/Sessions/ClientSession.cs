namespace Portico.Gateway.Sessions;

/// <summary>
/// What the application made of a client: its session, uid and groups. The connection is this and a socket in one object, because
/// ten thousand idle ones shall cost little. Changed through <see cref="UidIndex"/> and <see cref="GroupIndex"/> only.
/// </summary>
internal abstract class ClientSession
{
    private Membership[]? _groups;

    /// <summary>The session in PHP's serialize() form, never looked into here; empty for none.</summary>
    public ReadOnlyMemory<byte> Session { get; private set; }

    /// <summary>Grows with each change of <see cref="Session"/>.</summary>
    public uint SessionVersion { get; private set; }

    /// <summary>Grows with each change of the uid.</summary>
    public uint UidVersion { get; private set; }

    /// <summary>Grows with each change of either: who was told at one value knows all at that value.</summary>
    public uint StateVersion => SessionVersion + UidVersion;

    /// <summary>The uid as text, null when bound to none.</summary>
    public string? Uid => UidClients?.Text;

    /// <summary>The uid's bytes, empty when bound to none.</summary>
    public ReadOnlySpan<byte> UidUtf8 => UidClients is { } clients ? clients.Utf8 : default;

    /// <summary>All clients of this loop with the same uid, this one included; null when bound to none.</summary>
    public NamedClients? UidClients { get; private set; }

    /// <summary>Slot in <see cref="UidClients"/>.</summary>
    public int UidSlot { get; private set; }

    /// <summary>Slot in the loop's list of connections.</summary>
    public int TableSlot { get; set; }

    /// <summary>Groups the client is in now.</summary>
    public int GroupCount { get; private set; }

    /// <summary>Groups the client is in, in the order in which it joined.</summary>
    public ReadOnlySpan<Membership> Groups => _groups.AsSpan(0, GroupCount);

    /// <summary>PHP tells a client that never joined a group from one that left all.</summary>
    public bool EverInGroup => _groups is not null;

    /// <summary>Replaces the session.</summary>
    public void SetSession(ReadOnlyMemory<byte> session)
    {
        Session = session;
        SessionVersion++;
    }

    /// <summary>For <see cref="UidIndex"/>.</summary>
    public void SetUid(NamedClients? clients, int slot)
    {
        UidClients = clients;
        UidSlot = slot;
        UidVersion++;
    }

    /// <summary>True when the client is in that very group.</summary>
    public bool IsIn(NamedClients clients) => FindGroup(clients) >= 0;

    /// <summary>For <see cref="GroupIndex"/>.</summary>
    public void AddMembership(NamedClients clients, int slot)
    {
        _groups ??= new Membership[1];
        if (GroupCount == _groups.Length)
        {
            Array.Resize(ref _groups, _groups.Length * 2);
        }

        _groups[GroupCount++] = new Membership(clients, slot);
    }

    /// <summary>For <see cref="GroupIndex"/>: forgets the group and returns the slot, -1 when not a member.</summary>
    public int RemoveMembership(NamedClients clients)
    {
        var index = FindGroup(clients);
        if (index < 0)
        {
            return -1;
        }

        var slot = _groups![index].Slot;
        _groups.AsSpan(index + 1, GroupCount - index - 1).CopyTo(_groups.AsSpan(index));
        _groups[--GroupCount] = default;
        return slot;
    }

    /// <summary>The list closed its gaps: the client stands elsewhere now.</summary>
    public void Moved(ClientList list, int slot)
    {
        if (ReferenceEquals(list, UidClients))
        {
            UidSlot = slot;
        }
        else if (list is NamedClients group)
        {
            _groups![FindGroup(group)].Slot = slot;
        }
        else
        {
            TableSlot = slot;
        }
    }

    private int FindGroup(NamedClients clients)
    {
        for (var i = 0; i < GroupCount; i++)
        {
            if (ReferenceEquals(_groups![i].Clients, clients))
            {
                return i;
            }
        }

        return -1;
    }
}
