namespace Portico.Bench;

internal static class BenchProgram
{
    private static int Main() => 0;
}
