using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Portico.Client;

/// <summary>Tells whether two roles have the same secret without telling the secret.</summary>
public static class SecretFingerprint
{
    /// <summary>
    /// 16 bits of a keyed hash. So few say nothing about a secret of 32 characters, not even to somebody who can try guesses, and two that differ look
    /// equal once in 65,536.
    /// </summary>
    /// <param name="setting">The setting, like "TokenSecret": the same value gives another fingerprint elsewhere.</param>
    /// <param name="secret">The value.</param>
    public static string Of(string setting, string secret)
    {
        var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes("portico fingerprint " + setting), Encoding.UTF8.GetBytes(secret));
        return ((hash[0] << 8) | hash[1]).ToString("x4", CultureInfo.InvariantCulture);
    }
}
