using Portico.Contracts.Ids;

namespace Portico.WebApi.Identity;

/// <summary>What may stand as a uid in the log.</summary>
internal static class Uids
{
    /// <summary>What every entry asks (<see cref="UserIds"/>).</summary>
    public static bool IsValid(string? uid) => UserIds.IsValid(uid);

    /// <summary>Whether it is a buyer of the shop.</summary>
    public static bool IsBuyer(string uid) => uid.StartsWith("U_", StringComparison.Ordinal);

    /// <summary>Whether it is a merchant of the shop.</summary>
    public static bool IsMerchant(string uid) => uid.StartsWith("V_", StringComparison.Ordinal) || uid.StartsWith("E_", StringComparison.Ordinal);

    /// <summary>Whether it is one in the form that products name: V_ or E_ and a number.</summary>
    public static bool IsNumberedMerchant(string uid) =>
        IsMerchant(uid) && uid.Length is > 2 and <= 21 && uid[2] != '0' && !uid.AsSpan(2).ContainsAnyExceptInRange('0', '9');
}
