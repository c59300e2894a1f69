using System.Text;
using System.Text.Json;
using Portico.Contracts.GatewayWorker;

namespace Portico.WebApi.Endpoints;

/// <summary>Reads the argument <c>session</c> into the serialized bytes that gateways keep.</summary>
internal static class SessionArgument
{
    private const string Name = "session";
    private const int MaxDepth = 16;

    public static ReadOnlyMemory<byte> Read(Arguments arguments)
    {
        arguments.Know(Name);
        if (arguments.Json is { } json && json.TryGetProperty(Name, out var element) && element.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
        {
            return FromJson(arguments, element.GetRawText());
        }

        var fields = arguments.Fields.Where(field => field.Key.StartsWith(Name + "[", StringComparison.Ordinal)).ToList();
        if (fields.Count > 0)
        {
            return FromFields(arguments, fields);
        }

        return arguments.Text(Name) switch
        {
            null => Fault(arguments, "is missing."),
            "" => ReadOnlyMemory<byte>.Empty,
            var text => FromJson(arguments, text),
        };
    }

    private static ReadOnlyMemory<byte> FromJson(Arguments arguments, string json) =>
        PhpJson.TryDecode(Encoding.UTF8.GetBytes(json), out var value) && value.AsArray() is { } array
            ? PhpSerialize.Serialize(array)
            : Fault(arguments, "must be a JSON object.");

    // session[user][name]=x, as PHP's http_build_query writes nested arrays; session[]=x takes the next number.
    private static ReadOnlyMemory<byte> FromFields(Arguments arguments, List<KeyValuePair<string, string>> fields)
    {
        var session = new PhpArray();
        foreach (var (key, value) in fields)
        {
            var path = key[(Name.Length + 1)..].TrimEnd(']').Split("][");
            if (!key.EndsWith(']') || path.Length > MaxDepth)
            {
                return Fault(arguments, "must be like session[name]=value.");
            }

            var place = session;
            foreach (var step in path[..^1])
            {
                var next = step.Length > 0 ? place[step].AsArray() : null;
                if (next is null)
                {
                    next = [];
                    Put(place, step, next);
                }

                place = next;
            }

            Put(place, path[^1], value);
        }

        return PhpSerialize.Serialize(session);
    }

    private static void Put(PhpArray place, string key, PhpValue value)
    {
        if (key.Length == 0)
        {
            place.Add(value);
        }
        else
        {
            place[key] = value;
        }
    }

    private static ReadOnlyMemory<byte> Fault(Arguments arguments, string fault)
    {
        arguments.Fault(Name, fault);
        return ReadOnlyMemory<byte>.Empty;
    }
}
