namespace Portico.Hosting.Secrets;

/// <summary>A file that holds one secret, or a list of them with one on each line. Line ends after the last one are not part of it.</summary>
public static class SecretFile
{
    // A key, a password, a connection string: what is longer is some other file.
    private const int LargestBytes = 64 * 1024;

    /// <summary>Reads one secret.</summary>
    /// <param name="key">The setting or option that names the file; stands in the fault.</param>
    /// <param name="file">Its path, from the working folder.</param>
    /// <param name="faults">Where it is noted that the file cannot be read, is empty or holds several lines.</param>
    /// <returns>The secret; null with a fault.</returns>
    public static string? Read(string key, string file, ConfigurationFaults faults)
    {
        var lines = ReadLines(key, file, faults);
        if (lines.Count > 1)
        {
            faults.Add(key, file, "the file must hold one secret on one line.");
        }

        return lines.Count == 1 ? lines[0] : null;
    }

    /// <summary>Reads a list of secrets; empty lines do not count.</summary>
    /// <returns>The secrets; none with a fault.</returns>
    public static IReadOnlyList<string> ReadLines(string key, string file, ConfigurationFaults faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > LargestBytes })
            {
                faults.Add(key, file, $"the file must have {LargestBytes} bytes or fewer.");
                return [];
            }

            var lines = File.ReadAllLines(file).Where(line => line.Length > 0).ToList();
            if (lines.Count == 0)
            {
                faults.Add(key, file, "the file is empty: it must hold a secret.");
            }

            return lines;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            faults.Add(key, file, $"the file cannot be read: {fault.Message}");
            return [];
        }
    }
}
