namespace Portico.WebApi.Storage;

/// <summary>A product as the backend put it.</summary>
internal sealed class ProductRow
{
    public const string Columns = "id AS Id, merchant_uid AS MerchantUid, title AS Title, image AS Image, url AS Url, price AS Price, fields AS Fields";

    public long Id { get; init; }

    public string MerchantUid { get; init; } = "";

    public string Title { get; init; } = "";

    public string Image { get; init; } = "";

    public string Url { get; init; } = "";

    public string? Price { get; init; }

    /// <summary>JSON object of all further fields.</summary>
    public string Fields { get; init; } = "{}";
}
