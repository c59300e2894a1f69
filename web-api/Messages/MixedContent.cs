using System.Text;
using System.Text.Json.Nodes;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Messages;

/// <summary>A message of text and pictures on its way into the log: the plain text, the parts in order, and what old pages are shown.</summary>
internal sealed class MixedContent
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _html = new();
    private readonly JsonArray _parts = [];
    private bool _hasPicture;

    /// <summary>All text, without the pictures.</summary>
    public string Text => _text.ToString();

    /// <summary>Null for a message of text alone: that is an ordinary one.</summary>
    public string? Parts => _hasPicture ? _parts.ToJsonString(RelaxedJson.Options) : null;

    /// <summary>Goes with <see cref="Parts"/>.</summary>
    public string? Html => _hasPicture ? _html.ToString() : null;

    public void AddText(string text)
    {
        _text.Append(_text.Length > 0 ? "\n" : "").Append(text);
        _html.Append(HtmlText.Escape(text));
        _parts.Add((JsonNode)new JsonObject { ["text"] = text });
    }

    public void AddPicture(string address)
    {
        _hasPicture = true;
        _html.Append("<img src=\"").Append(HtmlText.Escape(address)).Append("\">");
        _parts.Add((JsonNode)new JsonObject { ["image"] = address });
    }
}
