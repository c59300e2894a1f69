using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>
/// One command of a PHP peer, read and checked on the thread that reads its connection; the loops only look at it. Its bytes stand
/// in the batch that it came with.
/// </summary>
internal struct PhpCommand
{
    /// <summary>What to do.</summary>
    public CommandKind Kind;

    /// <summary>The client, for commands of one.</summary>
    public uint Connection;

    /// <summary>The body: message or session.</summary>
    public Range Body;

    /// <summary>The body when it had to be made anew.</summary>
    public byte[]? OwnBody;

    /// <summary>Close: the body is to be sent.</summary>
    public bool HasBody;

    /// <summary>The bytes go to the socket as they are.</summary>
    public bool Raw;

    /// <summary>The uid or group, for commands of one.</summary>
    public Range Name;

    /// <summary>Uids or groups, for commands of several.</summary>
    public string[]? Names;

    /// <summary>Only these clients, when <see cref="OnlyConnections"/>.</summary>
    public uint[]? Connections;

    /// <summary><see cref="Connections"/> counts even when empty.</summary>
    public bool OnlyConnections;

    /// <summary>Not these clients.</summary>
    public uint[]? Exclude;

    /// <summary>Which clients and what of them.</summary>
    public Select? Select;

    /// <summary>Who waits for the answer; null for commands.</summary>
    public PhpAnswer? Answer;

    /// <summary>The command as the loops execute it.</summary>
    /// <param name="bytes">The batch's bytes.</param>
    public readonly CommandView View(ReadOnlySpan<byte> bytes) => new()
    {
        Kind = Kind,
        Id = Answer is null ? 0u : 1,
        Connection = Connection,
        Body = OwnBody ?? bytes[Body],
        HasBody = HasBody,
        Raw = Raw,
        Name = bytes[Name],
        Names = Names,
        Connections = Connections,
        OnlyConnections = OnlyConnections,
        Exclude = Exclude,
        Select = Select,
    };
}
