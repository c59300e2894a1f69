using Portico.Hosting;

namespace Portico.Standalone;

internal static class StandaloneProgram
{
    private static Task<int> Main(string[] args) => RoleRunner.RunAsync("standalone", args, StandaloneHost.Build);
}
