using Portico.Contracts.Protos.Register;

namespace Portico.Register.Registry;

/// <summary>Who lives, at one moment.</summary>
/// <param name="Epoch">Random per start of the register.</param>
/// <param name="Version">Grows with each change.</param>
/// <param name="Addresses">Inner addresses in order of their first announcement, each once; never changed.</param>
/// <param name="Security">What each of them speaks, in the same order.</param>
internal sealed record Listing(ulong Epoch, ulong Version, IReadOnlyList<string> Addresses, IReadOnlyList<Security> Security);
