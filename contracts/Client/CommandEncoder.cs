using System.IO.Pipelines;
using Google.Protobuf;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;

namespace Portico.Client;

/// <summary>
/// Puts what waits into as few messages as the sizes allow: about <see cref="MessageBytes"/> each, bodies above
/// <see cref="PartBytes"/> in pieces before the command that names them. One for each stream, used by its sender alone.
/// </summary>
internal sealed class CommandEncoder(PipeWriter output)
{
    /// <summary>Largest piece of a body, and largest body that stays whole (PROTOCOL.md, Parts).</summary>
    public const int PartBytes = 256 * 1024;

    /// <summary>A message is sent when it has grown to this, well below the peers' limit of 4 MiB.</summary>
    private const int MessageBytes = 512 * 1024;

    private ulong _lastPart;

    /// <summary>Writes and flushes; one flush for a batch that fits one message.</summary>
    public async Task WriteAsync(List<Command> commands)
    {
        var request = new ExecuteRequest();
        var size = 0;
        foreach (var command in commands)
        {
            if (command.Body.Length > PartBytes)
            {
                // What came before goes first, so that the order of the stream is that of the calls.
                await SendAsync(request);
                request = new ExecuteRequest();
                size = 0;
                await SendPartsAsync(command);
            }

            request.Commands.Add(command);
            size += command.CalculateSize();
            if (size >= MessageBytes)
            {
                await SendAsync(request);
                request = new ExecuteRequest();
                size = 0;
            }
        }

        await SendAsync(request);
    }

    private async Task SendPartsAsync(Command command)
    {
        var id = ++_lastPart;
        var body = command.Body;
        for (var start = 0; start < body.Length; start += PartBytes)
        {
            var piece = body.Memory.Slice(start, Math.Min(PartBytes, body.Length - start));
            await SendAsync(new ExecuteRequest { Parts = { new BodyPart { Id = id, Data = UnsafeByteOperations.UnsafeWrap(piece) } } });
        }

        command.BodyPart = id;
        command.Body = ByteString.Empty;
    }

    private async Task SendAsync(ExecuteRequest request)
    {
        if (request.Commands.Count == 0 && request.Parts.Count == 0)
        {
            return;
        }

        RpcFraming.WriteMessage(output, request);
        _ = await output.FlushAsync();
    }
}
