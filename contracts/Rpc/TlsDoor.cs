using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Portico.Contracts.Rpc;

/// <summary>
/// TLS on an inner port, told from plaintext by the first byte: a TLS connection begins with 22, a GatewayWorker packet that did would be
/// longer than any, and neither a register line nor HTTP/2 does.
/// </summary>
public sealed class TlsDoor
{
    private const byte HandshakeRecord = 22;

    private readonly TlsHandshakeCallbackOptions? _handshake;
    private readonly Action<EndPoint?> _refused;

    /// <summary>A door in front of what speaks plaintext.</summary>
    /// <param name="handshake">How hands are shaken; null when there is no TLS.</param>
    /// <param name="allowPlain">Plaintext is let in beside TLS.</param>
    /// <param name="refused">Hears of who came without TLS and was closed for it.</param>
    public TlsDoor(TlsHandshakeCallbackOptions? handshake, bool allowPlain, Action<EndPoint?> refused)
    {
        Security = handshake is null ? WireSecurity.Plain : allowPlain ? WireSecurity.Either : WireSecurity.Tls;
        _handshake = handshake;
        _refused = refused;
    }

    /// <summary>A port without TLS.</summary>
    public static TlsDoor None { get; } = new(null, allowPlain: true, _ => { });

    /// <summary>Who is let in.</summary>
    public WireSecurity Security { get; }

    /// <summary>Puts it in front of an endpoint. Call it before <see cref="Tongues.UseTongues"/>.</summary>
    /// <param name="listen">The endpoint.</param>
    /// <param name="timeProvider">Clock of the deadline.</param>
    /// <param name="deadline">Time for the first byte.</param>
    /// <param name="stopping">When no further connection is served; without it, when the host begins to stop.</param>
    public void Use(ListenOptions listen, TimeProvider timeProvider, TimeSpan deadline, CancellationToken? stopping = null)
    {
        if (_handshake is not { } handshake)
        {
            return;
        }

        var ended = stopping ?? listen.ApplicationServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        ConnectionDelegate? plain = null;
        listen.Use(next => async connection =>
        {
            var first = new byte[1];
            if (!await FirstBytes.TryPeekAsync(connection, first, timeProvider, deadline, ended))
            {
                return;
            }

            if (IsTls(first))
            {
                await next(connection);
            }
            else if (Admits(first))
            {
                await plain!(connection);
            }
            else
            {
                Refuse(connection.RemoteEndPoint);
            }
        });
        listen.UseHttps(handshake);

        // What stands behind TLS, for those who come without: the server composes from the end, so it is known before the first connection.
        listen.Use(next => plain = next);
    }

    /// <summary>Whether a connection begins with a TLS handshake that is to be answered.</summary>
    public bool IsTls(ReadOnlySpan<byte> first) => Security != WireSecurity.Plain && first[0] == HandshakeRecord;

    /// <summary>Whether a connection that begins so may stay; one that may not goes with <see cref="Refuse"/>.</summary>
    public bool Admits(ReadOnlySpan<byte> first) => Security != WireSecurity.Tls || first[0] == HandshakeRecord;

    /// <summary>Notes one that may not stay. Closing it is the caller's.</summary>
    public void Refuse(EndPoint? peer) => _refused(peer);
}
