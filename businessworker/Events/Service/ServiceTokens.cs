using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Portico.Client;
using Portico.Hosting;
using Portico.Hosting.Secrets;

namespace Portico.BusinessWorker.Events.Service;

/// <summary>Who shows a token: an agent (shared token or agent's user token), or a user (his user token, or a session in Redis).</summary>
internal sealed class ServiceTokens(ServiceOptions options, TimeProvider clock, ILoggerFactory logs) : IDisposable
{
    /// <summary>The agent of the shared token who gives no name.</summary>
    public const string SharedAgent = "agent";

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly byte[]? _agentToken = options.AgentToken is { } token ? SHA256.HashData(Encoding.UTF8.GetBytes(token)) : null;
    private readonly RepeatedWarnings _warnings = new(clock, logs.CreateLogger<RepeatedWarnings>());
    private readonly FailedAttempts _failed = new(options.FailedTokensPerAddress, Window, clock);
    private readonly KnownCredentials _known = new();
    private readonly RedisSessions? _sessions = options.Redis is { } redis ? new RedisSessions(redis, clock, logs.CreateLogger<ServiceEvents>()) : null;

    /// <summary>Which tokens are known here and which are not, with the setting that would change it.</summary>
    public string Admitted => string.Join("; ",
    [
        options.UserTokens is null ? "no user tokens (TokenSecret is not set)" : "user tokens",
        _sessions is null ? "no session tokens of the mini-program (Redis is not set)" : "session tokens in Redis",
        _agentToken is null ? "no shared token of agents (Service:AgentToken is not set)" : "the shared token of agents",
    ]);

    /// <summary>Finds out.</summary>
    /// <param name="token">As the client shows it.</param>
    /// <param name="name">What an agent with the shared token calls themselves.</param>
    /// <param name="address">Where the client is: after many unknown tokens from one address none is compared with the agents' for a while.</param>
    public async ValueTask<Admission> AdmitAsync(string token, string name, IPAddress address)
    {
        if (token.Length == 0)
        {
            return Admission.NoToken;
        }

        var says = UserToken.None;
        var status = options.UserTokens?.Verify(token, clock.GetUtcNow(), out says) ?? TokenStatus.Invalid;
        if (status != TokenStatus.Invalid)
        {
            return status == TokenStatus.Expired ? Admission.Expired : OfUserToken(says);
        }

        // A JSON Web Token has two dots. Another token of that kind may still be a session.
        if (token.AsSpan().Count('.') == 2)
        {
            _warnings.Add(WorkerTokens.Subject, options.UserTokens is null ? WorkerTokens.NoSecret : WorkerTokens.NotValid);
        }

        if (_agentToken is null)
        {
            return await OfSessionAsync(token);
        }

        var attempt = default(FailedAttempts.Attempt);
        var mayCompare = _known.Contains(address, token) || _failed.TryBegin(address, out attempt, out _);
        var admission = mayCompare && IsAgentToken(token)
            ? Admission.Of(ServiceRole.Agent, ServiceIdentity.IsName(name) ? name : SharedAgent)
            : await OfSessionAsync(token);
        if (admission.Identity.IsAgent)
        {
            _known.Add(address, token);
        }

        if (admission.Refusal != Admission.UnknownToken.Refusal)
        {
            _failed.TakeBack(attempt);
            return admission;
        }

        return mayCompare ? admission : Admission.TooManyTokens;
    }

    private async ValueTask<Admission> OfSessionAsync(string token)
    {
        if (_sessions is null || options.SessionKeys?.Of(token) is not { } key)
        {
            return Admission.UnknownToken;
        }

        var (answered, value) = await _sessions.GetAsync(key);
        return !answered ? Admission.RedisAway
            : value is not null && SessionValue.ReadOpenid(value) is { } openid && ServiceIdentity.IsName(openid) ? Admission.Of(ServiceRole.Visitor, openid)
            : Admission.UnknownToken;
    }

    /// <summary>A fresh user token of somebody who is in; null when it is not good for him.</summary>
    public DateTimeOffset? Renew(string token, ServiceIdentity who) =>
        options.UserTokens?.Verify(token, clock.GetUtcNow(), out var says) == TokenStatus.Valid && OfUserToken(says).Identity == who ? says.Expires : null;

    public void Open() => _sessions?.Open();

    public void Dispose()
    {
        _sessions?.Close();
        _warnings.Dispose();
    }

    private static Admission OfUserToken(in UserToken says) => ServiceIdentity.IsName(says.Uid)
        ? Admission.Of(says.Role == UserTokens.AgentRole ? ServiceRole.Agent : ServiceRole.Visitor, says.Uid, says.Expires)
        : Admission.UnknownToken;

    // Digests have one length, so comparing them tells nothing of the token's.
    private bool IsAgentToken(string token)
    {
        if (_agentToken is null)
        {
            return false;
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(token), digest);
        return CryptographicOperations.FixedTimeEquals(digest, _agentToken);
    }
}
