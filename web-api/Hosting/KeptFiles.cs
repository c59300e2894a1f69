using Portico.Hosting.Secrets;

namespace Portico.WebApi.Hosting;

/// <summary>
/// Closes what this program keeps to other accounts of the machine, before anything is written: data folder, database file, pictures. Those of an older
/// version, which others could read, are closed too.
/// </summary>
internal static class KeptFiles
{
    // A database's file, and what SQLite keeps beside it; it gives new ones the mode of the first.
    private static readonly string[] Suffixes = ["", "-wal", "-shm", "-journal"];

    /// <summary>Closes them.</summary>
    /// <returns>What stays open to others, with the reason.</returns>
    public static List<(string Path, string Fault)> Restrict(WebApiOptions options)
    {
        var open = new List<(string, string)>();
        Note(options.DataFolder, OwnerOnly.Restrict(options.DataFolder));
        Note(options.UploadFolder, OwnerOnly.RestrictTree(Path.Combine(options.UploadFolder, "chat")));
        Note(options.UploadFolder, OwnerOnly.Restrict(options.UploadFolder));
        if (options.Store is ("sqlite", { Length: > 0 } file))
        {
            OwnerOnly.CreateFolder(Path.GetDirectoryName(Path.GetFullPath(file))!);
            if (!File.Exists(file))
            {
                OwnerOnly.CreateFile(file).Dispose();
            }

            Array.ForEach(Suffixes, suffix => Note(file + suffix, OwnerOnly.Restrict(file + suffix)));
        }

        return open;

        void Note(string path, string? fault)
        {
            if (fault is not null)
            {
                open.Add((path, fault));
            }
        }
    }
}
