namespace Portico.BusinessWorker;

internal static class BusinessWorkerProgram
{
    private static int Main() => 0;
}
