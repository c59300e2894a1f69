using Portico.BusinessWorker.Hosting;
using Portico.Hosting;

namespace Portico.BusinessWorker;

internal static class BusinessWorkerProgram
{
    private static Task<int> Main(string[] args) => RoleRunner.RunAsync("businessworker", args, BusinessWorkerHost.Build);
}
