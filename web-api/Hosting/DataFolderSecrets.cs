using System.Security.Cryptography;
using Portico.Hosting;

namespace Portico.WebApi.Hosting;

/// <summary>Secrets that this program makes for itself when none is configured; they stay in DataFolder, readable by their owner alone.</summary>
internal static class DataFolderSecrets
{
    /// <summary>The secret of a name, made at the first call.</summary>
    /// <exception cref="ConfigurationException">The folder cannot be made, written to or read.</exception>
    public static string ReadOrCreate(string folder, string name)
    {
        try
        {
            return Find(folder, name);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException([$"DataFolder is '{folder}': cannot be used: {fault.Message}"]);
        }
    }

    private static string Find(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, name);
        if (!File.Exists(file))
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            try
            {
                using var writer = new StreamWriter(file, options);
                writer.Write(RandomNumberGenerator.GetHexString(64, lowercase: true));
            }
            catch (IOException) when (File.Exists(file))
            {
                // Another process of this folder was first; its secret counts.
            }
        }

        return File.ReadAllText(file).Trim();
    }
}
