using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Workers;

namespace Portico.Gateway.Tests.Workers;

/// <summary>A link that only stands in a table.</summary>
internal sealed class ListedLink(string key, ServedPlaces? serves = null) : IWorkerLink
{
    public string Key => key;

    public ServedPlaces Serves { get; } = serves ?? ServedPlaces.Everything;

    public int BoundClients { get; set; }

    public bool WantsEarlyConnect => Serves is { Others: true, IsEverything: false };

    public bool IsLeaving { get; init; }

    public bool IsClosed { get; init; }

    public bool HasRoom => true;

    public bool HasUnsent => false;

    public bool HasUnacknowledged => false;

    /// <summary>A .NET worker that names places.</summary>
    public static ListedLink Naming(string key, params string[] places)
    {
        var attach = new AttachRequest { WorkerKey = key };
        attach.Places.AddRange(places.Select(place => new ServedPlace { Place = place, Module = "m" }));
        Assert.True(ServedPlaces.TryRead(attach, out var serves, out _));
        return new ListedLink(key, serves);
    }

    /// <summary>A PHP worker.</summary>
    public static ListedLink Php(string key, params ModulePlace[] places) => new(key, ServedPlaces.OfPhp(places));

    public bool Carries(in WorkerEvent posted) => true;

    public void Post(in WorkerEvent posted) => throw new NotSupportedException();

    public void Adopt(ClientBinding client) => throw new NotSupportedException();

    public void Flush() => throw new NotSupportedException();

    public string? Look(long now, long patience, out ClientBinding? stuck) => throw new NotSupportedException();

    public void TakeBack(ILinkOwner owner) => throw new NotSupportedException();

    public void Close(string why) => throw new NotSupportedException();
}
