namespace Portico.BusinessWorker.Events;

/// <summary>The answers that a worker gives by itself to clients of the shop.</summary>
internal static class ShopReplies
{
    public static byte[] Handshake(ClientContext client, string time) => JsonFrame.Write("handshake", (client, time), static (json, answer) =>
    {
        json.WriteString("client_id"u8, answer.client.Id.ToString());
        json.WriteString("time"u8, answer.time);
        if (answer.client.SpeaksPortico)
        {
            json.WriteString("uid"u8, answer.client.Uid);
        }
    });
}
