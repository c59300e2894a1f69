using Portico.Gateway.Connections;
using Portico.Gateway.Workers;

namespace Portico.Gateway.Loops;

/// <summary>What all loops of a gateway have in common.</summary>
/// <param name="Router">Name of the worker router.</param>
/// <param name="Delivery">How much and how long each loop lets events wait.</param>
/// <param name="ResultBytes">Bytes of one page of a result.</param>
/// <param name="AcceptsWithoutWorker">New clients a second while no loop has a worker.</param>
/// <param name="Connections">Client connections of the whole gateway.</param>
/// <param name="Addresses">Connections by client address.</param>
/// <param name="Partials">Memory of unfinished messages.</param>
/// <param name="Suspects">Bounds how often an event is given to a worker.</param>
internal sealed record LoopSettings(
    string Router, DeliveryLimits Delivery, int ResultBytes, int AcceptsWithoutWorker, int Connections, AddressCounts Addresses, PartialBudget Partials,
    Suspects Suspects);
