using System.Text;
using Portico.Contracts.Results;
using Portico.Gateway.Protocols;

namespace Portico.Gateway.Tests.Protocols;

/// <summary>What holds for every codec, whatever it speaks.</summary>
public abstract class FrameCodecSpecification<TCodec>
{
    private const int Limit = 20_000;

    private static readonly string[] Corpus =
        ["a", "", "hello", new string('x', 125), new string('y', 126), "κόσμε 世界 𝄞", new string('z', 5000), "{\"type\":\"pong\"}"];

    [Fact]
    public void TryRead_OneMessage_GivesItsContent()
    {
        var driver = Open(Limit);

        driver.Feed(FromClient("hello"u8.ToArray()));

        Assert.Equal(["hello"], driver.Texts);
    }

    [Fact]
    public void TryRead_ByteByByte_GivesTheSameMessages()
    {
        var driver = Open(Limit);

        driver.FeedInPieces(Encode(Corpus), 1);

        Assert.Equal(Corpus, driver.Texts);
    }

    [Fact]
    public void TryRead_AllAtOnce_GivesTheSameMessages()
    {
        var driver = Open(Limit);

        driver.Feed(Encode(Corpus));

        Assert.Equal(Corpus, driver.Texts);
    }

    [Fact]
    public void TryRead_CutAtEveryByte_GivesTheSameMessages()
    {
        string[] corpus = ["one", "", new string('y', 130), "κόσμε", "end"];
        var bytes = Encode(corpus);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var driver = Open(Limit);

            driver.Feed(bytes.AsSpan(0, cut)).Feed(bytes.AsSpan(cut));

            Assert.Equal(corpus, driver.Texts);
        }
    }

    [Fact]
    public void TryRead_TwoMessagesInOne_GivesBoth()
    {
        var driver = Open(Limit);

        driver.Feed([.. FromClient("one"u8.ToArray()), .. FromClient("two"u8.ToArray())]);

        Assert.Equal(["one", "two"], driver.Texts);
    }

    [Fact]
    public void TryRead_Truncated_WaitsForMore()
    {
        var driver = Open(Limit);
        var bytes = FromClient(new byte[3000]);

        driver.Feed(bytes.AsSpan(0, bytes.Length - 1));

        Assert.Empty(driver.Messages);
        Assert.False(driver.Ended);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(int.MaxValue)]
    public void TryRead_MessageAtTheLimit_IsTaken(int piece)
    {
        var driver = Open(Limit);
        var message = Encoding.ASCII.GetBytes(new string('m', Limit));
        var bytes = FromClient(message);

        driver.FeedInPieces(bytes, Math.Min(piece, bytes.Length));

        Assert.Equal([message], driver.Messages);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(int.MaxValue)]
    public void TryRead_MessageOverTheLimit_IsRefused(int piece)
    {
        var driver = Open(Limit);
        var bytes = FromClient(Encoding.ASCII.GetBytes(new string('m', Limit + 1)));

        driver.FeedInPieces(bytes, Math.Min(piece, bytes.Length));

        Assert.Empty(driver.Messages);
        Assert.Equal(CloseReason.TooBig, driver.Refusal!.Reason);
    }

    [Fact]
    public void TryRead_Empty_NeedsMore()
    {
        using var codec = Create(Limit);

        var status = codec.TryRead([], out _, out var consumed);

        Assert.Equal(FrameStatus.NeedMore, status);
        Assert.Equal(0, consumed);
    }

    [Fact]
    public void TryRead_SmallWholeMessages_AllocatesNothing()
    {
        using var codec = Create(Limit);
        _ = Open(codec);
        var bytes = FromClient("hello hello hello hello"u8.ToArray());
        var work = new byte[bytes.Length];
        var before = 0L;
        for (var i = 0; i < 2000; i++)
        {
            // The first ones let the runtime settle.
            before = i == 1000 ? GC.GetAllocatedBytesForCurrentThread() : before;
            bytes.CopyTo(work, 0);
            _ = codec.TryRead(work, out _, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void WriteMessage_AnyLength_ComesBackOnTheOtherSide()
    {
        using var codec = Create(Limit);
        _ = Open(codec);
        foreach (var length in (int[])[0, 1, 125, 126, 127, 65535, 65536, 100_000])
        {
            var message = Encoding.ASCII.GetBytes(new string('k', length));

            var bytes = CodecDriver.Written(output => codec.WriteMessage(output, message, binary: false));

            Assert.Equal(message, ToClient(bytes));
        }
    }

    [Fact]
    public void Dispose_InTheMiddleOfAMessage_DoesNoHarm()
    {
        using var codec = Create(Limit);
        var bytes = FromClient(new byte[3000]);

        Open(codec).Feed(bytes.AsSpan(0, 2000));
        codec.Dispose();

        Assert.Equal(["next"], Open(Limit).Feed(FromClient("next"u8.ToArray())).Texts);
    }

    [Fact]
    public void TryRead_RandomBytes_NeverThrowsAndNeverReadsPastTheEnd()
    {
        var random = new Random(20261121);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = new byte[random.Next(1, 400)];
            random.NextBytes(bytes);

            Open(Limit).FeedInPieces(bytes, random.Next(1, bytes.Length + 1));
        }
    }

    [Fact]
    public void TryRead_DamagedMessages_NeverThrowsAndNeverReadsPastTheEnd()
    {
        var random = new Random(6455);
        var good = Encode(["hello", new string('x', 300), "κόσμε", ""]);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = good.ToArray();
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            Open(Limit).FeedInPieces(bytes, random.Next(1, bytes.Length + 1));
        }
    }

    private protected abstract IFrameCodec Create(int maxMessage);

    /// <summary>One message as a client encodes it.</summary>
    private protected abstract byte[] FromClient(byte[] message);

    /// <summary>One message that we encoded, decoded as a client does.</summary>
    private protected abstract byte[] ToClient(byte[] bytes);

    /// <summary>A driver whose codec is past its handshake.</summary>
    private protected virtual CodecDriver Open(IFrameCodec codec) => new(codec);

    private CodecDriver Open(int maxMessage) => Open(Create(maxMessage));

    private byte[] Encode(string[] texts) => [.. texts.SelectMany(text => FromClient(Encoding.UTF8.GetBytes(text)))];
}
