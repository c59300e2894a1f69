using Portico.Contracts.GatewayWorker;

namespace Portico.BusinessWorker.Links.GatewayWorker;

/// <summary>What a gateway said of the clients of one batch: the answer to one SELECT.</summary>
internal sealed class PacketRows
{
    private readonly Dictionary<uint, PhpArray> _rows = [];

    /// <summary>Forgets the clients.</summary>
    public void Clear() => _rows.Clear();

    /// <summary>Takes an answer; what is none says nothing.</summary>
    public void Read(ReadOnlySpan<byte> serialized)
    {
        _rows.Clear();
        if (!PhpSerialize.TryParse(serialized, out var value) || value.AsArray() is not { } rows)
        {
            return;
        }

        foreach (var (connection, row) in rows)
        {
            if (connection is { IsInteger: true, Integer: >= 0 and <= uint.MaxValue } && row.AsArray() is { } fields)
            {
                _rows[(uint)connection.Integer] = fields;
            }
        }
    }

    /// <summary>One client's row, taken out: later events of a batch see what the callbacks before them did.</summary>
    public PhpArray? Take(uint connection) => _rows.Remove(connection, out var row) ? row : null;

    /// <summary>The listener's protocol as a scheme ("websocket", "text", …); null when the gateway does not tell.</summary>
    public string? Scheme(uint connection)
    {
        // PHP gives any property that is asked for; this one names a class.
        if (!_rows.TryGetValue(connection, out var row) || row["protocol"].AsString() is not { Length: > 0 } name)
        {
            return null;
        }

        return name[(name.LastIndexOf('\\') + 1)..].ToLowerInvariant();
    }
}
