namespace Portico.Hosting.Secrets;

/// <summary>
/// Files and folders that only the account of the program may read: secrets, the database, pictures. On Windows the folder's access list decides instead,
/// and nothing is changed.
/// </summary>
public static class OwnerOnly
{
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead
            | UnixFileMode.GroupWrite
            | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead
            | UnixFileMode.OtherWrite
            | UnixFileMode.OtherExecute;

    private static readonly EnumerationOptions EverythingBelow = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>Creates a folder, and those above it that are missing, with mode 0700; an existing one stays as it is.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else if (!Directory.Exists(path))
        {
            // .NET gives the mode to the last one only.
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } above)
            {
                CreateFolder(above);
            }

            Directory.CreateDirectory(path, FolderMode);
        }
    }

    /// <summary>Creates a file with mode 0600 for writing.</summary>
    /// <exception cref="IOException">It exists already, or cannot be created.</exception>
    public static FileStream CreateFile(string path)
    {
        var options = new FileStreamOptions { Mode = System.IO.FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileMode;
        }

        return new FileStream(path, options);
    }

    /// <summary>Takes the rights of group and others from a file or folder, if it exists.</summary>
    /// <returns>Why that was not possible; null when it is done, or was not needed.</returns>
    public static string? Restrict(string path)
    {
        if (OperatingSystem.IsWindows() || !Path.Exists(path))
        {
            return null;
        }

        try
        {
            var mode = File.GetUnixFileMode(path);
            if ((mode & UnixFileMode.StickyBit) != 0)
            {
                return "it is a folder that accounts share; others may see which files are in it";
            }

            if ((mode & Others) != 0)
            {
                File.SetUnixFileMode(path, mode & ~Others);
            }

            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }

    /// <summary>
    /// The same for a folder that belongs to this program and everything below it. A folder that was closed to others before is not searched: nobody
    /// reaches what is below.
    /// </summary>
    /// <returns>Why that was not possible; null when it is done, or was not needed.</returns>
    public static string? RestrictTree(string folder)
    {
        if (OperatingSystem.IsWindows() || !Directory.Exists(folder) || (File.GetUnixFileMode(folder) & Others) == 0)
        {
            return null;
        }

        // The folder last: a start that was interrupted here begins anew.
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", EverythingBelow))
        {
            if (Restrict(path) is { } fault)
            {
                return fault;
            }
        }

        return Restrict(folder);
    }
}
