using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using Portico.Support;

namespace Portico.Cluster.Tests.Support;

/// <summary>
/// Clients that send numbered messages, some ahead of their echoes, and take nothing but the next echo: none lost, doubled or out of order.
/// </summary>
internal sealed class EchoCrowd : IAsyncDisposable
{
    private const int Ahead = 4;
    private readonly List<ClientWebSocket> _sockets = [];
    private readonly List<Task> _lives = [];
    private int[] _received = [];
    private long _echoes;
    private volatile bool _stopping;

    public static async Task<EchoCrowd> ConnectAsync(string url, int count)
    {
        var crowd = new EchoCrowd();
        foreach (var some in Enumerable.Range(0, count).Chunk(50))
        {
            var sockets = some.Select(_ => new ClientWebSocket()).ToList();
            crowd._sockets.AddRange(sockets);
            await Task.WhenAll(sockets.Select(socket => socket.ConnectAsync(new Uri(url), CancellationToken.None))).Guarded();
        }

        crowd._received = new int[count];
        crowd._lives.AddRange(crowd._sockets.Select((socket, index) => crowd.LiveAsync(socket, index)));
        return crowd;
    }

    /// <summary>So many more echoes came.</summary>
    public Task MoreAsync(int count)
    {
        var goal = Interlocked.Read(ref _echoes) + count;
        return Guard.UntilAsync(
            async () =>
            {
                await Task.WhenAll(_lives.Where(life => life.IsFaulted));
                return Interlocked.Read(ref _echoes) >= goal;
            },
            $"{count} more echoes");
    }

    /// <summary>Every one of them has one more echo.</summary>
    public Task AllGoOnAsync()
    {
        var before = _received.ToArray();
        return Guard.UntilAsync(
            async () =>
            {
                await Task.WhenAll(_lives.Where(life => life.IsFaulted));
                return !before.Where((count, index) => Volatile.Read(ref _received[index]) <= count).Any();
            },
            "an echo for everybody");
    }

    /// <summary>They send no more; every echo that is on its way comes.</summary>
    public Task FinishAsync()
    {
        _stopping = true;
        return Task.WhenAll(_lives).Guarded();
    }

    public ValueTask DisposeAsync()
    {
        _stopping = true;
        _sockets.ForEach(socket => socket.Dispose());
        return ValueTask.CompletedTask;
    }

    private async Task LiveAsync(ClientWebSocket socket, int index)
    {
        var buffer = new byte[256];
        int sent = 0, received = 0;
        while (!_stopping || received < sent)
        {
            for (; !_stopping && sent < received + Ahead; sent++)
            {
                await socket.SendAsync(Text(index, sent), WebSocketMessageType.Text, true, CancellationToken.None).Guarded();
            }

            var echo = await socket.ReceiveAsync(buffer, CancellationToken.None).Guarded();
            Assert.True(echo.MessageType == WebSocketMessageType.Text, $"closed with {socket.CloseStatus} {socket.CloseStatusDescription}");
            Assert.Equal(Encoding.ASCII.GetString(Text(index, received)), Encoding.ASCII.GetString(buffer, 0, echo.Count));
            received++;
            Volatile.Write(ref _received[index], received);
            Interlocked.Increment(ref _echoes);
        }
    }

    private static byte[] Text(int index, int number) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{index}:{number}"));
}
