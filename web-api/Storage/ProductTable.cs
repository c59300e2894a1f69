using Dapper;

namespace Portico.WebApi.Storage;

/// <summary>The products that cards are made of and that make a uid a merchant.</summary>
internal sealed class ProductTable
{
    // Another process on the same database may change a product, so what was read is believed for a second and no longer.
    private static readonly TimeSpan Believed = TimeSpan.FromSeconds(1);
    private readonly ISqlDialect _dialect;
    private readonly ChatLog _log;
    private readonly BriefCache<long, ProductRow> _products;
    private readonly BriefCache<string, string> _merchants;

    public ProductTable(ISqlDialect dialect, ChatLog log)
    {
        _dialect = dialect;
        _log = log;
        _products = new(Believed, log.Clock.Time, ReadAsync);
        _merchants = new(Believed, log.Clock.Time, ReadMerchantAsync);
    }

    /// <summary>Adds or replaces one.</summary>
    public async Task PutAsync(ProductRow product)
    {
        await _log.WriteAsync((connection, transaction) => connection.Execute(_dialect.UpsertProduct, product, transaction));
        _products.Remove(product.Id);
        _merchants.Clear();
    }

    /// <summary>Removes one; false when there was none.</summary>
    public async Task<bool> RemoveAsync(long id)
    {
        var removed = await _log.WriteAsync(
            (connection, transaction) => connection.Execute("DELETE FROM products WHERE id = @id", new { id }, transaction) > 0);
        _products.Remove(id);
        _merchants.Clear();
        return removed;
    }

    /// <summary>One product.</summary>
    public Task<ProductRow?> FindAsync(long id) => _products.GetAsync(id);

    /// <summary>Whether the uid has at least one product.</summary>
    public async ValueTask<bool> IsMerchantAsync(string uid) => await _merchants.GetAsync(uid) is not null;

    private async Task<ProductRow?> ReadAsync(long id)
    {
        await using var connection = await _dialect.OpenAsync();
        return await connection.QuerySingleOrDefaultAsync<ProductRow>($"SELECT {ProductRow.Columns} FROM products WHERE id = @id", new { id });
    }

    private async Task<string?> ReadMerchantAsync(string uid)
    {
        await using var connection = await _dialect.OpenAsync();
        return await connection.ExecuteScalarAsync<string?>("SELECT merchant_uid FROM products WHERE merchant_uid = @uid LIMIT 1", new { uid });
    }
}
