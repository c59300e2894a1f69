namespace Portico.Gateway;

internal static class GatewayProgram
{
    private static int Main() => 0;
}
