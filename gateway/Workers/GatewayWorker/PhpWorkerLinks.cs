using System.Net;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>The links of one PHP worker: one for each loop, from the moment it has proved the secret to the end of its connection.</summary>
internal sealed class PhpWorkerLinks(InnerConnection connection, PhpPort port)
{
    private PhpWorkerLink[] _links = [];
    private long _lastPing;

    /// <summary>It is a worker's connection. Any thread.</summary>
    public bool AreOpen => Volatile.Read(ref _links).Length > 0;

    /// <summary>Name of the worker: where it is, and what it calls itself.</summary>
    public string Key { get; private set; } = "";

    /// <summary>Gives a link to each loop; what was posted before is done before its first event.</summary>
    public void Open(IPAddress? address, string workerKey)
    {
        Key = $"{(address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)}:{workerKey}";
        var links = new PhpWorkerLink[port.Loops.Count];
        for (var loop = 0; loop < links.Length; loop++)
        {
            links[loop] = new PhpWorkerLink(Key, loop, connection, port);
            _ = port.Loops.TryPost(loop, new PhpLinkWork(links[loop], PhpLinkWork.What.Opened));
        }

        _lastPing = port.Clock.GetTimestamp();
        Volatile.Write(ref _links, links);
        port.CountWorker(1);
    }

    /// <summary>Whether the worker is to be told now that the link lives; if so, it counts as told.</summary>
    public bool IsPingDue(long now)
    {
        var isDue = AreOpen && port.Clock.GetElapsedTime(_lastPing, now) >= port.Limits.PingPeriod;
        if (isDue)
        {
            _lastPing = now;
        }

        return isDue;
    }

    /// <summary>The connection is over: the loops give what they had for it to other workers.</summary>
    public void End()
    {
        for (var loop = 0; loop < _links.Length; loop++)
        {
            _ = port.Loops.TryPost(loop, new PhpLinkWork(_links[loop], PhpLinkWork.What.Ended));
        }

        if (_links.Length > 0)
        {
            port.CountWorker(-1);
        }
    }
}
