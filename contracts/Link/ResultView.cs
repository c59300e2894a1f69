using System.Text;
using Portico.Contracts.Results;

namespace Portico.Contracts.Link;

/// <summary>
/// One command's result (gateway.proto, CommandResult) without an object. Rows are left to the generated class: parse <see cref="Encoded"/> when
/// <see cref="HasRows"/>.
/// </summary>
public ref struct ResultView
{
    /// <summary>The command's id.</summary>
    public ulong Id { get; set; }

    /// <summary>How it ended.</summary>
    public CommandStatus Status { get; set; }

    /// <summary>Clients it reached.</summary>
    public uint Delivered { get; set; }

    /// <summary>The number asked for.</summary>
    public uint Count { get; set; }

    /// <summary>Further results of this id follow.</summary>
    public bool More { get; set; }

    /// <summary>Why it was refused, UTF-8.</summary>
    public ReadOnlySpan<byte> Error { get; set; }

    /// <summary>There are clients or counts in <see cref="Encoded"/>.</summary>
    public bool HasRows { get; set; }

    /// <summary>The whole CommandResult; empty on one that is to be written.</summary>
    public ReadOnlySpan<byte> Encoded { get; set; }

    /// <summary>Reads an encoded CommandResult; false when the bytes are not one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> encoded, out ResultView view)
    {
        view = new ResultView { Encoded = encoded };
        var reader = new WireReader(encoded);
        while (reader.TryTag(out var tag))
        {
            switch (tag)
            {
                case LinkTags.ResultId:
                    view.Id = reader.Number();
                    break;
                case LinkTags.ResultStatus:
                    view.Status = (CommandStatus)(int)reader.Number();
                    break;
                case LinkTags.ResultDelivered:
                    view.Delivered = reader.Number32();
                    break;
                case LinkTags.ResultCount:
                    view.Count = reader.Number32();
                    break;
                case LinkTags.ResultMore:
                    view.More = reader.Flag();
                    break;
                case LinkTags.ResultError:
                    view.Error = reader.Bytes();
                    break;
                default:
                    view.HasRows |= tag is LinkTags.ResultClients or LinkTags.ResultCounts;
                    reader.Skip(tag);
                    break;
            }
        }

        return !reader.Malformed;
    }

    /// <summary>The error as text, null when there is none.</summary>
    public readonly string? ErrorText() => Error.IsEmpty ? null : Encoding.UTF8.GetString(Error);

    internal readonly int Measure() =>
        LinkTags.SizeOf(Id) + LinkTags.SizeOf((uint)Status) + LinkTags.SizeOf(Delivered) + LinkTags.SizeOf(Count)
        + (More ? 2 : 0) + LinkTags.SizeOfBytes(Error.Length);

    internal readonly void Write(Span<byte> destination)
    {
        var writer = new WireWriter(destination);
        writer.Number(LinkTags.ResultId, Id);
        writer.Number(LinkTags.ResultStatus, (uint)Status);
        writer.Number(LinkTags.ResultDelivered, Delivered);
        writer.Number(LinkTags.ResultCount, Count);
        writer.Number(LinkTags.ResultMore, More ? 1u : 0);
        writer.Bytes(LinkTags.ResultError, Error);
    }
}
