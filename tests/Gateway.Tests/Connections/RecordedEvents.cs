using System.Text;
using Portico.Contracts.Results;
using Portico.Gateway.Connections;

namespace Portico.Gateway.Tests.Connections;

/// <summary>Remembers what connections tell, one line each: "12 message hello".</summary>
internal sealed class RecordedEvents : IClientEvents
{
    public List<string> Lines { get; } = [];

    public Action<ClientConnection, string>? OnMessageDo { get; set; }

    public Action<ClientConnection>? OnOpenDo { get; set; }

    public bool Unhandled { get; set; }

    public void OnConnect(ClientConnection client) => Lines.Add($"{client.Id} connect");

    public void OnWebSocketConnect(ClientConnection client, ReadOnlySpan<byte> requestHead)
    {
        Lines.Add($"{client.Id} open {client.Path} {client.Subprotocol}".TrimEnd());
        OnOpenDo?.Invoke(client);
    }

    public void OnMessage(ClientConnection client, ReadOnlySpan<byte> payload, bool binary)
    {
        var text = Encoding.UTF8.GetString(payload);
        Lines.Add($"{client.Id} {(binary ? "binary" : "message")} {text}");
        OnMessageDo?.Invoke(client, text);
    }

    public bool HasUnhandled(ClientConnection client) => Unhandled;

    public void OnClose(ClientConnection client, CloseReason reason) => Lines.Add($"{client.Id} close {reason.Code}");
}
