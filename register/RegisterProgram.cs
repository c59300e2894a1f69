namespace Portico.Register;

internal static class RegisterProgram
{
    private static int Main() => 0;
}
