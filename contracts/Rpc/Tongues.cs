using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Portico.Contracts.Rpc;

/// <summary>
/// Two tongues on one port: HTTP/2, whose connections begin with <c>PRI </c>, and another whose first four bytes are never those
/// (GatewayWorker's packets and register lines). The bytes are looked at, not taken.
/// </summary>
public static class Tongues
{
    internal const int Needed = 4;

    // RFC 9113 section 3.4. Kestrel alone would wait more than two minutes for all of it.
    private const int PrefaceLength = 24;

    /// <summary>
    /// Tells the tongues apart before HTTP/2 takes over. Call it after <see cref="TlsDoor.Use"/>, if that is used. A connection that has not
    /// sent four bytes within the deadline is closed, and so is one that began HTTP/2 and has not sent its whole preface.
    /// </summary>
    /// <param name="listen">The endpoint; its protocol becomes HTTP/2.</param>
    /// <param name="other">
    /// Carries a connection of the other tongue; the connection is closed when its task ends. The token fires when the peer is gone
    /// or at <paramref name="stopping"/>. When the peer was accepted stands in <see cref="AcceptedAt"/>.
    /// </param>
    /// <param name="timeProvider">Clock of the deadline.</param>
    /// <param name="deadline">Time for the first four bytes.</param>
    /// <param name="stopping">When no further connection is served; without it, when the host begins to stop.</param>
    public static void UseTongues(
        this ListenOptions listen,
        Func<ConnectionContext, CancellationToken, Task> other,
        TimeProvider timeProvider,
        TimeSpan deadline,
        CancellationToken? stopping = null)
    {
        var ended = stopping ?? listen.ApplicationServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        listen.Protocols = HttpProtocols.Http2;
        listen.Use(next => async connection =>
        {
            var arrival = ArrivalOf(connection);
            var began = timeProvider.GetTimestamp();
            connection.Items[typeof(Tongues)] = began;
            try
            {
                var first = new byte[Needed];
                if (!await FirstBytes.TryPeekAsync(connection, first, timeProvider, deadline, ended))
                {
                    return;
                }

                if (IsHttp2(first))
                {
                    arrival?.Settle();
                    var rest = deadline - timeProvider.GetElapsedTime(began);
                    if (rest > TimeSpan.Zero && await FirstBytes.TryPeekAsync(connection, new byte[PrefaceLength], timeProvider, rest, ended))
                    {
                        await next(connection);
                    }
                }
                else
                {
                    await RunOtherAsync(connection, other, ended);
                }
            }
            finally
            {
                arrival?.Settle();
            }
        });
    }

    /// <summary>When a connection of the other tongue was accepted, as a timestamp of the clock given to <see cref="UseTongues"/>.</summary>
    public static long AcceptedAt(ConnectionContext connection) => (long)connection.Items[typeof(Tongues)]!;

    /// <summary>The place of a connection among those that were accepted; null without an <see cref="ShortCallListener"/>.</summary>
    public static ArrivalOrder.Arrival? ArrivalOf(ConnectionContext connection) =>
        connection.Items.TryGetValue(typeof(ArrivalOrder), out var arrival) ? (ArrivalOrder.Arrival?)arrival : null;

    private static async Task RunOtherAsync(
        ConnectionContext connection, Func<ConnectionContext, CancellationToken, Task> other, CancellationToken stopping)
    {
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, closing, stopping);
        await other(connection, ending.Token);
    }

    /// <summary>Whether a connection that begins so speaks HTTP/2.</summary>
    public static bool IsHttp2(ReadOnlySpan<byte> first) => first.StartsWith("PRI "u8);
}
