using System.Globalization;

namespace Portico.Bench.Soak;

/// <summary>What a process holds at one moment.</summary>
/// <param name="Rss">KiB in memory.</param>
/// <param name="Pss">KiB in memory, shared ones by their share.</param>
/// <param name="Private">KiB that are its own.</param>
/// <param name="Heap">KiB of live and free objects on the GC heap after the last collection.</param>
/// <param name="Descriptors">Open files and sockets.</param>
internal sealed record ProcessSample(long Rss, long Pss, long Private, long Heap, int Descriptors)
{
    /// <summary>Reads <c>/proc</c>, and the role's own page of numbers.</summary>
    public static async Task<ProcessSample> TakeAsync(int process, Uri metrics, HttpClient http)
    {
        long rss = 0, pss = 0, own = 0;
        foreach (var line in await File.ReadAllLinesAsync($"/proc/{process}/smaps_rollup"))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words[0])
            {
                case "Rss:": rss = Number(words[1]); break;
                case "Pss:": pss = Number(words[1]); break;
                case "Private_Clean:" or "Private_Dirty:": own += Number(words[1]); break;
            }
        }

        var page = await http.GetStringAsync(metrics);
        var heap = page.Split('\n').Where(line => line.StartsWith("dotnet_gc_last_collection_heap_size", StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
        return new ProcessSample(rss, pss, own, (long)heap / 1024, Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Count());
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
