using System.Globalization;
using System.Text.Json;
using Portico.WebApi.Identity;

namespace Portico.WebApi.Endpoints;

/// <summary>
/// The named arguments of a request, whichever way they came. What is wrong is collected, so that one answer names every bad field;
/// call <see cref="ThrowIfFaulty"/> after the last read and before the first effect. The arguments that a route has are those that it reads.
/// </summary>
internal sealed class Arguments
{
    private readonly List<string> _read = [];
    private Dictionary<string, string>? _errors;

    public List<KeyValuePair<string, string>> Fields { get; } = [];

    public List<UploadedFile> Files { get; } = [];

    public JsonElement? Json { get; set; }

    /// <summary>
    /// Whether an argument that is not read, one that comes twice, and a list in the place of one value are faults. Not on the routes of old
    /// pages: nobody knows what else those send.
    /// </summary>
    public bool IsStrict { get; set; }

    /// <summary>Notes a bad field.</summary>
    public void Fault(string name, string fault) => (_errors ??= []).TryAdd(name, fault);

    /// <exception cref="RequestException">Something is wrong; it names all of it.</exception>
    public void ThrowIfFaulty()
    {
        if (IsStrict)
        {
            ArgumentCheck.Run(this, _read);
        }

        if (_errors is not null)
        {
            throw new RequestException(Problem.BadArguments, string.Join(" ", _errors.Select(pair => $"{pair.Key} {pair.Value}")), _errors);
        }
    }

    /// <summary>A text, number or boolean as text; null when it is missing (or null).</summary>
    public string? Text(string name)
    {
        _read.Add(name);
        if (IsStrict && ArgumentCheck.HasEntries(Fields, name))
        {
            Fault(name, "must be one value, not a list.");
            return null;
        }

        if (Json is { } json && json.TryGetProperty(name, out var element))
        {
            return Scalar(name, element);
        }

        for (var i = Fields.Count - 1; i >= 0; i--)
        {
            if (Fields[i].Key == name)
            {
                return Fields[i].Value;
            }
        }

        return null;
    }

    /// <summary>The same; missing is a fault.</summary>
    public string Required(string name)
    {
        var text = Text(name);
        if (text is null && _errors?.ContainsKey(name) != true)
        {
            Fault(name, "is missing.");
        }

        return text ?? "";
    }

    /// <summary>A text, or any JSON value as JSON.</summary>
    public string? TextOrJson(string name)
    {
        if (Json is { } json && json.TryGetProperty(name, out var element) && element.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
        {
            _read.Add(name);
            return element.GetRawText();
        }

        return Text(name);
    }

    /// <summary>Says that an argument is known, for one that is read from <see cref="Fields"/> or <see cref="Json"/>, or has no meaning here.</summary>
    public void Know(string name) => _read.Add(name);

    /// <summary>Says that every argument is known.</summary>
    public void KnowAll()
    {
        Json?.EnumerateObject().ToList().ForEach(property => Know(property.Name));
        Fields.ForEach(field => Know(ArgumentCheck.BaseOf(field.Key)));
    }

    /// <summary>A list: <c>name[]=</c> or <c>name[k]=</c> again and again, JSON (also as text), or a single value; null when it is missing.</summary>
    public List<string>? List(string name, int limit)
    {
        _read.Add(name);
        List<string>? list = null;
        if (Json is { } json && json.TryGetProperty(name, out var element))
        {
            list = FromJson(name, element);
        }
        else
        {
            foreach (var (key, value) in Fields)
            {
                if (ArgumentCheck.IsEntry(key, name))
                {
                    (list ??= []).Add(value);
                }
            }

            if (list is null && Text(name) is { } single)
            {
                list = FromText(name, single);
            }
            else if (list is not null && IsStrict && Fields.Exists(field => field.Key == name))
            {
                Fault(name, "is given twice.");
            }
        }

        if (list?.Count > limit)
        {
            Fault(name, $"holds more than {limit} entries.");
            return [];
        }

        return list;
    }

    /// <summary>A whole number in a range, or the fallback when it is missing.</summary>
    public long Number(string name, long fallback, long least, long most)
    {
        var text = Text(name);
        if (text is null || (text.Length == 0 && !IsStrict))
        {
            return fallback;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Fault(name, $"must be a number from {least} to {most}.");
        return fallback;
    }

    /// <summary>PHP's idea of true: anything but "", "0", "false".</summary>
    public bool Flag(string name) => Text(name) is { } text && text is not ("" or "0" or "false");

    /// <summary>A uid.</summary>
    public string Uid(string name)
    {
        var uid = Required(name);
        if (!Uids.IsValid(uid))
        {
            Fault(name, "must be a uid of 1 to 128 characters without blanks, and not 0.");
        }

        return uid;
    }

    private string? Scalar(string name, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.String:
                return StringOf(name, element);
            case JsonValueKind.Number:
                return element.GetRawText();
            case JsonValueKind.True:
                return "1";
            case JsonValueKind.False:
                return "0";
            default:
                Fault(name, "must be a text or a number.");
                return null;
        }
    }

    private string? StringOf(string name, JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            Fault(name, "holds half of a surrogate pair.");
            return null;
        }
    }

    private List<string>? FromJson(string name, JsonElement element)
    {
        var elements = element.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Array => element.EnumerateArray().ToList(),
            JsonValueKind.Object => element.EnumerateObject().Select(property => property.Value).ToList(),
            _ => [element],
        };
        return elements?.Select(entry => Scalar(name, entry) ?? "").ToList();
    }

    private List<string> FromText(string name, string text)
    {
        if (!text.StartsWith('['))
        {
            return text.Length == 0 ? [] : [text];
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            return FromJson(name, json.RootElement) ?? [];
        }
        catch (JsonException)
        {
            Fault(name, "begins like a JSON list but is none.");
            return [];
        }
    }
}
