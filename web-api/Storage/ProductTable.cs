using System.Collections.Concurrent;
using Dapper;

namespace Portico.WebApi.Storage;

/// <summary>The products that cards are made of and that make a uid a merchant.</summary>
internal sealed class ProductTable(ISqlDialect dialect, ChatLog log)
{
    private const int MostCached = 10_000;

    // Another process on the same database may change a product, so what was read is believed for a second and no longer.
    private static readonly TimeSpan Believed = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<long, (ProductRow Product, long ReadAt)> _cache = new();
    private readonly ConcurrentDictionary<string, long> _merchants = new();

    /// <summary>Adds or replaces one.</summary>
    public async Task PutAsync(ProductRow product)
    {
        await log.WriteAsync((connection, transaction) => connection.Execute(dialect.UpsertProduct, product, transaction));
        _cache.TryRemove(product.Id, out _);
        _merchants.Clear();
    }

    /// <summary>Removes one; false when there was none.</summary>
    public async Task<bool> RemoveAsync(long id)
    {
        var removed = await log.WriteAsync((connection, transaction) => connection.Execute("DELETE FROM products WHERE id = @id", new { id }, transaction) > 0);
        _cache.TryRemove(id, out _);
        _merchants.Clear();
        return removed;
    }

    /// <summary>One product.</summary>
    public async ValueTask<ProductRow?> FindAsync(long id)
    {
        var time = log.Clock.Time;
        if (_cache.TryGetValue(id, out var cached) && time.GetElapsedTime(cached.ReadAt) < Believed)
        {
            return cached.Product;
        }

        var readAt = time.GetTimestamp();
        await using var connection = dialect.Open();
        var product = await connection.QuerySingleOrDefaultAsync<ProductRow>($"SELECT {ProductRow.Columns} FROM products WHERE id = @id", new { id });
        if (product is not null)
        {
            if (_cache.Count >= MostCached)
            {
                _cache.Clear();
            }

            _cache[id] = (product, readAt);
        }

        return product;
    }

    /// <summary>Whether the uid has at least one product.</summary>
    public async ValueTask<bool> IsMerchantAsync(string uid)
    {
        var time = log.Clock.Time;
        if (_merchants.TryGetValue(uid, out var seenAt) && time.GetElapsedTime(seenAt) < Believed)
        {
            return true;
        }

        var readAt = time.GetTimestamp();
        await using var connection = dialect.Open();
        if (await connection.ExecuteScalarAsync<long?>("SELECT 1 FROM products WHERE merchant_uid = @uid LIMIT 1", new { uid }) != 1)
        {
            return false;
        }

        if (_merchants.Count >= MostCached)
        {
            _merchants.Clear();
        }

        _merchants[uid] = readAt;
        return true;
    }
}
