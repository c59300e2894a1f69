using BenchmarkDotNet.Running;

namespace Portico.Bench;

/// <summary><c>micro [BenchmarkDotNet's arguments]</c> runs the micro benchmarks.</summary>
internal static class BenchProgram
{
    private static int Main(string[] args)
    {
        if (args is not ["micro", .. var rest])
        {
            Console.Error.WriteLine("usage: bench micro [--filter *Codec*] [--job short] ...");
            return 2;
        }

        BenchmarkSwitcher.FromAssembly(typeof(BenchProgram).Assembly).Run(rest);
        return 0;
    }
}
