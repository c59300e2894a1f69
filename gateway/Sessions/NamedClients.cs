using System.Text;

namespace Portico.Gateway.Sessions;

/// <summary>The clients of one loop that share a uid or a group.</summary>
internal sealed class NamedClients(byte[] utf8) : ClientList
{
    private string? _text;

    /// <summary>The name's bytes; two names are the same when their bytes are.</summary>
    public byte[] Utf8 => utf8;

    /// <summary>The name as text (bytes that are not UTF-8 become replacement characters).</summary>
    public string Text => _text ??= Encoding.UTF8.GetString(utf8);
}
