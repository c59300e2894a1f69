using Microsoft.Extensions.Configuration;
using Portico.Client;
using Portico.Hosting;
using Portico.Hosting.Secrets;

namespace Portico.BusinessWorker.Events;

/// <summary>What checks user tokens in this worker.</summary>
internal static class WorkerTokens
{
    /// <summary>Reads <c>TokenSecret</c>, which was checked at the start; null when none is set.</summary>
    public static UserTokens? Read(IConfiguration configuration) =>
        new SecretReader(configuration, new ConfigurationFaults()).TokenSecrets() is { Count: > 0 } secrets ? new UserTokens(secrets) : null;
}
