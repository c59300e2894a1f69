namespace Portico.WebApi.Storage;

/// <summary>A message that may show pictures. Not positional: the databases give numbers in different types.</summary>
internal sealed record PictureRow
{
    /// <summary>The columns of <c>messages m</c>.</summary>
    public const string Columns = "m.sender AS Sender, m.type AS Type, m.content AS Content, m.parts AS Parts";

    /// <summary>Which messages may show pictures and still say something.</summary>
    public const string Shows = "(m.type = 3 OR m.parts IS NOT NULL) AND m.recalled_at_ms IS NULL";

    /// <summary>Who sent it.</summary>
    public string Sender { get; init; } = "";

    /// <summary>3: <see cref="Content"/> is an array of picture addresses.</summary>
    public int Type { get; init; }

    /// <summary>What it says.</summary>
    public string Content { get; init; } = "";

    /// <summary>Texts and pictures of a mixed message; null for others.</summary>
    public string? Parts { get; init; }
}
