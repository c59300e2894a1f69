using System.Text;
using Portico.Gateway.Protocols.WebSocket.Deflate;

namespace Portico.Gateway.Tests.Protocols.WebSocket.Deflate;

public sealed class ExtensionOffersTests
{
    private const string None = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    [Theory]
    [InlineData("permessage-deflate", None)]
    [InlineData("permessage-deflate; client_max_window_bits", None)]
    [InlineData("permessage-deflate; client_max_window_bits=10; client_no_context_takeover; server_no_context_takeover", None)]
    [InlineData("permessage-deflate; server_max_window_bits=9", None + "; server_max_window_bits=9")]
    [InlineData("permessage-deflate ; server_max_window_bits = \"12\"", None + "; server_max_window_bits=12")]
    [InlineData("x-unknown; a=\"1, permessage-deflate\", permessage-deflate;server_max_window_bits=15", None + "; server_max_window_bits=15")]
    [InlineData("permessage-deflate; chunk=1, permessage-deflate", None)]
    [InlineData("permessage-deflate; server_max_window_bits=7, permessage-deflate", None)]
    [InlineData("permessage-deflate; server_max_window_bits=8, permessage-deflate", None + "; server_max_window_bits=8")]
    [InlineData("x-unknown", null)]
    [InlineData("", null)]
    [InlineData("permessage-deflate; chunk=1", null)]
    [InlineData("permessage-deflate;", null)]
    [InlineData("permessage-deflate; server_max_window_bits", null)]
    [InlineData("permessage-deflate; server_max_window_bits=7", null)]
    [InlineData("permessage-deflate; server_max_window_bits=16", null)]
    [InlineData("permessage-deflate; server_max_window_bits=010", null)]
    [InlineData("permessage-deflate; server_max_window_bits=10; server_max_window_bits=11", null)]
    [InlineData("permessage-deflate; client_max_window_bits=", null)]
    [InlineData("permessage-deflate; client_max_window_bits=7", null)]
    [InlineData("permessage-deflate; client_max_window_bits; client_max_window_bits", null)]
    [InlineData("permessage-deflate; client_no_context_takeover=1", null)]
    [InlineData("permessage-deflate; server_no_context_takeover; server_no_context_takeover", null)]
    [InlineData("\"permessage-deflate", null)]
    [InlineData("permessage-deflate; server_max_window_bits=\"1\\", null)]
    public void Accept_Offers_TakesTheFirstValidOne(string offers, string? expected)
    {
        Assert.Equal(expected, Answer(offers, new DeflateSettings()));
    }

    [Theory]
    [InlineData("permessage-deflate", "permessage-deflate")]
    [InlineData("permessage-deflate; server_no_context_takeover", "permessage-deflate; server_no_context_takeover")]
    [InlineData("permessage-deflate; client_no_context_takeover", "permessage-deflate; client_no_context_takeover")]
    public void Accept_ContextTakeoverAllowed_FollowsTheClient(string offers, string expected)
    {
        Assert.Equal(expected, Answer(offers, new DeflateSettings { ServerContextTakeover = true, ClientContextTakeover = true }));
    }

    [Theory]
    [InlineData("permessage-deflate", None + "; server_max_window_bits=12")]
    [InlineData("permessage-deflate; server_max_window_bits=10; client_max_window_bits", None + "; server_max_window_bits=10; client_max_window_bits=11")]
    [InlineData("permessage-deflate; client_max_window_bits=10", None + "; server_max_window_bits=12")]
    public void Accept_SmallerWindows_AreNamedWhereTheClientAllows(string offers, string expected)
    {
        Assert.Equal(expected, Answer(offers, new DeflateSettings { ServerWindowBits = 12, ClientWindowBits = 11 }));
    }

    [Fact]
    public void Accept_NoRoomForAnotherWindow_AgreesOnNone()
    {
        var settings = new DeflateSettings { ServerContextTakeover = true, MaxContexts = 1 };
        using var first = new PerMessageDeflate(ExtensionOffers.Accept("permessage-deflate"u8, settings)!, settings);

        Assert.Equal(None, Answer("permessage-deflate", settings));
        first.Dispose();
        Assert.NotEqual(None, Answer("permessage-deflate", settings));
    }

    private static string? Answer(string offers, DeflateSettings settings) =>
        ExtensionOffers.Accept(Encoding.ASCII.GetBytes(offers), settings) is { } agreement ? Encoding.ASCII.GetString(agreement.Answer) : null;
}
