using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Portico.Gateway.Protocols.WebSocket;

/// <summary>Checks text while it comes, so that a wrong byte is known at once and not at the end of the message.</summary>
internal static class Utf8Prefix
{
    private const int LongestSequence = 4;

    /// <summary>Whether <paramref name="text"/> can be the beginning of valid UTF-8.</summary>
    /// <param name="text">Starts at a code point.</param>
    /// <param name="whole">How many bytes of it are whole code points; the rest begins one that is not complete.</param>
    public static bool IsValid(ReadOnlySpan<byte> text, out int whole)
    {
        whole = text.Length - Unfinished(text);
        if (!Utf8.IsValid(text[..whole]))
        {
            return false;
        }

        return whole == text.Length
            || Rune.DecodeFromUtf8(text[whole..], out _, out _) == OperationStatus.NeedMoreData;
    }

    // How many bytes at the end belong to a sequence that wants more than there are.
    private static int Unfinished(ReadOnlySpan<byte> text)
    {
        for (var back = 1; back < LongestSequence && back <= text.Length; back++)
        {
            var b = text[^back];
            if (b < 0x80)
            {
                return 0;
            }

            if (b >= 0xC0)
            {
                var wants = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2;
                return wants > back ? back : 0;
            }
        }

        return 0;
    }
}
