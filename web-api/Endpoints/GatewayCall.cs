using System.Buffers;
using System.Text.Json;
using Portico.Client;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Ids;
using Portico.Contracts.Results;
using Portico.WebApi.Hosting;

namespace Portico.WebApi.Endpoints;

/// <summary>One call of a GatewayClient method over HTTP: its arguments under their PHP names, the gateways, and what is answered.</summary>
internal sealed class GatewayCall(Arguments arguments, IGatewayClient gateways, WebApiLimits limits, CancellationToken aborted)
{
    private const int LongestReason = 123;

    public IGatewayClient Gateways { get; } = gateways;

    public CancellationToken Aborted { get; } = aborted;

    /// <summary>Gateways that did not answer a query, or did not carry a command for many out: what is told is without their clients.</summary>
    public IReadOnlyList<GatewayReceipt> Failures { get; private set; } = [];

    /// <summary>Why a command to one client was not done; null when it was.</summary>
    public (Problem Problem, string Message)? Fault { get; private set; }

    /// <summary><c>client_id</c>: 20 hex digits.</summary>
    public ClientId ClientId()
    {
        var text = arguments.Required("client_id");
        if (!Portico.Contracts.Ids.ClientId.TryParse(text, out var id))
        {
            arguments.Fault("client_id", "must be 20 hex digits.");
        }

        return id;
    }

    /// <summary>A list of client ids, null when it is missing.</summary>
    public List<ClientId>? ClientIds(string name) => arguments.List(name, limits.ListLength)?.Where(text => text.Length > 0).Select(text =>
    {
        if (!Portico.Contracts.Ids.ClientId.TryParse(text, out var id))
        {
            arguments.Fault(name, "must hold client ids of 20 hex digits.");
        }

        return id;
    }).ToList();

    /// <summary>One uid or group name.</summary>
    public string Name(string argument)
    {
        var name = arguments.Required(argument);
        if (name.Length == 0)
        {
            arguments.Fault(argument, "must not be empty.");
        }

        return name;
    }

    /// <summary>
    /// The uid that a client is bound to, by the rule of every entry. What only asks or sends takes any name: PHP workers may have bound others.
    /// </summary>
    public string Uid() => arguments.Uid("uid");

    /// <summary>One or more uids or group names; PHP calls the list of a batch method by the plural.</summary>
    public List<string> Names(string argument)
    {
        var names = arguments.List(argument, limits.ListLength) ?? arguments.List(argument + "s", limits.ListLength);
        if (names is null)
        {
            arguments.Fault(argument, "is missing.");
        }
        else if (names.Count == 0 || names.Contains(""))
        {
            arguments.Fault(argument, "must not be empty.");
        }

        return names ?? [];
    }

    /// <summary>A group, or null for all clients.</summary>
    public string? OptionalGroup() => arguments.Text("group") is { Length: > 0 } group && group != "0" ? group : null;

    /// <summary><c>message</c>, a text, or any JSON value which goes as JSON.</summary>
    public ReadOnlyMemory<byte> Message()
    {
        var message = arguments.TextOrJson("message");
        if (message is null)
        {
            arguments.Fault("message", "is missing.");
        }

        return System.Text.Encoding.UTF8.GetBytes(message ?? "");
    }

    /// <summary><c>message</c> where it may be left out.</summary>
    public ReadOnlyMemory<byte>? OptionalMessage() =>
        arguments.TextOrJson("message") is { } message ? System.Text.Encoding.UTF8.GetBytes(message) : null;

    /// <summary><c>raw</c> and <c>exclude_client_id</c>.</summary>
    public SendOptions Options(bool mayExclude) => new()
    {
        Raw = arguments.Flag("raw"),
        Exclude = mayExclude ? ClientIds("exclude_client_id") : null,
    };

    /// <summary><c>session</c> as serialized bytes: a JSON object (also as text), or <c>session[key]=value</c>.</summary>
    public ReadOnlyMemory<byte> Session() => SessionArgument.Read(arguments);

    /// <summary>An argument that PHP has and that changes nothing.</summary>
    public void Ignore(string name) => arguments.Know(name);

    /// <summary><c>code</c> and <c>reason</c> of a close; null when neither is given.</summary>
    public CloseReason? Reason()
    {
        var code = arguments.Number("code", CloseReason.Kicked.Code, 1000, 4999);
        if (code is not (1000 or 1001 or 1008 or (>= 1011 and <= 1013) or >= 3000))
        {
            arguments.Fault("code", "must be a close code that an application may send: 1000, 1001, 1008, 1011 to 1013, 3000 to 4999.");
        }

        var reason = arguments.Text("reason");
        if (reason is not null && System.Text.Encoding.UTF8.GetByteCount(reason) > LongestReason)
        {
            arguments.Fault("reason", $"is longer than {LongestReason} bytes, which is what a close frame holds.");
        }

        return code == CloseReason.Kicked.Code && reason is null ? null : new CloseReason((ushort)code, reason ?? "");
    }

    /// <summary>Throws when an argument is wrong; every method calls it before it does anything.</summary>
    public void Check() => arguments.ThrowIfFaulty();

    /// <summary>Throws when no gateway is known: "done, 0 reached" and "nobody is online" would be untrue, and PHP's client throws as well.</summary>
    public static void ThrowIfNobodyAsked(IReadOnlyList<GatewayReceipt> answers)
    {
        if (answers is [{ Status: CommandStatus.NoGateway }])
        {
            throw new RequestException(
                Problem.Unavailable, "No gateway is known: no register has answered yet, or no gateway is announced there. Nothing was done; try again.");
        }
    }

    /// <summary>The value of an answer; who did not answer is remembered.</summary>
    public T Take<T>(QueryResult<T> answer)
    {
        ThrowIfNobodyAsked(answer.Failures);
        Failures = answer.Failures;
        return answer.Value;
    }

    /// <summary>Remembers what became of a command to one client.</summary>
    public void TakeOne(SendReceipt receipt) => Fault = receipt.Gateways.Count == 1 ? ErrorMapping.Of(receipt.Gateways[0]) : null;

    /// <summary>Remembers the gateways that did not carry out a command for many.</summary>
    public void TakeMany(SendReceipt receipt) => Failures = [.. receipt.Gateways.Where(gateway => gateway.Status != CommandStatus.Delivered)];

    /// <summary>Session bytes as JSON; a session without keys is an object too.</summary>
    public static void WriteSession(Utf8JsonWriter json, ReadOnlyMemory<byte> session)
    {
        var array = !session.IsEmpty && PhpSerialize.TryParse(session.Span, out var value) ? value.AsArray() : null;
        json.WriteStartObject();
        foreach (var (key, entry) in array ?? [])
        {
            json.WritePropertyName(key.ToString());
            var text = new ArrayBufferWriter<byte>();
            if (PhpJson.TryEncode(entry, text))
            {
                json.WriteRawValue(text.WrittenSpan, skipInputValidation: true);
            }
            else
            {
                json.WriteNullValue();
            }
        }

        json.WriteEndObject();
    }
}
