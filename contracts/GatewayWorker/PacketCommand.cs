namespace Portico.Contracts.GatewayWorker;

/// <summary>Command numbers of inner packets (GatewayWorker protocol 2.4 to 2.6).</summary>
public enum PacketCommand : byte
{
    /// <summary>No command.</summary>
    None = 0,

    /// <summary>To a worker: a client was accepted.</summary>
    OnConnect = 1,

    /// <summary>To a worker: a message of a client.</summary>
    OnMessage = 3,

    /// <summary>To a worker: a client is gone.</summary>
    OnClose = 4,

    /// <summary>Message to one client.</summary>
    SendToOne = 5,

    /// <summary>Message to all clients, to listed ones, or to all but some.</summary>
    SendToAll = 6,

    /// <summary>Last message and close when the outbox is empty.</summary>
    Kick = 7,

    /// <summary>Close at once.</summary>
    Destroy = 8,

    /// <summary>Merge into a session.</summary>
    UpdateSession = 9,

    /// <summary>Query: every client's session.</summary>
    GetAllClientSessions = 10,

    /// <summary>Query: 0 or 1.</summary>
    IsOnline = 11,

    /// <summary>Bind a client to a uid.</summary>
    BindUid = 12,

    /// <summary>Take a client's uid away, whichever it is.</summary>
    UnbindUid = 13,

    /// <summary>Message to the clients of uids.</summary>
    SendToUid = 14,

    /// <summary>Query: connection numbers of a uid.</summary>
    GetClientIdByUid = 15,

    /// <summary>Query: connection numbers of several uids.</summary>
    BatchGetClientIdByUid = 16,

    /// <summary>Put a client into a group.</summary>
    JoinGroup = 20,

    /// <summary>Take a client out of a group.</summary>
    LeaveGroup = 21,

    /// <summary>Message to the members of groups.</summary>
    SendToGroup = 22,

    /// <summary>Query: sessions of a group's members.</summary>
    GetClientSessionsByGroup = 23,

    /// <summary>Query: number of members, or of all clients.</summary>
    GetClientCountByGroup = 24,

    /// <summary>Query: chosen fields of chosen clients.</summary>
    Select = 25,

    /// <summary>Query: the groups.</summary>
    GetGroupIdList = 26,

    /// <summary>Dissolve a group.</summary>
    Ungroup = 27,

    /// <summary>Query: number of members of several groups.</summary>
    BatchGetClientCountByGroup = 28,

    /// <summary>First packet of a worker: its key and the secret.</summary>
    WorkerConnect = 200,

    /// <summary>To a worker: the link lives.</summary>
    Ping = 201,

    /// <summary>Secret of a GatewayClient; may come before every command.</summary>
    ClientConnect = 202,

    /// <summary>Query: a client's session.</summary>
    GetSessionByClientId = 203,

    /// <summary>Replace a session.</summary>
    SetSession = 204,

    /// <summary>To a worker: the opening handshake of a client.</summary>
    OnWebSocketConnect = 205,
}
