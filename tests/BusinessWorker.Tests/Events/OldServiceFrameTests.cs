using System.Text;
using Portico.BusinessWorker.Events.Service;

namespace Portico.BusinessWorker.Tests.Events;

public sealed class OldServiceFrameTests
{
    [Theory]
    [InlineData("""{"type":2,"msg":"hi"}""", "hi", "")]
    [InlineData("""{"type":"2","msg":"hi","openid":"o_1"}""", "hi", "o_1")]
    [InlineData("""{"type":1,"msg":12.50,"openid":7}""", "12.50", "7")]
    [InlineData("""{"msg":"0","type":"1"}""", "0", "")]
    public void TryRead_NumberOrText_IsRead(string json, string message, string openid) =>
        Assert.Equal(new OldServiceFrame(message, openid), OldServiceFrame.TryRead(Encoding.UTF8.GetBytes(json), out _));

    [Theory]
    [InlineData("nonsense", "bad_json")]
    [InlineData("[]", "bad_json")]
    [InlineData("""{"type":2,"msg":"\ud800"}""", "bad_json")]
    [InlineData("""{"msg":"hi"}""", "unknown_type")]
    [InlineData("""{"type":"","msg":"hi"}""", "unknown_type")]
    [InlineData("""{"type":0,"msg":"hi"}""", "unknown_type")]
    [InlineData("""{"type":true,"msg":"hi"}""", "unknown_type")]
    [InlineData("""{"type":"claim","openid":"o_1"}""", "unknown_type")]
    [InlineData("""{"type":2}""", "bad_field")]
    [InlineData("""{"type":2,"msg":""}""", "bad_field")]
    [InlineData("""{"type":2,"msg":null}""", "bad_field")]
    [InlineData("""{"type":2,"msg":{"a":1}}""", "bad_field")]
    public void TryRead_MissingEmptyOrBroken_IsNothing(string json, string fault)
    {
        Assert.Null(OldServiceFrame.TryRead(Encoding.UTF8.GetBytes(json), out var found));
        Assert.Equal(fault, found);
    }
}
