using Portico.Hosting;
using Portico.WebApi.Hosting;

namespace Portico.WebApi;

internal static class WebApiProgram
{
    private static Task<int> Main(string[] args) => RoleRunner.RunAsync("web-api", args, WebApiHost.Build);
}
