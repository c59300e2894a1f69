using System.Diagnostics;

namespace Portico.Bench.Flows;

/// <summary>The load driver and the ceiling, built from the sources in bench/lab.</summary>
internal sealed class LabTools
{
    private readonly string _output = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"portico-lab-{Environment.UserName}")).FullName;

    /// <summary>The folder bench/lab of the repository that this program was built in.</summary>
    public string Folder { get; } = Find();

    /// <summary>The program, built when its source is newer.</summary>
    public async Task<string> BuildAsync(string tool)
    {
        var source = Path.Combine(Folder, tool + ".cpp");
        var program = Path.Combine(_output, tool);
        if (!File.Exists(program) || File.GetLastWriteTimeUtc(program) < File.GetLastWriteTimeUtc(source))
        {
            using var compiler = Process.Start("g++", ["-O2", "-std=c++17", "-o", program, source]);
            await compiler.WaitForExitAsync();
            if (compiler.ExitCode != 0)
            {
                throw new InvalidOperationException($"g++ could not build {source}.");
            }
        }

        return program;
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Portico.slnx")))
            {
                return Path.Combine(folder.FullName, "bench", "lab");
            }
        }

        throw new InvalidOperationException("The load driver's source is in bench/lab of the repository; run bench from a build inside it.");
    }
}
