using Portico.Contracts.GatewayWorker;

namespace Portico.Gateway.Hosting;

/// <summary>
/// Every numeric ceiling of the gateway; no other place holds one. Read from <c>Gateway:Limits</c>, but <see cref="MessageBytes"/> and
/// <see cref="OutboxBytes"/> from <c>Gateway:MaxMessageSize</c> and <c>Gateway:SendToClientBufferSize</c>, the names they have always had.
/// </summary>
internal sealed record LimitOptions
{
    /// <summary>The largest client message that can be configured: 64 MiB. Each is copied a few times on its way, in memory of one piece.</summary>
    public const int LargestMessageBytes = 64 * 1024 * 1024;

    /// <summary>
    /// How long PHP workers say and are told nothing before a stopping gateway takes them for done with what it told them. Long beside a slow question to a
    /// database in a callback; <see cref="StopSeconds"/> bounds it.
    /// </summary>
    public static readonly TimeSpan StopQuietTime = TimeSpan.FromSeconds(1);

    /// <summary>How long a client whose path no worker serves waits for one: closed within 2 s, the tick of a loop included.</summary>
    public static readonly TimeSpan UnknownPathTime = TimeSpan.FromSeconds(1);

    /// <summary>The largest message that always reaches a PHP worker: its packet less room for a session of 64 KiB.</summary>
    public const int LargestPhpMessageBytes = LargestPhpEventBytes - (64 * 1024);

    /// <summary>What an event to a PHP worker may hold, session and message together: its inner packet (10 MiB) less the head.</summary>
    public const int LargestPhpEventBytes = PacketCodec.MaxLength - PacketHeader.Length;

    private const int UsualMessageBytes = 1024 * 1024;

    /// <summary>
    /// Bytes of one message from a client. Default 1 MiB; a browser's chat message with a picture in it fits. At most 64 MiB; over 10 MiB,
    /// session included, it reaches .NET workers alone: the client of a PHP worker is closed (1009).
    /// </summary>
    public int MessageBytes { get; init; } = UsualMessageBytes;

    /// <summary>Bytes that wait for one client beyond one message. Default 1 MiB, as GatewayWorker's sendToClientBufferSize.</summary>
    public int OutboxBytes { get; init; } = 1024 * 1024;

    /// <summary>Client connections of the whole gateway. Default 200,000, which is 300 MB of idle ones.</summary>
    public int Connections { get; init; } = 200_000;

    /// <summary>
    /// Client connections of one address, of IPv6 of a network of 64 bits; behind a trusted proxy the client's own. 0 for no limit. Default 1,000: a school or a mobile network is one address,
    /// and two hundred attackers are needed to fill the gateway. Peers on loopback, and trusted proxies that name no client, are exempt.
    /// </summary>
    public int ConnectionsPerAddress { get; init; } = 1000;

    /// <summary>
    /// Messages a second of one client, twice as many at once; a client over it is not read for a while. 0 for no limit. Default 200: more than a game sends, and what a chat page kept while it was
    /// offline fits into one burst. Exempt as for <see cref="ConnectionsPerAddress"/>.
    /// </summary>
    public int MessagesPerSecond { get; init; } = 200;

    /// <summary>Message bytes a second of one client, twice as many at once; one larger message is taken and paid for. 0 for no limit. Default 4 MiB: four of the largest messages. Exempt as for <see cref="ConnectionsPerAddress"/>.</summary>
    public int BytesPerSecond { get; init; } = 4 * 1024 * 1024;

    /// <summary>Seconds that a client who sends too fast is slowed down before it is closed (4003). Default 30: a page that catches up after a sleep is not a flood.</summary>
    public int TooFastSeconds { get; init; } = 30;

    /// <summary>Bytes of the head of an opening handshake. Default 8 KiB, as most web servers.</summary>
    public int RequestHeadBytes { get; init; } = 8 * 1024;

