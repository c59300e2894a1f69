using System.Buffers;

namespace Portico.Contracts.Ids;

/// <summary>What may be the uid of a user, everywhere that a user is named: tokens, HTTP, the message log.</summary>
public static class UserIds
{
    /// <summary>Longest uid in characters; what the log's columns take.</summary>
    public const int Longest = 128;

    private static readonly SearchValues<char> Blank = SearchValues.Create(" \t\u00a0\u3000");

    /// <summary>
    /// 1 to 128 characters, no blanks or control characters (columns of old collations ignore a blank at the end), no half surrogates, and not "0",
    /// which PHP takes for no
    /// uid and gateways refuse to bind.
    /// </summary>
    public static bool IsValid(string? uid)
    {
        if (string.IsNullOrEmpty(uid) || uid == "0" || uid.Length > Longest || uid.AsSpan().ContainsAny(Blank))
        {
            return false;
        }

        for (var i = 0; i < uid.Length; i++)
        {
            if (char.IsControl(uid[i]) || (char.IsSurrogate(uid[i]) && !(char.IsHighSurrogate(uid[i]) && i + 1 < uid.Length && char.IsLowSurrogate(uid[++i]))))
            {
                return false;
            }
        }

        return true;
    }
}
