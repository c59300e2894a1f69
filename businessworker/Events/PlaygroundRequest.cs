using System.Text.Json;

namespace Portico.BusinessWorker.Events;

/// <summary>A playground message, read without an object: views of its bytes.</summary>
internal ref struct PlaygroundRequest
{
    /// <summary>What it asks for.</summary>
    public PlaygroundType Type;

    /// <summary>As it stands between the quotes.</summary>
    public ReadOnlySpan<byte> Uid;

    /// <summary>As it stands between the quotes.</summary>
    public ReadOnlySpan<byte> ToUid;

    /// <summary>As it stands between the quotes.</summary>
    public ReadOnlySpan<byte> Group;

    /// <summary>Raw JSON.</summary>
    public ReadOnlySpan<byte> Content;

    /// <summary>There is a content.</summary>
    public readonly bool HasContent => !Content.IsEmpty;

    /// <summary>False for what is no JSON object or has a type that nobody knows.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, out PlaygroundRequest request)
    {
        var read = default(PlaygroundRequest);
        request = default;
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                read.ReadProperty(ref reader, json);
            }

            // What comes after the object is an error that the reader throws.
            reader.Read();
            request = read;
            return read.Type != PlaygroundType.Other;
        }
        catch (JsonException)
        {
            // Not JSON: the caller echoes it, nothing is lost.
            return false;
        }
    }

    private void ReadProperty(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        if (reader.ValueTextEquals("type"u8))
        {
            reader.Read();
            Type = ReadType(ref reader);
        }
        else if (reader.ValueTextEquals("uid"u8))
        {
            Uid = ReadName(ref reader);
        }
        else if (reader.ValueTextEquals("toClientUid"u8))
        {
            ToUid = ReadName(ref reader);
        }
        else if (reader.ValueTextEquals("group"u8))
        {
            Group = ReadName(ref reader);
        }
        else if (reader.ValueTextEquals("content"u8))
        {
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            Content = json[start..(int)reader.BytesConsumed];
        }
        else
        {
            reader.Skip();
        }
    }

    private static ReadOnlySpan<byte> ReadName(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        var name = reader.TokenType is JsonTokenType.String or JsonTokenType.Number ? reader.ValueSpan : default;
        reader.Skip();
        return name;
    }

    private static PlaygroundType ReadType(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return PlaygroundType.Other;
        }

        return reader.ValueTextEquals("send"u8) ? PlaygroundType.Send
            : reader.ValueTextEquals("broadcast"u8) ? PlaygroundType.Broadcast
            : reader.ValueTextEquals("group"u8) ? PlaygroundType.Group
            : reader.ValueTextEquals("bind"u8) ? PlaygroundType.Bind
            : reader.ValueTextEquals("join"u8) ? PlaygroundType.Join
            : reader.ValueTextEquals("handshake"u8) ? PlaygroundType.Handshake
            : PlaygroundType.Other;
    }
}