    /// <summary>Seconds for the opening handshake, TLS included. Default 10; a client that needs longer is no client.</summary>
    public int HandshakeSeconds { get; init; } = 10;

    /// <summary>Seconds from open to the first message. Default 0, off: old clients may only listen.</summary>
    public int FirstMessageSeconds { get; init; }

    /// <summary>
    /// Seconds from accept to the first message of a text or frame peer that the application does not know: it has no uid, group or session, and nothing was sent to it alone. 0 for no limit. Default 60:
    /// these protocols have no handshake and no ping by which a dead peer would be noticed.
    /// </summary>
    public int SilentSeconds { get; init; } = 60;

    /// <summary>Seconds for a whole message of a client without uid, group and session, and a second more for each 16 KiB of it. 0 for no limit. Default 60: the slowest mobile network sends a page's messages in it.</summary>
    public int PartialSeconds { get; init; } = 60;

    /// <summary>Bytes of memory for unfinished messages of such clients, each above 16 KiB, in the whole gateway; a client for which there is no room is closed (1013). Default 64 MiB: sixty of the largest messages at the same moment.</summary>
    public int PartialBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Seconds between two messages of a client; pongs do not count. Default 0, off: the heartbeat notices dead ones.</summary>
    public int IdleSeconds { get; init; }

    /// <summary>Seconds that a closing client has to take its outbox and our goodbye. Default 5, half of the time a stop may take.</summary>
    public int ClosingSeconds { get; init; } = 5;

    /// <summary>
    /// Seconds that clients have to take their goodbye when the gateway stops, and workers the rest of it to handle their ends. Default 4: a stop takes
    /// 10 s at most, links and inner port included.
    /// </summary>
    public int StopSeconds { get; init; } = 4;

    /// <summary>Frames of one message. Default 131,072: twice what 4 MiB in 64-byte pieces needs; an endless row of empty ones ends.</summary>
    public int FramesPerMessage { get; init; } = 131_072;

    /// <summary>Bytes from which a message is compressed for clients that negotiated it. Default 1,024: below one segment nothing is saved on the wire.</summary>
    public int CompressFromBytes { get; init; } = 1024;

    /// <summary>Clients that keep a compression window of their own, where a listener's ContextTakeover allows it. Default 1,024, which is 300 MB; further ones get none.</summary>
    public int CompressionContexts { get; init; } = 1024;

    /// <summary>Groups one client may be in. Default 10,000: more than anybody joins, and a loop over joins in user code cannot eat the memory.</summary>
    public int GroupsPerClient { get; init; } = 10_000;

    /// <summary>Bytes of a uid's or group's name in UTF-8. Default 1,024: GatewayWorker has no limit, and applications put tokens and paths there.</summary>
    public int NameBytes { get; init; } = 1024;

    /// <summary>Bytes of a client's session. Default 1 MiB: GatewayWorker has no limit, but it travels with every event to a PHP worker. Less where the largest message leaves less of PHP's 10 MiB, and at least 64 KiB of it.</summary>
    public int SessionBytes { get; init; } = 1024 * 1024;

    /// <summary>Bytes of events that wait for or are unacknowledged by one worker, in each loop. Default 4 MiB: some ten thousand chat messages on the way, and what a dead worker makes another one handle again; every byte of it is memory when a worker is slow. Of large messages (<see cref="MessageBytes"/> above its default) there may be four.</summary>
    public int LinkBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes of one client's events that its worker has not acknowledged. Default 512 KiB, an eighth of a link: a client whose callback hangs and who sends on must not fill it for all; beyond it that client alone is not read. One event may exceed it.</summary>
    public int ClientLinkBytes { get; init; } = 512 * 1024;

    /// <summary>Bytes of one message to a worker; longer bodies go in parts. Default 256 KiB, so that one client cannot hold a link. Official gRPC clients take 4 MiB.</summary>
    public int LinkMessageBytes { get; init; } = 256 * 1024;

