using Microsoft.Extensions.Configuration;

namespace Portico.Hosting;

/// <summary>Several sources, lowest first, joined by <see cref="LayeredConfigurationProvider"/>.</summary>
internal sealed class LayeredConfigurationSource(IReadOnlyList<IConfigurationSource> sources) : IConfigurationSource
{
    /// <inheritdoc/>
    public IConfigurationProvider Build(IConfigurationBuilder builder) =>
        new LayeredConfigurationProvider([.. sources.Select(source => source.Build(builder))]);
}
