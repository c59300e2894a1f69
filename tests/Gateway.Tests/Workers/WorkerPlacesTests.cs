using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Workers;

namespace Portico.Gateway.Tests.Workers;

public sealed class WorkerPlacesTests
{
    private const int Port = 8282;
    private const long Remembered = 30_000;
    private readonly WorkerPlaces _places = New();

    [Fact]
    public void Find_PlaceThatAWorkerNames_GoesToThatWorkerAndToThoseThatServeEverything()
    {
        var (shop, greet, old, php) = (ListedLink.Naming("shop", "/"), ListedLink.Naming("greet", "/greet"), new ListedLink("old"), ListedLink.Php("php"));

        _places.Update([shop, greet, old, php]);

        Assert.Equal([shop, old], _places.Find(Port, "/").Open);
        Assert.Equal([greet, old], _places.Find(Port, "/greet").Open);
        Assert.Equal([old, php], _places.Find(Port, "/other").Open);
        Assert.Same(_places.Others, _places.Find(Port, "/greet/"));
    }

    [Fact]
    public void Find_ListenerThatAWorkerNames_TakesPrecedenceOverThePathOfAnother()
    {
        var (shop, all) = (ListedLink.Naming("shop", "/"), ListedLink.Naming("all", "8443/"));

        _places.Update([shop, all]);

        Assert.Equal([all], _places.Find(8443, "/").Open);
        Assert.Equal([all], _places.Find(8443, "/invented").Open);
        Assert.Equal([all], _places.Find(8443, null).Open);
        Assert.Equal([shop], _places.Find(Port, "/").Open);
    }

    [Fact]
    public void Find_PathThatNoWorkerNames_IsUnknownUnlessAWorkerMayServeIt()
    {
        Assert.Same(_places.Others, _places.Find(Port, "/a"));
        _places.Update([ListedLink.Naming("shop", "/")]);
        Assert.Same(_places.Unknown, _places.Find(Port, "/a"));

        _places.Update([ListedLink.Naming("shop", "/"), ListedLink.Php("php")]);
        Assert.True(_places.Find(Port, "/a").HasOpen);

        // The PHP workers restart: their clients wait as those of a place that is named.
        _places.Update([ListedLink.Naming("shop", "/")]);
        Assert.Same(_places.Others, _places.Find(Port, "/a"));
        Assert.False(_places.Others.HasOpen);
        Assert.False(_places.OnTick(Remembered - 1));
        Assert.True(_places.OnTick(Remembered));
        Assert.Same(_places.Unknown, _places.Find(Port, "/a"));
    }

    [Fact]
    public void OnTick_PlaceWhoseLastWorkerLeft_IsForgottenAfterTheTimeForWhichItsClientsWait()
    {
        var (shop, greet) = (ListedLink.Naming("shop", "/"), ListedLink.Naming("greet", "/greet"));
        _places.Update([shop, greet]);
        _ = _places.OnTick(5000);
        _places.Update([shop]);
        var place = _places.Find(Port, "/greet");
        Assert.False(place.HasOpen);

        Assert.False(_places.OnTick(5000 + Remembered - 1));
        Assert.Same(place, _places.Find(Port, "/greet"));
        Assert.True(_places.OnTick(5000 + Remembered));

        Assert.Same(_places.Unknown, _places.Find(Port, "/greet"));
        Assert.Equal([place], _places.TakeForgotten());
        Assert.Empty(_places.TakeForgotten());
        Assert.Equal(["/"], _places.Named);
    }

    [Fact]
    public void OnTick_WorkerThatCameBackInTime_IsNotForgotten()
    {
        var greet = ListedLink.Naming("greet", "/greet");
        _places.Update([greet]);
        _places.Update([]);
        _ = _places.OnTick(Remembered - 1);
        _places.Update([greet]);

        Assert.False(_places.OnTick(10 * Remembered));

        Assert.Equal([greet], _places.Find(Port, "/greet").Open);
    }

    [Fact]
    public void OnTick_LastPlaceOfAll_IsForgottenAndNothingIsKnownOfAnyPath()
    {
        _places.Update([ListedLink.Naming("shop", "/")]);
        _places.Update([]);
        Assert.Same(_places.Unknown, _places.Find(Port, "/a"));

        Assert.True(_places.OnTick(Remembered));

        Assert.Same(_places.Others, _places.Find(Port, "/"));
        Assert.Same(_places.Others, _places.Find(Port, "/a"));
    }

    [Fact]
    public void Find_PlaceThatConfigurationGivesToPhp_GoesToPhpAndIsNeverForgotten()
    {
        var places = New(new ModulePlace(8283, ""));
        var (shop, php) = (ListedLink.Naming("shop", "/"), ListedLink.Php("php", new ModulePlace(8283, "")));
        places.Update([shop, php]);
        Assert.Equal([php], places.Find(8283, "/").Open);
        Assert.Equal([shop], places.Find(Port, "/").Open);

        places.Update([shop]);
        _ = places.OnTick(100 * Remembered);

        Assert.Equal("8283/", places.Find(8283, "/").Name);
        Assert.False(places.Find(8283, "/").HasOpen);
    }

    [Fact]
    public void FindAtAccept_PathNotKnown_IsCertainOnlyWhereItDoesNotMatter()
    {
        var php = ListedLink.Php("php");
        _places.Update([php]);
        Assert.Equal([php], _places.FindAtAccept(Port)?.Open);

        _places.Update([php, ListedLink.Naming("shop", "/"), ListedLink.Naming("all", "8443/")]);
        Assert.Null(_places.FindAtAccept(Port));
        Assert.Equal("8443/", _places.FindAtAccept(8443)?.Name);

        // A deploy of the shop: its clients must not be PHP's meanwhile.
        _places.Update([php]);
        Assert.Null(_places.FindAtAccept(Port));
        _ = _places.OnTick(Remembered);
        Assert.Equal([php], _places.FindAtAccept(Port)?.Open);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData("/a b")]
    public void TryRead_PlaceThatIsNone_IsRefused(string place)
    {
        Assert.False(ServedPlaces.TryRead(new AttachRequest { Places = { new ServedPlace { Place = place } } }, out _, out var fault));
        Assert.Contains("a place must be", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_TooManyTooLongOrTwice_IsRefused()
    {
        var many = new AttachRequest();
        many.Places.AddRange(Enumerable.Range(0, 257).Select(i => new ServedPlace { Place = $"/{i}" }));
        string[] faults =
        [
            Fault(many),
            Fault(new AttachRequest { Places = { new ServedPlace { Place = "/" + new string('a', 1024) } } }),
            Fault(new AttachRequest { Places = { new ServedPlace { Place = "/" }, new ServedPlace { Place = "/" } } }),
            Fault(new AttachRequest { Places = { new ServedPlace { Place = "/", Module = new string('m', 256) } } }),
        ];

        Assert.Equal(4, faults.Distinct().Count());

        static string Fault(AttachRequest attach)
        {
            Assert.False(ServedPlaces.TryRead(attach, out _, out var fault));
            return fault;
        }
    }

    private static WorkerPlaces New(params ModulePlace[] php) =>
        new(new DeliveryLimits(1 << 20, TimeSpan.FromMilliseconds(Remembered), 1 << 19, TimeSpan.FromSeconds(60)) { PhpPlaces = php });
}
