using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Portico.BusinessWorker.Events.Service;
using Portico.Client;
using Portico.Hosting;
using Portico.Support;

namespace Portico.BusinessWorker.Tests.Events.Service;

public sealed class ServiceTokensTests : IDisposable
{
    private const string AgentToken = "agents-token";
    private static readonly string Secret = new('t', 32);
    private static readonly IPAddress Office = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Elsewhere = IPAddress.Parse("192.0.2.2");

    private readonly FakeClock _clock = new();
    private readonly ServiceTokens _tokens;

    public ServiceTokensTests()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Service:AgentToken", AgentToken), new("TokenSecret", Secret), new("Service:FailedTokensPerAddress", "5")])
            .Build();
        var faults = new ConfigurationFaults();
        _tokens = new ServiceTokens(ServiceOptions.Read(configuration, faults, isServed: true), _clock, NullLoggerFactory.Instance);
        faults.ThrowIfAny();
    }

    /// <inheritdoc/>
    public void Dispose() => _tokens.Dispose();

    [Fact]
    public async Task AdmitAsync_ManyGuessesFromOneAddress_NoneIsComparedUntilTheMinuteIsOver()
    {
        await GuessAsync(Office, 5);

        Assert.Equal((ushort)1013, (await AdmitAsync("guess", Office)).Refusal?.Code);
        Assert.Equal((ushort)1013, (await AdmitAsync(AgentToken, Office)).Refusal?.Code);
        Assert.True((await AdmitAsync(AgentToken, Elsewhere)).Identity.IsAgent);

        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True((await AdmitAsync(AgentToken, Office)).Identity.IsAgent);
    }

    [Fact]
    public async Task AdmitAsync_ManyGuessesFromTheAddressOfAnAgent_TheAgentAndUsersGetInAllTheSame()
    {
        Assert.True((await AdmitAsync(AgentToken, Office)).Identity.IsAgent);
        await GuessAsync(Office, 20);

        Assert.True((await AdmitAsync(AgentToken, Office)).Identity.IsAgent);
        var user = await AdmitAsync(new UserTokens(Secret).Create("o_A", _clock.GetUtcNow().AddMinutes(5)), Office);
        Assert.Equal((null, "o_A"), (user.Refusal?.Text, user.Identity.Name));
    }

    [Fact]
    public async Task AdmitAsync_ExpiredUserTokens_AreNoGuesses()
    {
        var expired = new UserTokens(Secret).Create("o_A", _clock.GetUtcNow().AddMinutes(-5));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal((ushort)4001, (await AdmitAsync(expired, Office)).Refusal?.Code);
        }

        Assert.True((await AdmitAsync(AgentToken, Office)).Identity.IsAgent);
    }

    private ValueTask<Admission> AdmitAsync(string token, IPAddress address) => _tokens.AdmitAsync(token, "", address);

    private async Task GuessAsync(IPAddress address, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.NotNull((await AdmitAsync($"guess {i}", address)).Refusal);
        }
    }
}
