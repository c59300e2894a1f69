namespace Portico.WebApi.Hosting;

/// <summary>A text that agents send often.</summary>
internal sealed record CannedAnswer(string Title, string Text);
