using System.Net;
using Portico.Contracts.Rpc;
using Portico.Hosting.Proxies;
using Portico.Hosting.Tls;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Hosting;

/// <summary>The validated configuration of a web-api (section <c>WebApi</c>, and the keys that all roles share).</summary>
internal sealed record WebApiOptions
{
    /// <summary>Where HTTP is served. Default http://127.0.0.1:8080.</summary>
    public required IReadOnlyList<ListenUrl> Listen { get; init; }

    /// <summary>Where workers reach the message log. Default 127.0.0.1:8081.</summary>
    public required IPEndPoint InnerListen { get; init; }

    /// <summary>The registers that tell which gateways live. Default 127.0.0.1:1238.</summary>
    public required IReadOnlyList<string> Registers { get; init; }

    /// <summary>Where the log stands: "sqlite" or "mysql", and the file or connection string.</summary>
    public required (string Kind, string Place) Store { get; init; }

    /// <summary>Whether the old applications' tables are real ones. Default auto.</summary>
    public KeepMode OldTables { get; init; }

    /// <summary>Keys of backends; a request shows one as <c>X-Api-Key</c> or bearer.</summary>
    public required IReadOnlyList<string> ApiKeys { get; init; }

    /// <summary>Secrets of the user tokens, the one that signs first; none: no token is accepted.</summary>
    public required IReadOnlyList<string> TokenSecrets { get; init; }

    /// <summary>What the roles show each other; open on loopback only.</summary>
    public required RpcSecretKey SecretKey { get; init; }

    /// <summary>TLS of the inner port, and of what this role calls.</summary>
    public TlsOptions Tls { get; init; } = new();

    /// <summary>Secrets of the opaque codes, newest first.</summary>
    public required IReadOnlyList<string> CodeKeys { get; init; }

    /// <summary>Folder for everything this program keeps. Default data.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Folder that pictures are stored in and served from as <c>/upload/</c>. Default upload in <see cref="DataFolder"/>.</summary>
    public required string UploadFolder { get; init; }

    /// <summary>Zone of the wall clock on pages and in old columns. Default the machine's.</summary>
    public required TimeZoneInfo TimeZone { get; init; }

    /// <summary>Origins besides our own that browsers may call from.</summary>
    public required IReadOnlyList<string> AllowedOrigins { get; init; }

    /// <summary>Host names that requests on loopback may name besides localhost, for a proxy in front.</summary>
    public required IReadOnlyList<string> AllowedHosts { get; init; }

    /// <summary>Proxies in front, and where they put the caller's address. Default none: the address is the peer's.</summary>
    public ClientAddressRule ClientAddress { get; init; } = ClientAddressRule.None;

    /// <summary>Fields of a product that a buyer's card may show.</summary>
    public required IReadOnlyList<string> CardFields { get; init; }

    /// <summary>Whether <c>GET /demo/token</c> is served; standalone sets it, and it takes only loopback listeners.</summary>
    public required bool Demo { get; init; }

    /// <summary>Where browsers reach the gateway, told to the pages; null: port 8282 of the page's host.</summary>
    public string? ClientUrl { get; init; }

    /// <summary>Where pictures of WeChat are fetched.</summary>
    public required WeChatOptions WeChat { get; init; }

    /// <summary>What the pages say that is the site's own.</summary>
    public PagesOptions Pages { get; init; } = new();

    /// <summary>The queue of the customer service.</summary>
    public required ServiceOptions Service { get; init; }

    /// <summary>All ceilings.</summary>
    public required WebApiLimits Limits { get; init; }

    /// <summary>Ceilings of the log's writer.</summary>
    public required StoreLimits StoreLimits { get; init; }

    /// <summary>Whether nobody outside this machine can reach HTTP.</summary>
    public bool IsLoopback => Listen.All(url => url.IsLoopback);
}
