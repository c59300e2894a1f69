using System.Text.Json;
using Portico.WebApi.Hosting;
using Portico.WebApi.Messages;

namespace Portico.WebApi.Service;

/// <summary>The frames of the queue (PROTOCOL.md).</summary>
internal static class ServiceFrames
{
    public static ReadOnlyMemory<byte> Badge(long unread) => FrameJson.Frame("badge", json => json.WriteNumber("unread"u8, unread));

    /// <summary>Where a visitor stands; 0: he does not wait.</summary>
    public static ReadOnlyMemory<byte> Position(long position) => FrameJson.Frame("queue", json => json.WriteNumber("position"u8, position));

    /// <summary>He left before anybody answered, or was absent for too long.</summary>
    public static ReadOnlyMemory<byte> Left() => FrameJson.Frame("queue", json =>
    {
        json.WriteNumber("position"u8, 0);
        json.WriteNumber("left"u8, 1);
    });

    public static ReadOnlyMemory<byte> Claimed(string agent) => FrameJson.Frame("claimed", json => json.WriteString("agent"u8, agent));

    public static ReadOnlyMemory<byte> Closed() => FrameJson.Frame("closed", json => json.WriteNumber("rate"u8, 1));

    public static ReadOnlyMemory<byte> Rated(CaseRow rated, long score, string text) => FrameJson.Frame("rated", json =>
    {
        json.WriteString("openid"u8, rated.Openid);
        json.WriteString("agent"u8, rated.Agent);
        json.WriteNumber("score"u8, score);
        json.WriteString("text"u8, text);
    });

    /// <summary>What the body of <c>claim</c> holds.</summary>
    public static Action<Utf8JsonWriter> Claim(CaseRow held, ServiceOptions options) => json =>
    {
        json.WriteString("openid"u8, held.Openid);
        json.WriteString("conversation"u8, held.ConversationId > 0 ? ConversationId.Format(held.ConversationId) : "");
        json.WriteNumber("last_seq"u8, held.LastSeq);
        json.WriteNumber("lease"u8, options.LeaseSeconds);
    };

    public static Action<Utf8JsonWriter> Canned(ServiceOptions options) => json =>
    {
        json.WriteStartArray("answers"u8);
        foreach (var answer in options.Canned)
        {
            json.WriteStartObject();
            json.WriteString("title"u8, answer.Title);
            json.WriteString("text"u8, answer.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    };

    /// <summary>What the body of an agent's <c>queue</c> holds.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="present">Names of the agents who are there.</param>
    /// <param name="agent">Who is told.</param>
    /// <param name="options">For the capacity of those who chose none.</param>
    /// <param name="nowMs">Now.</param>
    public static Action<Utf8JsonWriter> Queue(QueueSnapshot queue, IReadOnlyCollection<string> present, string agent, ServiceOptions options, long nowMs) =>
        json =>
    {
        WriteCases(json, "waiting", queue.Waiting);
        WriteCounts(json, queue);
        WriteCases(json, "mine", queue.Held.Where(row => row.Agent == agent));
        json.WriteStartArray("agents"u8);
        foreach (var name in present)
        {
            WriteAgent(json, queue, name, options);
        }

        json.WriteEndArray();
        json.WriteNumber("now"u8, nowMs);
    };

    /// <summary>How many wait, how many of them have no connection, and how many have left unanswered.</summary>
    public static void WriteCounts(Utf8JsonWriter json, QueueSnapshot queue)
    {
        json.WriteNumber("length"u8, queue.Length);
        json.WriteNumber("absent"u8, queue.Absent);
        json.WriteNumber("left"u8, queue.Left);
    }

    public static void WriteCases(Utf8JsonWriter json, string name, IEnumerable<CaseRow> cases, bool withAgent = false)
    {
        json.WriteStartArray(name);
        foreach (var row in cases)
        {
            json.WriteStartObject();
            json.WriteString("openid"u8, row.Openid);
            json.WriteString("conversation"u8, row.ConversationId > 0 ? ConversationId.Format(row.ConversationId) : "");
            json.WriteNumber("last_seq"u8, row.LastSeq);
            json.WriteNumber("since"u8, row.SinceMs);
            json.WriteNumber("unread"u8, row.Unread);
            if (row.State == CaseState.Left)
            {
                json.WriteNumber("left"u8, row.ClosedAtMs ?? 0);
            }
            else if (row.AwaySinceMs is { } away)
            {
                json.WriteNumber("away"u8, away);
            }

            if (withAgent)
            {
                json.WriteString("agent"u8, row.Agent);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteAgent(Utf8JsonWriter json, QueueSnapshot queue, string name, ServiceOptions options)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteNumber("count"u8, queue.Held.Count(row => row.Agent == name));
        json.WriteNumber("capacity"u8, queue.Capacities.GetValueOrDefault(name, options.AgentCapacity));
        json.WriteEndObject();
    }
}
