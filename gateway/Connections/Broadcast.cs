using Portico.Gateway.Sessions;

namespace Portico.Gateway.Connections;

/// <summary>A message on its way to many clients of one loop: a cursor over a list.</summary>
internal sealed class Broadcast(ClientList list, PreparedMessage message, in Audience audience)
{
    private readonly Audience _audience = audience;

    /// <summary>Broadcasts of a loop count from 1.</summary>
    public ulong Number { get; set; }

    /// <summary>Next slot to look at.</summary>
    public int Position { get; set; }

    /// <summary>Whose clients get it.</summary>
    public ClientList List => list;

    /// <summary>What they get.</summary>
    public PreparedMessage Message => message;

    /// <summary>The client is in the list and not excluded.</summary>
    public bool Concerns(ClientConnection client) =>
        (list is not NamedClients named || ReferenceEquals(named, client.UidClients) || client.IsIn(named)) && _audience.Includes(client);

    /// <summary>The client, known to be in the list, is not excluded.</summary>
    public bool Includes(ClientConnection client) => _audience.Includes(client);
}
