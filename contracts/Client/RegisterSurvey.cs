using Grpc.Core;
using Portico.Contracts.Protos.Register;
using Portico.Contracts.Rpc;
using RegisterClient = Portico.Contracts.Protos.Register.Register.RegisterClient;
using RpcException = Grpc.Core.RpcException;

namespace Portico.Client;

/// <summary>What a register knows beside its list of gateways, for administrators.</summary>
/// <param name="Roles">Workers and web-apis that have reported in the last 15 s.</param>
/// <param name="Conflicts">Addresses that two gateways announce.</param>
public sealed record RegisterSurvey(IReadOnlyList<RoleStatus> Roles, IReadOnlyList<AddressConflict> Conflicts)
{
    /// <summary>Asks one.</summary>
    /// <param name="register">Its address, as in <see cref="RegisterWatcherOptions.Registers"/>.</param>
    /// <param name="options">How it is called.</param>
    /// <param name="timeout">For the answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when the register does not know the question: GatewayWorker's, or an older one.</returns>
    /// <exception cref="RpcException">It did not answer, or refuses the caller.</exception>
    public static async Task<RegisterSurvey?> AskAsync(
        string register, RpcChannelOptions options, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        if (register.StartsWith(RegisterWatcherOptions.GatewayWorkerScheme, StringComparison.Ordinal))
        {
            return null;
        }

        using var calls = new RpcCalls(RpcRegisterSource.UriOf(register), options);
        using var deadline = new CancellationTokenSource(timeout, options.TimeProvider);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var reply = await new RegisterClient(calls.Invoker).SurveyAsync(new SurveyRequest(), cancellationToken: ending.Token);
            return new(
                [.. reply.Roles.Select(Read)],
                [.. reply.Conflicts.Select(conflict => new AddressConflict(conflict.Address, conflict.Holder, conflict.Refused))]);
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.Unimplemented)
        {
            return null;
        }
    }

    private static RoleStatus Read(RoleReport report) => new()
    {
        Role = report.Role,
        Name = report.Name,
        Process = report.Process,
        Instance = report.Instance,
        Faults = [.. report.Faults],
        Fingerprints = report.Fingerprints
            .DistinctBy(one => one.Secret)
            .ToDictionary(one => one.Secret, IReadOnlyList<string> (one) => [.. one.Values], StringComparer.Ordinal),
        Modules = [.. report.Modules],
    };
}
