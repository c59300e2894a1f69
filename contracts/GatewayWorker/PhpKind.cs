using System.Diagnostics.CodeAnalysis;

namespace Portico.Contracts.GatewayWorker;

/// <summary>What a <see cref="PhpValue"/> holds.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "These are PHP's own words.")]
public enum PhpKind : byte
{
    /// <summary>PHP null; the default value.</summary>
    Null = 0,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A 64-bit integer.</summary>
    Integer,

    /// <summary>A double.</summary>
    Double,

    /// <summary>A string of bytes.</summary>
    String,

    /// <summary>An ordered array.</summary>
    Array,

    /// <summary>An object or enum case, kept as its serialized bytes and never brought to life.</summary>
    Raw,
}
