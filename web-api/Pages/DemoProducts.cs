using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Portico.WebApi.Hosting;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Pages;

/// <summary>Puts the products of the demo shop into the table where a demo is on and they are missing; their ids begin where no shop's do.</summary>
internal sealed class DemoProducts(WebApiOptions options, ProductTable products) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(AppContext.BaseDirectory, "wwwroot", "demo", "products.json");
        if (!options.Demo || !options.IsLoopback || !File.Exists(file))
        {
            return;
        }

        using var list = JsonDocument.Parse(await File.ReadAllBytesAsync(file, cancellationToken));
        foreach (var entry in list.RootElement.EnumerateArray())
        {
            var id = entry.GetProperty("id").GetInt64();
            if (await products.FindAsync(id) is not null)
            {
                continue;
            }

            await products.PutAsync(new ProductRow
            {
                Id = id,
                MerchantUid = entry.GetProperty("merchant").GetString()!,
                Title = entry.GetProperty("title").GetString()!,
                Image = entry.GetProperty("image").GetString()!,
                Url = entry.GetProperty("url").GetString()!,
                Price = entry.GetProperty("price").GetString(),
                Fields = "{}",
            });
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
