namespace Portico.WebApi.Hosting;

/// <summary>Marks a connection that came in on <c>WebApi:InnerListen</c>.</summary>
internal sealed class InnerListener
{
    public static readonly InnerListener Instance = new();
}
