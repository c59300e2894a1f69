using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Portico.Hosting;

namespace Portico.Standalone;

/// <summary>What is printed when all roles are ready: where to go, where things are, how to stop.</summary>
internal sealed class StartScreen(IConfiguration configuration, IReadOnlyList<StandaloneRole> roles, StandaloneSecrets secrets)
{
    private const int Width = 16;

    /// <summary>The lines. The first begins with "Portico is ready".</summary>
    public string Text()
    {
        var http = Address("http");
        var isDemo = configuration["WebApi:Demo"] == "true";
        var text = new StringBuilder().AppendLine();
        text.AppendLine(isDemo ? $"Portico is ready. Open {http}/ in a browser: it shows every page, with demo identities." : "Portico is ready.");
        text.AppendLine();
        Add("HTTP", http);
        Add("WebSocket", Address("clients").Replace("websocket://", "ws://", StringComparison.Ordinal));
        Add("Register", Address("register") + "   (registerAddress of PHP; 'portico status')");
        Add("Gateway", Address("inner"));
        Add("Message log", Address("message log"));
        text.AppendLine();
        Add("Data", secrets.Folder);
        Add("API key", secrets.ApiKey + "   (backends: header X-Api-Key)");
        Add("SecretKey", secrets.SecretKey + "   (PHP: Gateway::$secretKey; portico --secret-key-file)");
        text.AppendLine();
        text.AppendLine("  Next: docs/getting-started.md calls it from a shell, docs/README.md lists all pages. Ctrl-C stops it.");
        return text.ToString();

        void Add(string name, string what) => text.Append("  ").Append(name.PadRight(Width)).AppendLine(what);
    }

    private string Address(string name) => string.Join(", ", roles
        .SelectMany(role => role.Host.Services.GetRequiredService<RoleAddresses>().All)
        .Where(entry => entry.Key == name)
        .Select(entry => entry.Value));
}
