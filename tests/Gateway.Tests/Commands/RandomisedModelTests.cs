using System.Net.Sockets;
using System.Text;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;
using Portico.Gateway.Connections;
using Portico.Gateway.Tests.Connections;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.Gateway.Tests.Commands;

/// <summary>A hundred thousand random operations against a model of the indexes: no leak, no ghost, no lost frame.</summary>
public sealed class RandomisedModelTests
{
    private const int MostClients = 120;
    private readonly LoopHarness _loop = new()
    {
        Limits = new ClientLimits { SendToClientBufferSize = int.MaxValue / 2, GroupsPerClient = 5, CloseTimeout = TimeSpan.FromSeconds(2) },
    };

    private readonly LoopModel _model;
    private readonly LoopCommands _commands;
    private Random _random = null!;
    private int _number;

    public RandomisedModelTests()
    {
        _commands = new LoopCommands(_loop.Clients);
        _model = new LoopModel(_loop, _commands);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2026)]
    [InlineData(31337)]
    [InlineData(424242)]
    public void Operations_AtRandom_MatchTheModel(int seed)
    {
        _random = new Random(seed);
        for (var i = 0; i < 25_000; i++)
        {
            Step();
            if (i % 500 == 0)
            {
                _model.Compare();
            }
        }

        _model.Finish();
    }

    private void Step()
    {
        switch (_random.Next(100))
        {
            case < 12: Connect(); break;
            case < 32: SendToOne(); break;
            case < 38: SendToAll(); break;
            case < 44: SendToNames(CommandKind.SendToUid, _model.Uids, "u"); break;
            case < 52: SendToNames(CommandKind.SendToGroup, _model.Groups, "g"); break;
            case < 60: Join(); break;
            case < 64: Leave(); break;
            case < 65: Ungroup(); break;
            case < 69: Bind(); break;
            case < 71: Unbind(); break;
            case < 73: Kick(); break;
            case < 74: Destroy(); break;
            case < 75: HalfClose(); break;
            case < 76: Reset(); break;
            case < 80: Stall(); break;
            case < 86: Unstall(); break;
            case < 89: Receive(); break;
            case < 90: _loop.Advance(0.5); break;
            default: _ = _loop.Clients.AfterInbox(deliveries: 7); break;
        }
    }

    private ModelClient? Any() => _model.Live.Count == 0 ? null : _model.Live[_random.Next(_model.Live.Count)];

    private string Name(string kind) => $"{kind}{_random.Next(8)}";

    private string Line() => $"{_number++}{new string('.', _random.Next(50) == 0 ? _random.Next(10_000) : _random.Next(40))}";

    private CommandOutcome Do(CommandKind kind, ModelClient client, string? name = null, string? body = null) => _commands.Execute(
        new CommandView
        {
            Kind = kind,
            Id = 1,
            Connection = client.Client.Id,
            Name = name is null ? default : Encoding.UTF8.GetBytes(name),
            Body = body is null ? default : Encoding.UTF8.GetBytes(body),
            HasBody = body is not null,
        },
        null);

    private void Connect()
    {
        if (_model.Live.Count < MostClients)
        {
            _model.Live.Add(new ModelClient(_loop.Text()));
        }
    }

    private void SendToOne()
    {
        if (Any() is { } client)
        {
            var line = Line();
            Assert.Equal(1u, Do(CommandKind.SendToClient, client, body: line).Delivered);
            client.Expect(line);
        }

        if (_model.Gone.Count > 0)
        {
            Assert.Equal(CommandStatus.NoSuchClient, Do(CommandKind.SendToClient, _model.Gone[_random.Next(_model.Gone.Count)], body: "ghost").Status);
        }
    }

    private uint[] Exclude(out HashSet<uint> set)
    {
        set = _random.Next(2) == 0 || Any() is not { } one ? [] : [one.Client.Id, 4];
        return [.. set];
    }

    private void SendToAll()
    {
        var line = Line();
        var exclude = Exclude(out var excluded);
        var outcome = _commands.Execute(new CommandView { Kind = CommandKind.SendToAll, Id = 1, Body = Encoding.UTF8.GetBytes(line), Exclude = exclude }, null);
        Assert.Equal((uint)Expect(_model.Live, line, excluded), outcome.Delivered);
    }

    private static int Expect(List<ModelClient> clients, string line, HashSet<uint> excluded)
    {
        var count = 0;
        foreach (var client in clients)
        {
            if (!excluded.Contains(client.Client.Id))
            {
                client.Expect(line);
                count++;
            }
        }

        return count;
    }

    private void SendToNames(CommandKind kind, Dictionary<string, List<ModelClient>> index, string prefix)
    {
        var line = Line();
        string[] names = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Name(prefix))];
        var exclude = Exclude(out var excluded);
        var view = new CommandView { Kind = kind, Id = 1, Body = Encoding.UTF8.GetBytes(line), Exclude = exclude };
        if (names.Length == 1)
        {
            view.Name = Encoding.UTF8.GetBytes(names[0]);
        }
        else
        {
            view.Names = names;
        }

        var outcome = _commands.Execute(view, null);
        Assert.Equal((uint)names.Sum(name => index.TryGetValue(name, out var list) ? Expect(list, line, excluded) : 0), outcome.Delivered);
    }

    private void Join()
    {
        var group = Name("g");
        if (Any() is not { } client)
        {
            return;
        }

        var outcome = Do(CommandKind.JoinGroup, client, group);
        if (client.Groups.Contains(group))
        {
            Assert.Equal((CommandStatus.Delivered, 0u), (outcome.Status, outcome.Delivered));
        }
        else if (client.Groups.Count == 5)
        {
            Assert.Equal(CommandStatus.Refused, outcome.Status);
        }
        else
        {
            client.Groups.Add(group);
            client.EverInGroup = true;
            LoopModel.Add(_model.Groups, group, client);
        }
    }

    private void Leave()
    {
        var group = Name("g");
        if (Any() is { } client)
        {
            Assert.Equal(client.Groups.Remove(group) ? 1u : 0u, Do(CommandKind.LeaveGroup, client, group).Delivered);
            LoopModel.Remove(_model.Groups, group, client);
        }
    }

    private void Ungroup()
    {
        var group = Name("g");
        var outcome = _commands.Execute(new CommandView { Kind = CommandKind.Ungroup, Name = Encoding.UTF8.GetBytes(group) }, null);
        Assert.Equal((uint)(_model.Groups.Remove(group, out var members) ? members.Count : 0), outcome.Delivered);
        members?.ForEach(client => client.Groups.Remove(group));
    }

    private void Bind()
    {
        var uid = Name("u");
        if (Any() is { } client)
        {
            Assert.Equal(client.Uid == uid ? 0u : 1u, Do(CommandKind.BindUid, client, uid).Delivered);
            if (client.Uid != uid)
            {
                _model.Unbind(client);
                client.Uid = uid;
                LoopModel.Add(_model.Uids, uid, client);
            }
        }
    }

    private void Unbind()
    {
        if (Any() is { } client)
        {
            Assert.Equal(client.Uid is null ? 0u : 1u, Do(CommandKind.UnbindUid, client).Delivered);
            _model.Unbind(client);
        }
    }

    private void Kick()
    {
        if (Any() is { } client)
        {
            var line = _random.Next(2) == 0 ? Line() : null;
            Assert.Equal(1u, Do(CommandKind.CloseClient, client, body: line).Delivered);
            if (line is not null)
            {
                client.Expect(line);
            }

            // A stalled one may reach the deadline first.
            _model.End(client, cutOff: client.Socket.Room != long.MaxValue);
        }
    }

    private void Destroy()
    {
        if (Any() is { } client)
        {
            Assert.Equal(1u, Do(CommandKind.DestroyClient, client).Delivered);
            _model.End(client, cutOff: true);
        }
    }

    private void HalfClose()
    {
        if (Any() is { } client)
        {
            client.Socket.Handler.OnEnd();
            _model.End(client, cutOff: true);
        }
    }

    private void Reset()
    {
        if (Any() is { } client)
        {
            client.Socket.Handler.OnError(SocketError.ConnectionReset);
            _model.End(client, cutOff: true);
        }
    }

    private void Stall()
    {
        if (Any() is { } client)
        {
            client.Socket.Room = _random.Next(300);
        }
    }

    private void Unstall()
    {
        if (Any() is { } client)
        {
            client.Socket.MakeRoom(_random.Next(3) == 0 ? _random.Next(500) : long.MaxValue);
        }
    }

    private void Receive()
    {
        if (Any() is { } client)
        {
            var before = _loop.Clients.Counters.MessagesIn;
            client.Client.OnBytes("a\nb\n"u8.ToArray());
            Assert.Equal(before + 2, _loop.Clients.Counters.MessagesIn);
        }
    }
}
