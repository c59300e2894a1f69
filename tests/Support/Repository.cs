namespace Portico.Support;

/// <summary>Where the sources are.</summary>
public static class Repository
{
    /// <summary>The folder that holds Portico.slnx.</summary>
    public static string Root { get; } = Find();

    /// <summary>The load generator, the reference servers and the checkers: bench/lab.</summary>
    public static string Lab { get; } = Path.Combine(Root, "bench", "lab");

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Portico.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests run from a build inside the repository.");
    }
}
