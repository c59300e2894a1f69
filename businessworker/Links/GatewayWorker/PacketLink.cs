using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Portico.BusinessWorker.Dispatch;
using Portico.BusinessWorker.Events;
using Portico.Client;
using Portico.Client.GatewayWorker;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Ids;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Results;

namespace Portico.BusinessWorker.Links.GatewayWorker;

/// <summary>
/// One connection to a gateway that speaks GatewayWorker's protocol, as a PHP worker has one (protocol sections 2.4, 2.5 and 2.12). It lives once. That
/// protocol knows no acknowledgement: an event that was received and not handled when this worker dies is lost.
/// </summary>
internal sealed class PacketLink : IClientLink, IEventAcks, IPacketExchange, IDisposable
{
    private readonly PacketExchanges _exchanges;
    private readonly PacketReader _reader;
    private readonly PacketCommands _commands;
    private readonly LinkClients _clients;
    private PacketOutput? _output;
    private Exception? _sendFault;
    private Socket? _socket;

    public PacketLink(GatewayAddress gateway, EventHandling handling, LinkOptions options, TimeProvider clock, Action<PacketLink> attached)
    {
        Gateway = gateway;
        _exchanges = new PacketExchanges(options.Queries);
        _commands = new PacketCommands(this, clock);
        _clients = new LinkClients(this, this, handling);
        _reader = new PacketReader(_clients, _exchanges, new PacketEvents(), options, clock, () => attached(this));
    }

    /// <inheritdoc/>
    public GatewayAddress Gateway { get; }

    /// <inheritdoc/>
    public ulong Epoch { get; } = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    /// <inheritdoc/>
    public ulong Posted => _output?.Posted ?? 0;

    /// <inheritdoc/>
    public bool IsClosed => _output?.IsClosed ?? true;

    /// <summary>Serves the connection to its end.</summary>
    /// <exception cref="IOException">It did not end well.</exception>
    public async Task RunAsync(Socket socket, string workerKey, string secretKey, CancellationToken cancellationToken)
    {
        _socket = socket;
        var output = new PacketOutput(socket, OnSendFault);
        _output = output;
        _exchanges.Begin(output);
        try
        {
            await output.AppendAsync(
                new PacketHeader { Command = PacketCommand.WorkerConnect, Flags = PacketFlags.Scalar }, default, InnerCredentials.Worker(workerKey, secretKey));

            // PHP says nothing to a good key; the answer to a question shows that it was one.
            _ = _exchanges.AskAsync(default, 0, out _);
            output.Flush();
            await _reader.RunAsync(socket, output, cancellationToken);
            await output.DrainedAsync();
            Farewell(socket);
        }
        catch (Exception fault) when (fault is SocketException or InvalidDataException or IOException)
        {
            throw new IOException((_sendFault ?? fault).Message, fault);
        }
        finally
        {
            output.Close();
            _exchanges.FailAll("the link to the gateway has ended");
            _clients.Abandon();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _output?.Dispose();
        _reader.Dispose();
    }

    /// <summary>The connection ends when the events that came are done with.</summary>
    public void Leave() => _reader.Leave();

    /// <summary>A client of this link; from any thread.</summary>
    public ClientContext? FindClient(uint connection) => _clients.Find(connection);

    /// <summary>Carries a command out, in order with all else this worker sends there.</summary>
    public Task<CommandOutcome> ExecuteAsync(Command command, TimeSpan timeout, CancellationToken cancellationToken) =>
        _commands.ExecuteAsync(command, timeout, cancellationToken);

    /// <inheritdoc/>
    public Task<byte[][]> ExchangeAsync(ReadOnlyMemory<byte> packets, int answers) => _exchanges.AskAsync(packets.Span, answers, out _);

    /// <inheritdoc/>
    public void Done(ulong sequence) => _reader.Done();

    /// <summary>A send to many without an answer.</summary>
    public ValueTask PostAsync(scoped in CommandFields fields)
    {
        var name = Encoding.UTF8.GetString(fields.FirstName);
        return fields.Kind switch
        {
            CommandKind.SendToUid => PostAsync(PacketCommand.SendToUid, 0, NameList.Compose([name]), fields.Body),
            CommandKind.SendToGroup => PostAsync(PacketCommand.SendToGroup, 0, SendTargets.ToGroups([name], []), fields.Body),
            CommandKind.SendToAll => PostAsync(PacketCommand.SendToAll, 0, default, fields.Body),
            _ => throw new ArgumentException($"{fields.Kind} is not a send to many.", nameof(fields)),
        };
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(uint connection, ReadOnlySpan<byte> message, bool binary) => PostAsync(PacketCommand.SendToOne, connection, default, message);

    /// <inheritdoc/>
    public ValueTask CloseAsync(uint connection, CloseReason reason, ReadOnlySpan<byte> lastMessage, bool hasLastMessage) => hasLastMessage
        ? PostAsync(PacketCommand.Kick, connection, default, lastMessage)
        : PostAsync(PacketCommand.Kick, connection, default, PhpSerialize.Null, PacketFlags.None);

    /// <inheritdoc/>
    public ValueTask SetSessionAsync(uint connection, ReadOnlySpan<byte> session) => PostAsync(PacketCommand.SetSession, connection, session);

    /// <inheritdoc/>
    public ValueTask BindUidAsync(uint connection, string uid) => PostAsync(PacketCommand.BindUid, connection, Encoding.UTF8.GetBytes(uid));

    /// <inheritdoc/>
    public ValueTask UnbindUidAsync(uint connection) => PostAsync(PacketCommand.UnbindUid, connection);

    /// <inheritdoc/>
    public ValueTask JoinGroupAsync(uint connection, string group) => PostAsync(PacketCommand.JoinGroup, connection, Encoding.UTF8.GetBytes(group));

    /// <inheritdoc/>
    public ValueTask LeaveGroupAsync(uint connection, string group) => PostAsync(PacketCommand.LeaveGroup, connection, Encoding.UTF8.GetBytes(group));

    private ValueTask PostAsync(
        PacketCommand command, uint connection, ReadOnlySpan<byte> ext = default, ReadOnlySpan<byte> body = default, PacketFlags flags = PacketFlags.Scalar) =>
        _output?.AppendAsync(new PacketHeader { Command = command, ConnectionId = connection, Flags = flags }, ext, body) ?? default;

    // Only our half: what is not read yet would make the system reset the connection, and with it what is on its way there.
    private static void Farewell(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            socket.ReceiveTimeout = 500;
            Span<byte> rest = stackalloc byte[4096];
            while (socket.Receive(rest) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // The gateway was faster, or says nothing: it is over either way.
        }
    }

    private void OnSendFault(Exception fault)
    {
        _sendFault = fault;

        // The reader sees the end.
        _socket?.Dispose();
    }
}
