using System.Globalization;
using System.Net;
using Portico.Hosting.Secrets;

namespace Portico.Hosting.Tests.Secrets;

public sealed class KnownCredentialsTests
{
    [Fact]
    public void Contains_OnlyWhatWasValidFromThatAddress()
    {
        var known = new KnownCredentials();
        known.Add(IPAddress.Loopback, "a key");

        Assert.True(known.Contains(IPAddress.Loopback, "a key"));
        Assert.False(known.Contains(IPAddress.Loopback, "another key"));
        Assert.False(known.Contains(IPAddress.Parse("10.0.0.1"), "a key"));
    }

    [Fact]
    public void Add_ManyMoreThanThereIsRoomFor_KeepsTheLast()
    {
        var known = new KnownCredentials();
        for (var i = 0; i < 100_000; i++)
        {
            known.Add(IPAddress.Loopback, i.ToString(CultureInfo.InvariantCulture));
        }

        Assert.True(known.Contains(IPAddress.Loopback, "99999"));
    }
}
