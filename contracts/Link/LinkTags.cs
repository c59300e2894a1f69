namespace Portico.Contracts.Link;

/// <summary>The tags (field number and wire type) of gateway.proto's hot messages.</summary>
internal static class LinkTags
{
    public const byte GatewayAttached = (1 << 3) | 2;
    public const byte GatewayParts = (2 << 3) | 2;
    public const byte GatewayEvents = (3 << 3) | 2;
    public const byte GatewayResults = (4 << 3) | 2;
    public const byte GatewayProbe = 5 << 3;

    public const byte WorkerAttach = (1 << 3) | 2;
    public const byte WorkerAck = (2 << 3) | 2;
    public const byte WorkerParts = (3 << 3) | 2;
    public const byte WorkerCommands = (4 << 3) | 2;
    public const byte WorkerLeaving = 5 << 3;
    public const byte WorkerProbed = 6 << 3;

    public const byte ExecuteParts = (1 << 3) | 2;
    public const byte ExecuteCommands = (2 << 3) | 2;
    public const byte ExecuteReplyResults = (1 << 3) | 2;

    public const byte PartId = 1 << 3;
    public const byte PartData = (2 << 3) | 2;

    public const byte BatchFirstSequence = 1 << 3;
    public const byte BatchEvents = (2 << 3) | 2;

    public const byte EventKind = 1 << 3;
    public const byte EventConnection = 2 << 3;
    public const byte EventNumber = 3 << 3;
    public const byte EventBody = (4 << 3) | 2;
    public const byte EventBinary = 5 << 3;
    public const byte EventRedelivered = 6 << 3;
    public const byte EventBodyPart = 7 << 3;
    public const byte EventState = (8 << 3) | 2;
    public const byte EventCloseCode = 9 << 3;
    public const byte EventCloseReason = (10 << 3) | 2;

    public const byte StateOrigin = (1 << 3) | 2;
    public const byte StateSession = (2 << 3) | 2;
    public const byte StateUid = (3 << 3) | 2;

    public const byte OriginRemoteAddress = (1 << 3) | 2;
    public const byte OriginRemotePort = 2 << 3;
    public const byte OriginListenerPort = 3 << 3;
    public const byte OriginPath = (4 << 3) | 2;
    public const byte OriginSubprotocol = (5 << 3) | 2;
    public const byte OriginHandshake = (6 << 3) | 2;
    public const byte OriginListener = (7 << 3) | 2;

    public const byte AckThrough = 1 << 3;
    public const byte AckRanges = (2 << 3) | 2;
    public const byte RangeFirst = 1 << 3;
    public const byte RangeLast = 2 << 3;

    public const byte CommandId = 1 << 3;
    public const byte CommandKind = 2 << 3;
    public const byte CommandConnection = 3 << 3;
    public const byte CommandBody = (4 << 3) | 2;
    public const byte CommandBinary = 5 << 3;
    public const byte CommandRaw = 6 << 3;
    public const byte CommandBodyPart = 7 << 3;
    public const byte CommandNames = (8 << 3) | 2;
    public const byte CommandConnections = (9 << 3) | 2;
    public const byte CommandConnectionsUnpacked = 9 << 3;
    public const byte CommandExclude = (10 << 3) | 2;
    public const byte CommandExcludeUnpacked = 10 << 3;
    public const byte CommandOnlyConnections = 11 << 3;
    public const byte CommandHasBody = 12 << 3;
    public const byte CommandCloseCode = 13 << 3;
    public const byte CommandCloseReason = (14 << 3) | 2;
    public const byte CommandSubprotocol = (15 << 3) | 2;

    // From field 16 on a tag takes two bytes.
    public const ushort CommandExceptSubprotocol = 16 << 3;
    public const ushort CommandOnlyIfUnbound = 17 << 3;
    public const ushort CommandSelect = (18 << 3) | 2;
    public const ushort CommandPush = 19 << 3;
    public const ushort CommandPushAge = 20 << 3;

    public const byte ResultId = 1 << 3;
    public const byte ResultStatus = 2 << 3;
    public const byte ResultDelivered = 3 << 3;
    public const byte ResultCount = 4 << 3;
    public const byte ResultClients = (5 << 3) | 2;
    public const byte ResultCounts = (6 << 3) | 2;
    public const byte ResultMore = 7 << 3;
    public const byte ResultError = (8 << 3) | 2;

    /// <summary>Bytes of a number field with a tag of one byte; none when it is 0.</summary>
    public static int SizeOf(ulong value) => value == 0 ? 0 : 1 + Varint.Size(value);

    /// <summary>Bytes of a bytes field with a tag of one byte; none when it is empty.</summary>
    public static int SizeOfBytes(int length) => length == 0 ? 0 : 1 + Varint.SizeOfDelimited(length);
}
