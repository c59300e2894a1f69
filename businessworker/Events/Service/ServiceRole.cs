namespace Portico.BusinessWorker.Events.Service;

/// <summary>What somebody is in the customer service; decided when he connects, never by what he sends.</summary>
internal enum ServiceRole : byte
{
    /// <summary>Nobody: not admitted.</summary>
    None,
    Visitor,
    Agent,
}
