using System.Globalization;
using System.Text;

namespace Portico.Hosting.Metrics;

/// <summary>
/// Prometheus' text exposition format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). Written here since no library for it
/// can be had.
/// </summary>
internal static class PrometheusText
{
    /// <summary>The content type of a page.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>A page of series that stand in the order of their names.</summary>
    public static string Write(IReadOnlyList<MetricSeries> series)
    {
        var page = new StringBuilder(16 * 1024);
        var name = "";
        foreach (var one in series)
        {
            if (one.Name != name)
            {
                name = one.Name;
                Head(page, one);
            }

            if (one.Kind == MetricKind.Summary)
            {
                Line(page, Named(one) + "_sum", one.Labels, one.Value);
                Line(page, Named(one) + "_count", one.Labels, one.Count);
            }
            else
            {
                Line(page, Named(one), one.Labels, one.Value);
            }
        }

        return page.ToString();
    }

    /// <summary>A name of letters, digits and underscores.</summary>
    public static string Name(string name) => string.Create(name.Length, name, static (to, from) =>
    {
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = char.IsAsciiLetter(from[i]) || (i > 0 && char.IsAsciiDigit(from[i])) ? from[i] : '_';
        }
    });

    /// <summary>Tags as <c>{a="b"}</c>; empty when there are none.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var text = new StringBuilder("{");
        foreach (var (key, value) in tags)
        {
            text.Append(text.Length > 1 ? "," : "").Append(Name(key)).Append("=\"")
                .Append(Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")).Append('"');
        }

        return text.Append('}').ToString();
    }

    private static void Head(StringBuilder page, MetricSeries series)
    {
        var about = series.Instrument.Description ?? "";
        if (series.Instrument.Unit is { Length: > 0 } unit)
        {
            about += about.Length > 0 ? $" ({unit})" : unit;
        }

        page.Append("# HELP ").Append(Named(series)).Append(' ')
            .Append(about.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n')
            .Append("# TYPE ").Append(Named(series)).Append(' ').Append(series.Kind switch
            {
                MetricKind.Counter => "counter",
                MetricKind.Summary => "summary",
                _ => "gauge",
            }).Append('\n');
    }

    private static string Named(MetricSeries series) => series.Kind == MetricKind.Counter ? series.Name + "_total" : series.Name;

    private static void Line(StringBuilder page, string name, string labels, double value) =>
        page.Append(name).Append(labels).Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');

    private static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
