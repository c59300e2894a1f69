namespace Portico.WebApi.Service;

/// <summary>What has to be told of the queue.</summary>
[Flags]
internal enum QueueChange
{
    None = 0,

    /// <summary>Agents see other numbers: what is unread, who is there.</summary>
    Counts = 1,

    /// <summary>Somebody came, left or moved: visitors have other positions, too.</summary>
    Places = 3,
}
