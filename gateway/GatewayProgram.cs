using Portico.Gateway.Hosting;
using Portico.Hosting;

namespace Portico.Gateway;

internal static class GatewayProgram
{
    private static Task<int> Main(string[] args) => RoleRunner.RunAsync("gateway", args, GatewayHost.Build);
}
