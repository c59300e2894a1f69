using Microsoft.Extensions.Logging.Abstractions;
using Portico.Contracts.Ids;
using Portico.Register.Registry;
using Portico.Support;

namespace Portico.Register.Tests.Registry;

public sealed class GatewayRollTests
{
    private static readonly GatewayAddress First = GatewayAddress.Parse("127.0.0.1:2900");

    [Fact]
    public async Task NextAsync_ChangeWhileWaiting_GivesIt()
    {
        var roll = new GatewayRoll(NullLogger<GatewayRoll>.Instance, TimeProvider.System);
        var waiting = roll.NextAsync(roll.Current.Version, CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        using var lease = roll.Add(First);

        Assert.Equal(["127.0.0.1:2900"], (await waiting.Guarded()).Addresses);
    }

    [Fact]
    public void Dispose_LeaseTwice_CountsOnce()
    {
        var roll = new GatewayRoll(NullLogger<GatewayRoll>.Instance, TimeProvider.System);
        var first = roll.Add(First);
        using var second = roll.Add(First);

        first.Dispose();
        first.Dispose();

        Assert.Single(roll.Current.Addresses);
    }

    [Fact]
    public async Task NextAsync_ManyChangesAtOnce_LastOneIsSeen()
    {
        var roll = new GatewayRoll(NullLogger<GatewayRoll>.Instance, TimeProvider.System);
        var watching = Task.Run(async () =>
        {
            var listing = roll.Current;
            while (listing.Addresses.Count < 100)
            {
                listing = await roll.NextAsync(listing.Version, CancellationToken.None);
            }
        });

        Parallel.For(0, 100, i => roll.Add(new GatewayAddress(0x7F000001, (ushort)(3000 + i))));

        await watching.Guarded();
    }
}
