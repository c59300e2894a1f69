using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Portico.BusinessWorker.Events;

/// <summary>
/// For trying things out and for measuring: shakes hands, binds, joins, sends to a uid, to all, to a group, and echoes what it does not
/// know as it came. Anybody may do anything here, so it is off unless named.
/// </summary>
internal sealed class PlaygroundEvents(WorkerServices worker) : IEvents
{
    // Filled and sent within one callback that does not await in between.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    public ValueTask OnMessage(ClientContext client, ClientMessage message)
    {
        var bytes = message.Span;
        return !message.Binary && bytes.Length > 1 && bytes[0] == (byte)'{' && PlaygroundRequest.TryRead(bytes, out var request)
            ? AnswerAsync(client, message, request)
            : client.SendAsync(message);
    }

    private ValueTask AnswerAsync(ClientContext client, ClientMessage message, in PlaygroundRequest request)
    {
        switch (request.Type)
        {
            case PlaygroundType.Handshake:
                return client.SendAsync(Compose("{\"type\":\"handshake\",\"client_id\":\""u8, Encoding.UTF8.GetBytes(client.Id.ToString()), "\"}"u8));
            case PlaygroundType.Bind when request.Uid.Length > 0:
                return BothAsync(client.BindUidAsync(Text(request.Uid)), client.SendAsync("{\"type\":\"bind\",\"ok\":1}"u8));
            case PlaygroundType.Join when request.Group.Length > 0:
                return BothAsync(client.JoinGroupAsync(Text(request.Group)), client.SendAsync("{\"type\":\"join\",\"ok\":1}"u8));
            case PlaygroundType.Send when request.ToUid.Length > 0 && request.HasContent:
                return worker.Posts.ToUidAsync(Name(request.ToUid), Compose("{\"type\":\"reception\",\"content\":"u8, request.Content, "}"u8));
            case PlaygroundType.Broadcast when request.HasContent:
                return worker.Posts.ToAllAsync(Compose("{\"type\":\"broadcast\",\"content\":"u8, request.Content, "}"u8));
            case PlaygroundType.Group when request.Group.Length > 0 && request.HasContent:
                return worker.Posts.ToGroupAsync(Name(request.Group), Compose("{\"type\":\"group\",\"content\":"u8, request.Content, "}"u8));
            default:
                return client.SendAsync(message);
        }
    }

    private static ValueTask BothAsync(ValueTask first, ValueTask second)
    {
        return first.IsCompletedSuccessfully ? second : AwaitAsync(first, second);

        static async ValueTask AwaitAsync(ValueTask first, ValueTask second)
        {
            await first;
            await second;
        }
    }

    // Names come as raw JSON strings; almost none has an escape.
    private static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> raw) => raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(Text(raw)) : raw;

    private static string Text(ReadOnlySpan<byte> raw)
    {
        if (!raw.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(raw);
        }

        try
        {
            var reader = new Utf8JsonReader((byte[])[(byte)'"', .. raw, (byte)'"']);
            reader.Read();
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: no text, so the bytes as they came are the name.
            return Encoding.UTF8.GetString(raw);
        }
    }

    private static ReadOnlySpan<byte> Compose(ReadOnlySpan<byte> start, ReadOnlySpan<byte> content, ReadOnlySpan<byte> end)
    {
        var scratch = _scratch ??= new ArrayBufferWriter<byte>(1024);
        scratch.ResetWrittenCount();
        scratch.Write(start);
        scratch.Write(content);
        scratch.Write(end);
        return scratch.WrittenSpan;
    }
}
