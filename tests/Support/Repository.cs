namespace Portico.Support;

/// <summary>Where the sources and the lab's tools are.</summary>
public static class Repository
{
    /// <summary>The folder that holds Portico.slnx.</summary>
    public static string Root { get; } = Find();

    /// <summary>The lab's tools: <c>PORTICO_LAB</c>, by default <c>../shared/lab</c> beside the checkout; null when there are none.</summary>
    public static string? Lab
    {
        get
        {
            var folder = Environment.GetEnvironmentVariable("PORTICO_LAB") is { Length: > 0 } set
                ? set
                : Path.GetFullPath(Path.Combine(Root, "..", "shared", "lab"));
            return Directory.Exists(folder) ? folder : null;
        }
    }

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
