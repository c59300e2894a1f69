using System.Buffers;

namespace Portico.WebApi.Identity;

/// <summary>What may stand as a uid in the log.</summary>
internal static class Uids
{
    /// <summary>Longest uid in characters; what the columns take.</summary>
    public const int Longest = 128;

    private static readonly SearchValues<char> Blank = SearchValues.Create(" \t\u00a0\u3000");

    /// <summary>1 to 128 characters, no blanks or control characters (columns of old collations ignore a blank at the end), no half surrogates.</summary>
    public static bool IsValid(string? uid)
    {
        if (string.IsNullOrEmpty(uid) || uid.Length > Longest || uid.AsSpan().ContainsAny(Blank))
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

    /// <summary>Whether it is a buyer of the shop.</summary>
    public static bool IsBuyer(string uid) => uid.StartsWith("U_", StringComparison.Ordinal);

    /// <summary>Whether it is a merchant of the shop.</summary>
    public static bool IsMerchant(string uid) => uid.StartsWith("V_", StringComparison.Ordinal) || uid.StartsWith("E_", StringComparison.Ordinal);

    /// <summary>Whether it is one in the form that products name: V_ or E_ and a number.</summary>
    public static bool IsNumberedMerchant(string uid) =>
        IsMerchant(uid) && uid.Length is > 2 and <= 21 && uid[2] != '0' && !uid.AsSpan(2).ContainsAnyExceptInRange('0', '9');
}
