using Microsoft.Extensions.Configuration;
using Portico.Client;
using Portico.Hosting;
using Portico.Hosting.Secrets;

namespace Portico.BusinessWorker.Events;

/// <summary>What checks user tokens in this worker.</summary>
internal static class WorkerTokens
{
    /// <summary>What warnings about user tokens are about.</summary>
    public const string Subject = "User tokens of clients";

    /// <summary>The warning when one is shown and there is no secret.</summary>
    public const string NoSecret = "cannot be checked, since TokenSecret is not set for this worker; the clients are refused";

    /// <summary>The warning when one is shown that was not signed with the secret.</summary>
    public const string NotValid = "are not valid here; when they are good for others, this worker's TokenSecret differs from that of the issuer";

    /// <summary>Reads <c>TokenSecret</c>, which was checked at the start; null when none is set.</summary>
    public static UserTokens? Read(IConfiguration configuration) =>
        new SecretReader(configuration, new ConfigurationFaults()).TokenSecrets() is { Count: > 0 } secrets ? new UserTokens(secrets) : null;
}
