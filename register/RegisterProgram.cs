using Portico.Hosting;
using Portico.Register.Hosting;

namespace Portico.Register;

internal static class RegisterProgram
{
    private static Task<int> Main(string[] args) => RoleRunner.RunAsync("register", args, RegisterHost.Build);
}
