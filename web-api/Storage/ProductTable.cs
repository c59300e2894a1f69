using Dapper;

namespace Portico.WebApi.Storage;

/// <summary>The products that cards are made of and that make a uid a merchant.</summary>
internal sealed class ProductTable(ISqlDialect dialect, ChatLog log)
{
    /// <summary>Adds or replaces one.</summary>
    public Task<int> PutAsync(ProductRow product) =>
        log.WriteAsync((connection, transaction) => connection.Execute(dialect.UpsertProduct, product, transaction));

    /// <summary>Removes one; false when there was none.</summary>
    public Task<bool> RemoveAsync(long id) =>
        log.WriteAsync((connection, transaction) => connection.Execute("DELETE FROM products WHERE id = @id", new { id }, transaction) > 0);

    /// <summary>One product.</summary>
    public async Task<ProductRow?> FindAsync(long id)
    {
        await using var connection = dialect.Open();
        return await connection.QuerySingleOrDefaultAsync<ProductRow>($"SELECT {ProductRow.Columns} FROM products WHERE id = @id", new { id });
    }

    /// <summary>Whether the uid has at least one product.</summary>
    public async Task<bool> IsMerchantAsync(string uid)
    {
        await using var connection = dialect.Open();
        return await connection.ExecuteScalarAsync<long?>("SELECT 1 FROM products WHERE merchant_uid = @uid LIMIT 1", new { uid }) == 1;
    }
}
