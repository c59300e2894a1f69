using System.Text;
using Portico.Gateway.Connections;
using Portico.Gateway.Tests.Connections;

namespace Portico.Gateway.Tests.Commands;

/// <summary>What one client should be and should have been sent, kept as simply as can be.</summary>
internal sealed class ModelClient(ClientConnection client)
{
    private readonly StringBuilder _expected = new();
    private int _matched;

    public ClientConnection Client => client;

    public FakeSocket Socket => LoopHarness.SocketOf(client);

    public string? Uid { get; set; }

    public List<string> Groups { get; } = [];

    public bool EverInGroup { get; set; }

    /// <summary>It ended without having been sent all.</summary>
    public bool CutOff { get; set; }

    public void Expect(string line) => _expected.Append(line).Append('\n');

    /// <summary>Nothing out of order, doubled or foreign so far.</summary>
    public void CheckPrefix()
    {
        var sent = Encoding.UTF8.GetString(Socket.Take());
        Assert.True(_matched + sent.Length <= _expected.Length, $"client {client.Id} got more than it was sent");
        Assert.Equal(_expected.ToString(_matched, sent.Length), sent);
        _matched += sent.Length;
    }

    /// <summary>And nothing is missing.</summary>
    public void CheckAll()
    {
        CheckPrefix();
        if (!CutOff)
        {
            Assert.Equal(_expected.Length, _matched);
        }
    }
}
