namespace Portico.Standalone;

internal static class StandaloneProgram
{
    private static int Main() => 0;
}
