using System.Net;
using Google.Protobuf;

namespace Portico.Contracts.Rpc;

/// <summary>The only request of a call, framed.</summary>
internal sealed class RpcRequestContent : HttpContent
{
    private readonly byte[] _framed;

    public RpcRequestContent(IMessage request)
    {
        var length = request.CalculateSize();
        _framed = GC.AllocateUninitializedArray<byte>(RpcFraming.PrefixLength + length);
        RpcFraming.WritePrefix(_framed, length);
        request.WriteTo(_framed.AsSpan(RpcFraming.PrefixLength));
        Headers.ContentType = RpcClientCall.ContentType;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        stream.WriteAsync(_framed, cancellationToken).AsTask();

    // No Content-Length: gRPC has none, and some servers refuse it.
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
