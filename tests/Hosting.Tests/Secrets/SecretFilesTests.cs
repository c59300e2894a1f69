using Portico.Hosting.Secrets;
using Portico.Support;

namespace Portico.Hosting.Tests.Secrets;

[Collection("configuration files")]
public sealed class SecretFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("SecretKey", "SecretKey:0")]
    [InlineData("TokenSecret", "TokenSecret:0")]
    [InlineData("CodeKeys", "CodeKeys:0")]
    [InlineData("WebApi:ApiKeys", "WebApi:ApiKeys:0")]
    [InlineData("Redis", "Redis")]
    [InlineData("Service:AgentToken", "Service:AgentToken")]
    [InlineData("WebApi:Store", "WebApi:Store")]
    public void Load_EverySecret_MayStandInAFile(string key, string place)
    {
        var configuration = RoleConfiguration.Load("test", [$"--{key}File={Write("a secret of its file\n")}"]);

        Assert.Equal("a secret of its file", configuration[place]);
    }

    [Fact]
    public void Load_PasswordOfAListenersCertificate_MayStandInAFile()
    {
        var configuration = RoleConfiguration.Load(
            "test", ["--Gateway:Listen:0=websocket://127.0.0.1:1", "--Gateway:Listen:1:Url=wss://127.0.0.1:2", $"--Gateway:Listen:1:CertificatePasswordFile={Write("pass word \r\n")}"]);

        Assert.Equal("pass word ", configuration["Gateway:Listen:1:CertificatePassword"]);
        Assert.DoesNotContain("Gateway:Listen:1:CertificatePasswordFile", RoleConfiguration.UnknownKeys(configuration));
    }

    [Fact]
    public void Load_ListOfSecrets_IsAFileOfLinesOrAListOfFiles()
    {
        var lines = RoleConfiguration.Load("test", [$"--SecretKeyFile={Write("first\n\nsecond\n")}"]);
        var files = RoleConfiguration.Load("test", [$"--WebApi:ApiKeysFile:0={Write("first")}", $"--WebApi:ApiKeysFile:1={Write("second")}"]);

        Assert.Equal(["first", "second"], lines.Entries("SecretKey").Select(entry => entry.Value));
        Assert.Equal(["first", "second"], files.Entries("WebApi:ApiKeys").Select(entry => entry.Value));
    }

    [Fact]
    public void Load_FilesThatCannotBeUsed_AreAllNamedAndNothingOfThemIsShown()
    {
        var (empty, two) = (Write("\r\n"), Write("hush one\nhush two\n"));
        var fault = Assert.Throws<ConfigurationException>(() => RoleConfiguration.Load(
            "test", [$"--SecretKeyFile={empty}", $"--TokenSecretFile={_folder.File("missing")}", $"--RedisFile={two}", $"--WebApi:StoreFile={_folder.Path}"]));

        Assert.Equal(4, fault.Faults.Count);
        Assert.Contains(fault.Faults, sentence => sentence == $"SecretKeyFile is '{empty}': the file is empty: it must hold a secret.");
        Assert.Contains(fault.Faults, sentence => sentence.StartsWith($"TokenSecretFile is '{_folder.File("missing")}': the file cannot be read: ", StringComparison.Ordinal));
        Assert.Contains(fault.Faults, sentence => sentence == $"RedisFile is '{two}': the file must hold one secret on one line.");
        Assert.Contains(fault.Faults, sentence => sentence.StartsWith($"WebApi:StoreFile is '{_folder.Path}': the file cannot be read: ", StringComparison.Ordinal));
        Assert.DoesNotContain("hush", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SecretAndItsFile_AreNotBothTaken()
    {
        var fault = Assert.Throws<ConfigurationException>(() => RoleConfiguration.Load("test", ["--SecretKey=hush", $"--SecretKeyFile={Write("other")}"]));

        Assert.EndsWith("SecretKey is given too; only one of them can be used.", Assert.Single(fault.Faults), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SecretReader_SecretsThatAreTooShort_AreNamedWithTheirPlace()
    {
        var configuration = RoleConfiguration.Load(
            "test", ["--SecretKey:0=hush-key-long-enough", "--SecretKey:1=hush", "--TokenSecret=hush", "--CodeKeys:0=hush", "--WebApi:ApiKeys:0=hush", "--Service:AgentToken=hush"]);
        var faults = new ConfigurationFaults();
        var reader = new SecretReader(configuration, faults);

        Assert.Equal(["hush-key-long-enough"], reader.SecretKeys("Register:Listen (10.0.0.1:1238)"));
        Assert.Empty(reader.TokenSecrets().Concat(reader.CodeKeys()).Concat(reader.ApiKeys()));
        Assert.Null(reader.AgentToken());
        var fault = Assert.Throws<ConfigurationException>(faults.ThrowIfAny);
        Assert.Equal(
            [
                "SecretKey:1 is '(not shown)': must have 16 characters or more.",
                "TokenSecret is '(not shown)': must have 32 characters or more.",
                "CodeKeys:0 is '(not shown)': must have 32 characters or more.",
                "WebApi:ApiKeys:0 is '(not shown)': must have 16 characters or more.",
                "Service:AgentToken is '(not shown)': must have 8 characters or more.",
            ],
            fault.Faults);
    }

    private string Write(string text)
    {
        var file = _folder.File(Guid.NewGuid().ToString("N"));
        File.WriteAllText(file, text);
        return file;
    }
}
