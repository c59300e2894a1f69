using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;

namespace Portico.Gateway.Loops;

/// <summary>A command that outlives the bytes it was read from: it goes to other threads. Shared by all loops that it concerns.</summary>
internal sealed class CommandCopy
{
    private readonly bool _hasBody;
    private readonly bool _binary;
    private readonly bool _raw;
    private readonly bool _onlyConnections;
    private readonly bool _exceptSubprotocol;
    private readonly bool _onlyIfUnbound;
    private readonly ulong _push;
    private readonly uint _pushAge;
    private readonly ushort _closeCode;
    private readonly string? _closeReason;
    private readonly string? _subprotocol;
    private readonly Select? _select;
    private readonly byte[] _body;
    private readonly int _bodyLength;
    private readonly byte[] _name;
    private readonly string[] _names;
    private readonly uint[] _connections;
    private readonly uint[] _exclude;

    /// <summary>Copies a command.</summary>
    public CommandCopy(in CommandView view)
    {
        Kind = view.Kind;
        Id = view.Id;
        Connection = view.Connection;
        _hasBody = view.HasBody;
        _binary = view.Binary;
        _raw = view.Raw;
        _onlyConnections = view.OnlyConnections;
        _exceptSubprotocol = view.ExceptSubprotocol;
        _onlyIfUnbound = view.OnlyIfUnbound;
        _push = view.Push;
        _pushAge = view.PushAge;
        _closeCode = view.CloseCode;
        _closeReason = view.CloseReason;
        _subprotocol = view.Subprotocol;
        _select = view.Select;
        _name = view.Name.ToArray();
        _names = view.Names.ToArray();
        _connections = view.Connections.ToArray();
        _exclude = view.Exclude.ToArray();
        _bodyLength = view.Body.Length;
        _body = _bodyLength == 0 ? [] : PooledBytes.Rent(_bodyLength);
        view.Body.CopyTo(_body);
    }

    /// <summary>What to do.</summary>
    public CommandKind Kind { get; }

    /// <summary>The caller's id.</summary>
    public ulong Id { get; }

    /// <summary>The client, for commands of one.</summary>
    public uint Connection { get; }

    /// <summary>It names uids or groups.</summary>
    public bool IsNamed => _name.Length > 0 || _names.Length > 0;

    /// <summary>Bytes that it counts for.</summary>
    public int Cost => 256 + _bodyLength + _name.Length + (32 * _names.Length) + (sizeof(uint) * (_connections.Length + _exclude.Length));

    /// <summary>The command again.</summary>
    public CommandView View => new()
    {
        Kind = Kind,
        Id = Id,
        Connection = Connection,
        Body = _body.AsSpan(0, _bodyLength),
        HasBody = _hasBody,
        Binary = _binary,
        Raw = _raw,
        Name = _name,
        Names = _names,
        Connections = _connections,
        OnlyConnections = _onlyConnections,
        Exclude = _exclude,
        CloseCode = _closeCode,
        CloseReason = _closeReason,
        Subprotocol = _subprotocol,
        ExceptSubprotocol = _exceptSubprotocol,
        Push = _push,
        PushAge = _pushAge,
        OnlyIfUnbound = _onlyIfUnbound,
        Select = _select,
    };

    /// <summary>Every loop is done with it.</summary>
    public void Free()
    {
        if (_bodyLength > 0)
        {
            PooledBytes.Return(_body);
        }
    }
}
