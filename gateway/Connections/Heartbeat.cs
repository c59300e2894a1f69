using Portico.Contracts.Results;

namespace Portico.Gateway.Connections;

/// <summary>
/// The deadlines of a connection: handshake, first message, idle, and pings to a silent client. A client that is paused is not judged.
/// What is heard only notes the time; when the wheel comes round, this looks at what was heard and sets the next time to look.
/// </summary>
internal static class Heartbeat
{
    /// <summary>The subprotocol of clients that know WebSocket pings and need no message in their place.</summary>
    public const string ModernSubprotocol = "portico.v1";

    // Bytes a second that an unfinished message must come with beyond its first time.
    private const int PartialRate = 16 * 1024;

    /// <summary>The connection begins, or its opening handshake is done.</summary>
    public static void Begin(ClientConnection client, LoopClients clients)
    {
        Restart(client, clients.Wheel.Now);
        Schedule(client, clients.Wheel);
    }

    /// <summary>The client sent too fast: it is not read for a while.</summary>
    public static void Slow(ClientConnection client, DeadlineWheel wheel, int milliseconds)
    {
        client.PauseReading(PauseCause.RateLimited);
        client.Heart.ReadAgain = wheel.Now + Math.Max(1, DeadlineWheel.Ticks(TimeSpan.FromMilliseconds(milliseconds)));
        Schedule(client, wheel);
    }

    /// <summary>Something may be due.</summary>
    public static void OnDue(ClientConnection client, LoopClients clients)
    {
        var now = clients.Wheel.Now;
        ref var heart = ref client.Heart;
        if (heart.ReadAgain > 0 && heart.ReadAgain <= now)
        {
            heart.ReadAgain = 0;
            client.ResumeReading(PauseCause.RateLimited);
        }

        if (client.IsPaused)
        {
            // It cannot be heard, so its time stands still.
            var limits = client.Listener.Limits;
            heart.Heard(now);
            heart.LastMessage = now;
            if (!heart.Spoke)
            {
                heart.Since = now;
            }

            if (heart.PartialSince != 0)
            {
                heart.PartialSince = now;
            }
        }
        else if (IsOver(client, now))
        {
            clients.Counters.TimedOut++;
            client.Close(CloseReason.TimedOut);
            return;
        }
        else if (PingsAt(client) is var at && at > 0 && at <= now && !Ping(client, clients, now))
        {
            return;
        }

        Schedule(client, clients.Wheel);
    }

    private static void Restart(ClientConnection client, int now)
    {
        client.Heart.Since = now;
        client.Heart.LastMessage = now;
        client.Heart.Heard(now);
    }

    /// <summary>A deadline may be earlier than it was.</summary>
    public static void Schedule(ClientConnection client, DeadlineWheel wheel)
    {
        var due = Earlier(client.Heart.ReadAgain, Earlier(DeadlineOf(client), PingsAt(client)));
        if (due > 0)
        {
            wheel.Set(client, due);
        }
    }

    private static bool IsOver(ClientConnection client, int now) => DeadlineOf(client) is var at && at > 0 && at <= now;

    // The tick in which silence has lasted too long, 0 for never.
    private static int DeadlineOf(ClientConnection client)
    {
        var limits = client.Listener.Limits;
        ref var heart = ref client.Heart;
        if (client.State == ConnectionState.Opening)
        {
            return After(heart.Since, limits.HandshakeTimeout);
        }

        var first = heart.Spoke || client.UidClients is not null ? 0 : After(heart.Since, limits.FirstMessageTimeout);
        var due = Earlier(first, After(heart.LastMessage, limits.IdleTimeout));
        return client.IsKnown ? due : Earlier(due, DeadlineOfUnknown(client, limits));
    }

    // A peer without a handshake that never says anything, and one that never finishes what it began; who sends large messages has longer.
    private static int DeadlineOfUnknown(ClientConnection client, ClientLimits limits)
    {
        ref var heart = ref client.Heart;
        var silent = heart.Spoke || heart.IsAddressed ? 0 : After(heart.Since, limits.SilentTimeout);
        return heart.PartialSince == 0 || limits.PartialTimeout <= TimeSpan.Zero ? silent
            : Earlier(silent, After(heart.PartialSince, limits.PartialTimeout + TimeSpan.FromSeconds(client.Codec.PartialSize / PartialRate)));
    }

    // The tick of the next ping, 0 for never.
    private static int PingsAt(ClientConnection client)
    {
        var listener = client.Listener;
        if (client.State == ConnectionState.Opening || listener.PingInterval <= TimeSpan.Zero || !(HasPingData(client) || client.HasPing))
        {
            return 0;
        }

        // Clients that came together shall not all be pinged in the same tick for ever.
        var spread = client.Heart.Unanswered > 0 ? 0 : (int)(client.Id % 8) * DeadlineWheel.Ticks(listener.PingInterval) / 64;
        return After(client.Heart.LastSign, listener.PingInterval) + spread;
    }

    private static bool HasPingData(ClientConnection client) =>
        client.Listener.PingData.Length > 0 && client.Path == "/" && client.Subprotocol != ModernSubprotocol;

    private static bool Ping(ClientConnection client, LoopClients clients, int now)
    {
        ref var heart = ref client.Heart;
        var limit = client.Listener.PingNotResponseLimit;
        if (limit > 0 && heart.Unanswered >= limit)
        {
            clients.Counters.TimedOut++;
            client.Close(CloseReason.TimedOut);
            return false;
        }

        heart.Unanswered++;
        heart.LastSign = now;
        clients.Counters.Pings++;
        if (HasPingData(client))
        {
            _ = client.Send(client.Listener.PingData.Span, binary: false);
        }
        else
        {
            client.SendPing();
        }

        return !client.IsLeaving;
    }

    private static int After(int since, TimeSpan time) => time > TimeSpan.Zero ? Math.Max(1, since + DeadlineWheel.Ticks(time)) : 0;

    private static int Earlier(int a, int b) => a == 0 ? b : b == 0 ? a : Math.Min(a, b);
}
