namespace Portico.Gateway.Sessions;

/// <summary>A client's place in a group.</summary>
/// <param name="Clients">The group.</param>
/// <param name="Slot">The client's slot in it.</param>
internal record struct Membership(NamedClients Clients, int Slot);
