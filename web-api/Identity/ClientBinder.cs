using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portico.Client;
using Portico.Contracts.Ids;
using Portico.Contracts.Results;
using Portico.Hosting.Secrets;
using Portico.WebApi.Hosting;
using Portico.WebApi.Telemetry;

namespace Portico.WebApi.Identity;

/// <summary>
/// Binds clients to uids for callers of HTTP. A backend binds any client, also one that is bound to somebody else. A user binds a client that is free and
/// whose handshake showed no token of another user, and is refused for a while after some failures: client_ids are names that can be guessed at. Thread-safe.
/// </summary>
internal sealed partial class ClientBinder(
    IGatewayClient gateways, Authenticator authenticator, CallerAddress addresses, WebApiOptions options, TimeProvider clock, ILogger<ClientBinder> log)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly IGatewayClient _gateways = gateways.WithTimeout(TimeSpan.FromMilliseconds(options.Limits.GatewayMilliseconds));
    private readonly HandshakeTokens _shown = new(authenticator);
    private readonly FailedAttempts _ofUid = new(options.Limits.FailedBindsPerUid, Window, clock);
    private readonly FailedAttempts _ofAddress = new(options.Limits.FailedBindsPerAddress, Window, clock);
    private long _logged = clock.GetTimestamp() - (long)(Window.TotalSeconds * clock.TimestampFrequency);

    /// <summary>Binds <paramref name="client"/> to <paramref name="uid"/>; the answer's headers are set where they say more.</summary>
    public async Task<BindResult> BindAsync(HttpContext context, Caller caller, ClientId client, string uid)
    {
        if (caller.IsBackend)
        {
            return Result(await _gateways.BindUidAsync(client, uid, onlyIfUnbound: false, context.RequestAborted));
        }

        if (!_ofUid.TryBegin(uid, out var ofUid, out var wait))
        {
            return TooMany(context, uid, wait);
        }

        var ofAddress = default(FailedAttempts.Attempt);
        var address = addresses.Of(context);
        if (address is not null && !_ofAddress.TryBegin(address, out ofAddress, out wait))
        {
            _ofUid.TakeBack(ofUid);
            return TooMany(context, uid, wait);
        }

        // An attempt that ends in an exception, because the caller went away for example, counts as failed.
        var result = await BindAsync(client, uid, context.RequestAborted);
        if (!result.IsFailure)
        {
            _ofUid.TakeBack(ofUid);
            if (address is not null)
            {
                _ofAddress.TakeBack(ofAddress);
            }
        }

        return result;
    }

    private static BindResult Result(SendReceipt receipt)
    {
        // Delivered to nobody: it was bound to this uid before. A gateway that is gone or late says nothing about the client.
        var (outcome, result) = receipt.Status switch
        {
            CommandStatus.Delivered => ("bound", BindResult.Bound),
            CommandStatus.GatewayGone or CommandStatus.TimedOut => ("unavailable", BindResult.Unavailable),
            _ => ("refused", BindResult.Refused),
        };
        WebApiMeter.Bound(outcome);
        return result;
    }

    // Whether a client is missing, bound or somebody else's is not told apart: a caller who guesses must not learn which ones exist.
    private async Task<BindResult> BindAsync(ClientId client, string uid, CancellationToken aborted)
    {
        var handshake = await _gateways.GetHandshakeAsync(client, aborted);
        if (!handshake.IsComplete)
        {
            WebApiMeter.Bound("unavailable");
            return BindResult.Unavailable;
        }

        if (handshake.Value is not { } head || _shown.ShowAnother(head.Span, uid))
        {
            WebApiMeter.Bound("refused");
            return BindResult.Refused;
        }

        return Result(await _gateways.BindUidAsync(client, uid, onlyIfUnbound: true, aborted));
    }

    private BindResult TooMany(HttpContext context, string uid, TimeSpan wait)
    {
        WebApiMeter.Bound("too_many_failures");
        var now = clock.GetTimestamp();
        var logged = Interlocked.Read(ref _logged);
        if (clock.GetElapsedTime(logged, now) >= Window && Interlocked.CompareExchange(ref _logged, now, logged) == logged)
        {
            LogTooMany(uid, addresses.Of(context) ?? context.Connection.RemoteIpAddress);
        }

        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers.RetryAfter = seconds;
        return new BindResult(false, true, $"Too many binds failed; try again in {seconds} s.");
    }

    [LoggerMessage(
        3910,
        LogLevel.Warning,
        "{Uid} at {Address} failed to bind clients too often and is refused for up to a minute; others are only counted during the next minute")]
    private partial void LogTooMany(string uid, System.Net.IPAddress? address);
}