    /// <summary>Bytes of one gRPC message from a worker or caller. Default 4 MiB, as official gRPC; longer bodies come in parts.</summary>
    public int ReceivedMessageBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes of commands of one worker or caller that wait for a loop. Default 4 MiB, the largest message; then its stream is not read.</summary>
    public int CommandBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes of bodies in parts that one worker or caller has begun and not named in a command. Default 16 MiB, and always two of the largest messages; more ends its stream.</summary>
    public int PartBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of results that wait for one worker or caller to read them. Default 16 MiB; more ends its stream, since nobody reads.</summary>
    public int ResultBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of events that wait for a worker to come, in the whole gateway. Default 64 MiB.</summary>
    public int ParkedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Seconds that a client's events wait for a worker. Default 30: a worker's restart, and no longer than a person waits.</summary>
    public int ParkedSeconds { get; init; } = 30;

    /// <summary>
    /// Bytes of events of clients whose path no worker serves, in the whole gateway. Default 1 MiB, apart from <see cref="ParkedBytes"/>: anybody can make up
    /// paths, which must not take the room of real ones.
    /// </summary>
    public int UnknownPathBytes { get; init; } = 1024 * 1024;

    /// <summary>Such events, in the whole gateway. Default 1,000: the clients of a worker that is just about to attach for the first time.</summary>
    public int UnknownPathEvents { get; init; } = 1000;

    /// <summary>
    /// Seconds in which a worker that was given events must get on: acknowledge one, or answer that it hands them out. Then it counts as dead, and
    /// they go to another. Default 60: longer than any callback should hold a link's thread, since that holds up all clients of it. A callback
    /// that awaits holds up its own client alone, and may take as long as it likes. 0 waits for ever.
    /// </summary>
    public int WorkerSeconds { get; init; } = 60;

    /// <summary>Times that an event is given to a worker, when each dies with it. Default 4: twice as everybody's, twice alone, so that what crashes a module ends after four workers and takes nobody else's message with it.</summary>
    public int Deliveries { get; init; } = 4;

    /// <summary>New clients a second that are let in while there is no worker. Default 200: they wait in the kernel's queue instead.</summary>
    public int AcceptsWithoutWorker { get; init; } = 200;

    /// <summary>Connections on the inner port, and as many again of workers whose streams have connections of their own. Beyond, they are closed at once. Default 10,000.</summary>
    public int InnerConnections { get; init; } = 10_000;

    /// <summary>Seconds from accept to the first whole packet of a GatewayWorker peer. Default 10.</summary>
    public int InnerFirstPacketSeconds { get; init; } = 10;

    /// <summary>Bytes of a packet of a GatewayWorker peer that has not shown the secret. Default 64 KiB; those packets are short.</summary>
    public int InnerFirstPacketBytes { get; init; } = 64 * 1024;

    /// <summary>Seconds in which a query of a GatewayWorker peer must make progress, else its connection is closed. Default 4: PHP's own reader gives up on all gateways after 5.</summary>
    public int InnerQuerySeconds { get; init; } = 4;

    /// <summary>Queries of one GatewayWorker peer whose answers are on the way; then it is not read. One about all clients counts 64, one with a list a unit for 64 bytes. Default 1,000.</summary>
    public int InnerQueries { get; init; } = 1000;

    /// <summary>Seconds between the pings to a PHP worker. Default 25, as GatewayWorker.</summary>
    public int InnerPingSeconds { get; init; } = 25;

    /// <summary>What one stream to a worker may hold: large messages must not fill it one by one, or a callback that awaits holds up everybody.</summary>
    public long StreamBytes() => MessageBytes <= UsualMessageBytes ? LinkBytes : Math.Max(LinkBytes, 4L * MessageBytes);

    /// <summary>What one peer may begin: an answer as large as the message, and half as much again for how it is written down.</summary>
    public long BegunBytes() => Math.Max(PartBytes, 2L * MessageBytes);
}
