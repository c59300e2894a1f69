namespace Portico.WebApi.Import;

/// <summary>Rows about which there is the same to say, and the ids of the first of them.</summary>
internal sealed class RowRemarks
{
    private const int MostIds = 20;
    private readonly Dictionary<string, (long Rows, List<string> Ids)> _remarks = [];

    /// <summary>The remarks, in the order of their first rows.</summary>
    public IEnumerable<(string Remark, long Rows, IReadOnlyList<string> Ids)> All =>
        _remarks.Select(entry => (entry.Key, entry.Value.Rows, (IReadOnlyList<string>)entry.Value.Ids));

    /// <summary>Whether there is nothing to say.</summary>
    public bool IsEmpty => _remarks.Count == 0;

    /// <summary>Notes one row, or several without a known id.</summary>
    public void Add(string remark, string? id, long rows = 1)
    {
        var (count, ids) = _remarks.GetValueOrDefault(remark, (0, []));
        if (id is not null && ids.Count < MostIds)
        {
            ids.Add(id);
        }

        _remarks[remark] = (count + rows, ids);
    }
}
