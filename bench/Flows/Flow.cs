namespace Portico.Bench.Flows;

/// <summary>One row of the table: a load that wsload can make, and which of its numbers counts.</summary>
/// <param name="Name">Short, for --only.</param>
/// <param name="Does">What a reader of the table sees.</param>
/// <param name="Rate">Field of wsload's JSON.</param>
/// <param name="Load">wsload's mode and options, without url and times.</param>
/// <param name="CeilingPath">Path of the bare C server that does the nearest to it; null when it cannot.</param>
internal sealed record Flow(string Name, string Does, string Rate, IReadOnlyList<string> Load, string? CeilingPath)
{
    /// <summary>Those of the project's table of numbers to reach.</summary>
    public static IReadOnlyList<Flow> All { get; } =
    [
        new("echo64x1", "echo through the worker, 64 connections, 1 in flight", "msgs_per_s", ["echo", "--conns", "64"], "/"),
        new("echo64x16", "the same, 16 in flight", "msgs_per_s", ["echo", "--conns", "64", "--depth", "16"], "/"),
        new("echo1000x1", "echo, 1000 connections", "msgs_per_s", ["echo", "--conns", "1000"], "/"),
        new(
            "pair200",
            "sendToUid between 200 pairs",
            "msgs_per_s",
            [
                "pair", "--conns", "200", "--bind-template", """{"type":"bind","uid":"u{UID}"}""", "--bind-ack", "\"ok\":1",
                "--send-template", """{"type":"send","toClientUid":"u{TO_UID}","content":"TS={TS} {PAD}"}""",
            ],
            null),
        new(
            "all1000",
            "sendToAll to 1000",
            "deliveries_per_s",
            ["fanout", "--conns", "1000", "--publish-template", """{"type":"broadcast","content":"TS={TS} {PAD}"}"""],
            "/broadcast"),
        new(
            "group1000",
            "sendToGroup to 1000",
            "deliveries_per_s",
            [
                "fanout", "--conns", "1000", "--join", """{"type":"join","group":"bench"}""", "--join-ack", "\"ok\":1",
                "--publish-template", """{"type":"group","group":"bench","content":"TS={TS} {PAD}"}""",
            ],
            null),
        new("churn32", "connect, handshake, close", "connects_per_s", ["churn", "--conns", "32"], "/"),
    ];
}
