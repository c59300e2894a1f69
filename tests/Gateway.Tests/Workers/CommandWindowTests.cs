using Portico.Gateway.Workers;
using Portico.Support;

namespace Portico.Gateway.Tests.Workers;

public sealed class CommandWindowTests
{
    [Fact]
    public async Task Add_OverTheLimit_WaitsUntilHalfIsHandled()
    {
        var window = new CommandWindow(100);
        Assert.True(window.AddAsync(60).IsCompleted);

        var room = window.AddAsync(60);

        Assert.False(room.IsCompleted);
        window.Remove(60);
        Assert.False(room.IsCompleted);
        window.Remove(10);
        await room.Guarded();
    }
}
