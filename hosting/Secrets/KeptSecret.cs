using System.Security.Cryptography;

namespace Portico.Hosting.Secrets;

/// <summary>A secret that a program makes for itself when none is configured; it stays in the data folder, in a file that only the owner can read.</summary>
public static class KeptSecret
{
    private const int Characters = 64;

    /// <summary>The secret of a name; made, with its folder, when it is not there.</summary>
    /// <returns>The secret and the full path of its file.</returns>
    /// <exception cref="ConfigurationException">The folder or the file cannot be used, or the file is empty.</exception>
    public static (string Secret, string File) ReadOrCreate(string folder, string name)
    {
        try
        {
            var file = Path.GetFullPath(Path.Combine(folder, name));
            OwnerOnly.CreateFolder(Path.GetDirectoryName(file)!);
            if (!File.Exists(file))
            {
                Create(file);
            }

            _ = OwnerOnly.Restrict(file);
            return File.ReadAllText(file).Trim() is { Length: > 0 } secret
                ? (secret, file)
                : throw new ConfigurationException([$"{file} is empty: it must hold a secret. Remove it, and a new one is made."]);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ConfigurationException([$"DataFolder is '{folder}': must be a folder that this program can write to and read: {fault.Message}"]);
        }
    }

    // Under another name until it is complete: a crash must not leave an empty secret behind.
    private static void Create(string file)
    {
        var half = $"{file}.{Environment.ProcessId}.part";
        File.Delete(half);
        using (var writer = new StreamWriter(OwnerOnly.CreateFile(half)))
        {
            writer.WriteLine(RandomNumberGenerator.GetHexString(Characters, lowercase: true));
        }

        try
        {
            File.Move(half, file);
        }
        catch (IOException) when (File.Exists(file))
        {
            // Another process of this folder was first; its secret counts.
            File.Delete(half);
        }
    }
}
