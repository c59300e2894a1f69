using System.Diagnostics;

namespace Portico.Bench.Flows;

/// <summary>The load driver and the ceiling, built from the lab's sources (<c>PORTICO_LAB</c>, default <c>../shared/lab</c>).</summary>
internal sealed class LabTools
{
    private readonly string _output = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"portico-lab-{Environment.UserName}")).FullName;

    private LabTools(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Null when they are not there.</summary>
    public static LabTools? Find()
    {
        var named = Environment.GetEnvironmentVariable("PORTICO_LAB");
        if (named is not null)
        {
            return File.Exists(Path.Combine(named, "wsload.cpp")) ? new LabTools(named) : null;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var lab = Path.Combine(folder.FullName, "shared", "lab");
            if (File.Exists(Path.Combine(lab, "wsload.cpp")))
            {
                return new LabTools(lab);
            }
        }

        return null;
    }

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
}
