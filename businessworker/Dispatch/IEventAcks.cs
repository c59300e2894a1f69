namespace Portico.BusinessWorker.Dispatch;

/// <summary>Where finished events are reported; implemented by the link they came on.</summary>
internal interface IEventAcks
{
    /// <summary>The link has ended: what waits is not worth handling, another worker gets it.</summary>
    bool IsClosed { get; }

    /// <summary>An event that had to wait is done with. From any thread.</summary>
    void Done(ulong sequence);
}
