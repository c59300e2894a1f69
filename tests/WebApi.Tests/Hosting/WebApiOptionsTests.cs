using Microsoft.Extensions.Configuration;
using Portico.Hosting;
using Portico.Support;
using Portico.WebApi.Hosting;

namespace Portico.WebApi.Tests.Hosting;

public sealed class WebApiOptionsTests
{
    [Fact]
    public void Read_Nothing_HasTheDefaults()
    {
        var options = Read([]);

        Assert.Equal("http://127.0.0.1:8080", options.Listen.Single().ToString());
        Assert.Equal("127.0.0.1:8081", options.InnerListen.ToString());
        Assert.Equal(["127.0.0.1:1238"], options.Registers);
        Assert.Equal(("sqlite", Path.Combine("data", "portico.db")), options.Store);
        Assert.True(options.IsLoopback);
    }

    [Fact]
    public void Read_TheDefaultsFile_GivesTheSame()
    {
        var file = new ConfigurationBuilder().AddJsonFile(Path.Combine(Repository.Root, "web-api", "appsettings.json")).Build();

        var options = WebApiOptionsReader.Read(file);

        Assert.Equal(new WebApiLimits(), options.Limits);
        Assert.Equal(new Portico.WebApi.Storage.StoreLimits(), options.StoreLimits);
        Assert.Equal(Read([]).Store, options.Store);
        Assert.All(typeof(WebApiLimits).GetProperties().Concat(typeof(Portico.WebApi.Storage.StoreLimits).GetProperties()), property => Assert.NotNull(file["WebApi:Limits:" + property.Name]));
    }

    [Theory]
    [InlineData("/login", true)]
    [InlineData("/login?back={return}", true)]
    [InlineData("https://shop.example/login?back={return}", true)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("//elsewhere.example", false)]
    [InlineData("/\\elsewhere.example", false)]
    [InlineData("login", false)]
    [InlineData("data:text/html,x", false)]
    public void Read_SignInUrl_IsAWebAddressOrAPath(string address, bool isGood)
    {
        var settings = new Dictionary<string, string?> { ["WebApi:Pages:SignInUrl"] = address };

        if (isGood)
        {
            Assert.Equal(address.Replace("{return}", "a%3Fb%26c", StringComparison.Ordinal), Read(settings).Pages.SignInFrom("a?b&c"));
        }
        else
        {
            Assert.Contains("WebApi:Pages:SignInUrl", Assert.Throws<ConfigurationException>(() => Read(settings)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_QuestionWithoutAnswer_IsRefused() => Assert.Contains(
        "WebApi:Pages:Faq:0", Assert.Throws<ConfigurationException>(() => Read(new() { ["WebApi:Pages:Faq:0:Question"] = "When?" })).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_EverythingWrong_NamesAllOfItAndNoSecret()
    {
        var fault = Assert.Throws<ConfigurationException>(() => Read(new()
        {
            ["WebApi:Listen:0"] = "0.0.0.0:80",
            ["WebApi:InnerListen"] = "nowhere",
            ["WebApi:RegisterAddress:0"] = "1238",
            ["WebApi:Store"] = "oracle:password=hush",
            ["WebApi:ApiKeys:0"] = "hush",
            ["TokenSecret"] = "hush",
            ["CodeKeys:0"] = "hush",
            ["TimeZone"] = "Middle/Earth",
            ["WebApi:AllowedOrigins:0"] = "https://shop.example/path",
            ["WebApi:Demo"] = "perhaps",
            ["WebApi:Limits:ContentBytes"] = "-1",
            ["WebApi:CardFields:0"] = "price",
            ["WebApi:WeChat:BaseAddress"] = "ftp://x",
        }));

        string[] keys = ["WebApi:Listen", "WebApi:InnerListen", "WebApi:RegisterAddress", "WebApi:Store", "WebApi:ApiKeys:0", "TokenSecret", "CodeKeys:0", "TimeZone", "WebApi:AllowedOrigins", "WebApi:Demo", "WebApi:Limits:ContentBytes", "WebApi:CardFields", "WebApi:WeChat:BaseAddress"];
        Assert.All(keys, key => Assert.Contains(fault.Faults, sentence => sentence.StartsWith(key, StringComparison.Ordinal)));
        Assert.DoesNotContain("hush", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NotLoopbackWithoutSecrets_IsRefused()
    {
        var fault = Assert.Throws<ConfigurationException>(() => Read(new() { ["WebApi:Listen"] = "http://0.0.0.0:8080", ["WebApi:InnerListen"] = "0.0.0.0:8081", ["WebApi:Demo"] = "true" }));

        Assert.Equal(["SecretKey", "TokenSecret", "WebApi:ApiKeys:0", "WebApi:Demo"], fault.Faults.Select(sentence => sentence.Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("mysql:hush")]
    [InlineData("mysql:Server=x;Port=hush;Database=y")]
    [InlineData("mysql:Server=x;Uid=y;Database=z;Pwd=hush;hush")]
    public void Read_ConnectionStringThatIsNone_IsNamedAndNotShown(string store)
    {
        var fault = Assert.Throws<ConfigurationException>(() => Read(new() { ["WebApi:Store"] = store }));

        Assert.StartsWith("WebApi:Store ", Assert.Single(fault.Faults), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", fault.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("Server=x;Database=y;Sever=z", "'sever'")]
    [InlineData("Server=x;Database=y;Port=lots", "'port'")]
    [InlineData("Server=x;Database=y;SslMode=Perhaps", "'sslmode'")]
    [InlineData("Database=y;Uid=z", "Server")]
    [InlineData("Server=x;Uid=z", "Database")]
    public void Read_ConnectionStringWithAWrongKey_NamesTheKey(string text, string named)
    {
        var fault = Assert.Throws<ConfigurationException>(() => Read(new() { ["WebApi:Store"] = "mysql:" + text }));

        Assert.Contains(named, Assert.Single(fault.Faults), StringComparison.Ordinal);
    }

    // What MySql.Data understood in earlier versions of this program.
    [Theory]
    [InlineData("Server=127.0.0.1;Uid=shop;Pwd=secret;Database=shop")]
    [InlineData("server=127.0.0.1;port=3306;user id=shop;password=secret;database=shop;charset=utf8mb4;sslmode=none")]
    [InlineData("Data Source=127.0.0.1;Initial Catalog=shop;User=shop;Pwd='a;b=c';Connection Timeout=3;Allow User Variables=true;Convert Zero Datetime=true")]
    [InlineData("Host=127.0.0.1;Database=shop;Username=shop;Password=x;AllowBatch=true;Treat Blobs As UTF8=true;Cache Server Properties=true;Use Affected Rows=true")]
    public void Read_ConnectionStringOfEarlierVersions_IsTaken(string text) =>
        Assert.Equal(("mysql", text), Read(new() { ["WebApi:Store"] = "mysql:" + text }).Store);

    [Fact]
    public void Build_DataFolderCannotBeMade_NamesTheKey()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("taken"), "");
        var settings = new Dictionary<string, string?> { ["DataFolder"] = folder.File("taken/data"), ["WebApi:Listen"] = "http://127.0.0.1:0", ["WebApi:InnerListen"] = "127.0.0.1:0" };

        var fault = Assert.Throws<ConfigurationException>(() =>
        {
            using var host = WebApiHost.Build(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        });

        Assert.StartsWith("DataFolder ", Assert.Single(fault.Faults), StringComparison.Ordinal);
    }

    private static WebApiOptions Read(Dictionary<string, string?> settings) =>
        WebApiOptionsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
}
