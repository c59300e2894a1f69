namespace Portico.WebApi;

internal static class WebApiProgram
{
    private static int Main() => 0;
}
