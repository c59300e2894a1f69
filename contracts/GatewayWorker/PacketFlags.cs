using System.Diagnostics.CodeAnalysis;

namespace Portico.Contracts.GatewayWorker;

/// <summary>The flag byte of an inner packet.</summary>
[Flags]
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "The protocol calls the byte 'flag'; these are its bits.")]
public enum PacketFlags : byte
{
    /// <summary>The body is a serialized PHP value.</summary>
    None = 0,

    /// <summary>The body is the bytes themselves.</summary>
    Scalar = 1,

    /// <summary>The body goes to the client's socket without the listener's framing.</summary>
    NotEncoded = 2,
}
