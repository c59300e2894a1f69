using System.Text;
using Portico.BusinessWorker.Events;
using Portico.Client;
using Portico.Contracts.Ids;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Results;
using Portico.Support;
using ClientOrigin = Portico.BusinessWorker.Events.ClientOrigin;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.BusinessWorker.Tests.Events;

public sealed class TokenLeasesTests : IGatewayCommands, IClientLink
{
    private static readonly GatewayAddress Address = GatewayAddress.Parse("127.0.0.1:2900");
    private readonly FakeClock _clock = new();
    private readonly List<Command> _commands = [];
    private byte[] _session = [];
    private ulong _epoch = 1;
    private CommandStatus _status = CommandStatus.Delivered;

    public IReadOnlyList<GatewayAddress> Gateways => [Address];

    GatewayAddress IClientLink.Gateway => Address;

    ulong IClientLink.Epoch => _epoch;

    ulong IClientLink.Posted => 0;

    [Fact]
    public void Begin_TokenEndsSoon_ClientIsAskedOnceAndThenClosed()
    {
        using var leases = New();
        leases.Begin(Client(), _clock.GetUtcNow().AddMinutes(10));

        _clock.Advance(TimeSpan.FromSeconds(539));
        Assert.Empty(_commands);
        _clock.Advance(TimeSpan.FromSeconds(2));
        var ask = Assert.Single(_commands);
        Assert.Equal((CommandKind.SendToClient, 5u, """{"type":"token","expires_in":60}"""), (ask.Kind, ask.Connection, ask.Body.ToStringUtf8()));
        _clock.Advance(TimeSpan.FromSeconds(58));
        Assert.Single(_commands);
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal((CommandKind.CloseClient, 4001u), (_commands[1].Kind, _commands[1].CloseCode));
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(2, _commands.Count);
    }

    [Fact]
    public void Begin_ManyTokensOfOneClientAndOfClientsThatLeft_AreNotKeptUntilTheyEnd()
    {
        using var leases = New();
        for (var i = 0; i < 10_000; i++)
        {
            leases.Begin(Client(), _clock.GetUtcNow().AddYears(10).AddSeconds(i));
            if (i % 2 == 0)
            {
                leases.End(Client());
            }
        }

        Assert.InRange(leases.Due, 1, 1100);

        // The last one counts still, although the queue was made anew.
        leases.Begin(Client(), _clock.GetUtcNow().AddMinutes(2));
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Single(_commands);
    }

    [Fact]
    public void Tick_GatewayIsGone_ItsClientsAreForgotten()
    {
        using var leases = New();
        for (var i = 0u; i < 100; i++)
        {
            leases.Begin(Client(connection: i + 1), _clock.GetUtcNow().AddYears(10));
        }

        _clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(100, leases.Watched);
        _status = CommandStatus.GatewayGone;
        _clock.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(0, leases.Watched);
        Assert.Empty(_commands);
    }

    [Fact]
    public void Begin_GatewayWasStartedAgain_ThoseOfBeforeAreForgotten()
    {
        using var leases = New();
        leases.Begin(Client(connection: 1), _clock.GetUtcNow().AddYears(10));
        leases.Begin(Client(connection: 2), _clock.GetUtcNow().AddYears(10));
        _epoch = 2;
        leases.Begin(Client(connection: 7), _clock.GetUtcNow().AddYears(10));

        Assert.Equal(1, leases.Watched);
    }

    [Fact]
    public void Begin_OldClient_IsNotAskedAndClosedInTime()
    {
        using var leases = New();
        leases.Begin(Client(""), _clock.GetUtcNow().AddSeconds(90));

        _clock.Advance(TimeSpan.FromSeconds(89));
        Assert.Empty(_commands);
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal((CommandKind.CloseClient, 4001u), (_commands[0].Kind, _commands[0].CloseCode));
    }

    [Fact]
    public void Begin_FreshTokenInTime_TheNewTimeCounts()
    {
        using var leases = New();
        leases.Begin(Client(), _clock.GetUtcNow().AddSeconds(90));
        _clock.Advance(TimeSpan.FromSeconds(40));
        leases.Begin(Client(), _clock.GetUtcNow().AddSeconds(300));

        _clock.Advance(TimeSpan.FromSeconds(230));
        Assert.Single(_commands);
        _clock.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(CommandKind.SendToClient, _commands[1].Kind);
        leases.End(Client());
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(2, _commands.Count);
    }

    [Fact]
    public async Task IsGood_ClientOfAnotherWorker_TheTimeInItsSessionCounts()
    {
        using var first = New();
        var client = Client();
        first.Begin(client, _clock.GetUtcNow().AddSeconds(100));
        await client.StoreSessionAsync();
        first.End(client);

        using var second = New();
        var adopted = Client();
        adopted.NoteSession(_session, 0);
        Assert.True(second.IsGood(adopted));
        _clock.Advance(TimeSpan.FromSeconds(45));
        Assert.Contains("expires_in", Assert.Single(_commands).Body.ToStringUtf8(), StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(CommandKind.CloseClient, _commands[1].Kind);
        Assert.False(second.IsGood(adopted));
        Assert.True(second.IsGood(Client()));
    }

    public bool IsKnown(GatewayAddress gateway) => gateway == Address;

    public Task<CommandOutcome> ExecuteAsync(GatewayAddress gateway, Command command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (command.Kind != CommandKind.IsOnline)
        {
            _commands.Add(command);
        }

        return Task.FromResult(new CommandOutcome { Status = _status, Delivered = 1, Count = 1 });
    }

    ValueTask IClientLink.SendAsync(uint connection, ReadOnlySpan<byte> message, bool binary) => throw new InvalidOperationException(Encoding.UTF8.GetString(message));

    ValueTask IClientLink.CloseAsync(uint connection, CloseReason reason, ReadOnlySpan<byte> lastMessage, bool hasLastMessage) => default;

    ValueTask IClientLink.SetSessionAsync(uint connection, ReadOnlySpan<byte> session)
    {
        _session = session.ToArray();
        return default;
    }

    ValueTask IClientLink.BindUidAsync(uint connection, string uid) => default;

    ValueTask IClientLink.UnbindUidAsync(uint connection) => default;

    ValueTask IClientLink.JoinGroupAsync(uint connection, string group) => default;

    ValueTask IClientLink.LeaveGroupAsync(uint connection, string group) => default;

    private TokenLeases New() => new(new GatewayClient(this), _clock);

    private ClientContext Client(string subprotocol = "portico.v1", uint connection = 5) =>
        new(this, connection) { Origin = ClientOrigin.From(new ClientStateView { HasOrigin = true, Subprotocol = Encoding.UTF8.GetBytes(subprotocol) }) };
}
