using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portico.Client;
using Portico.WebApi.Hosting;
using Portico.WebApi.Identity;
using Portico.WebApi.Import;
using Portico.WebApi.Media;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Endpoints;

/// <summary>What an administrator asks and does, with an API key: the gateways; import of the old tables, retention, export of a conversation.</summary>
internal sealed class AdminEndpoints(
    RequestScopes scopes, OldTableImport import, Retention retention, PictureRemoval pictures,
    ChatLog log, MessageJson view, IGatewayCommands gateways, RegisterWatcher registers, WebApiOptions options)
{
    private const int Page = 1000;

    // March 1973 in milliseconds, the year 5138 in seconds: no time that is meant is on the other side.
    private const long EarliestMilliseconds = 100_000_000_000;

    /// <summary><c>GET /api/v1/admin/gateways</c>: what each holds, or why it does not say.</summary>
    public async Task GatewaysAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        scope.RequireBackend();
        scope.Arguments.ThrowIfFaulty();
        if (registers.Current.Version == 0)
        {
            throw new RequestException(Problem.Unavailable, "No register has answered yet: which gateways there are is not known.");
        }

        var reports = await GatewaySurvey.RunAsync(gateways, TimeSpan.FromMilliseconds(options.Limits.GatewayMilliseconds), context.RequestAborted);
        await Replies.JsonAsync(context, json =>
        {
            json.WriteStartArray("gateways"u8);
            foreach (var report in reports)
            {
                json.WriteStartObject();
                json.WriteString("address"u8, report.Gateway.ToString());
                json.WriteNumber("clients"u8, report.Clients);
                json.WriteNumber("uids"u8, report.Uids);
                json.WriteNumber("groups"u8, report.Groups);
                if (report.Fault is { } fault)
                {
                    json.WriteString("fault"u8, fault);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    /// <summary><c>POST /api/v1/admin/import</c>: <c>take_over</c>, <c>repair</c>.</summary>
    public async Task ImportAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        scope.RequireBackend();
        var (takeOver, repair) = (scope.Arguments.Flag("take_over"), scope.Arguments.Flag("repair"));
        scope.Arguments.ThrowIfFaulty();
        var reports = await RunAsync(takeOver, repair);
        await Replies.JsonAsync(context, json =>
        {
            json.WriteStartArray("tables"u8);
            foreach (var report in reports)
            {
                json.WriteStartObject();
                json.WriteString("table"u8, report.Table);
                json.WriteNumber("imported"u8, report.Imported);
                json.WriteNumber("known"u8, report.Known);
                json.WriteNumber("skipped"u8, report.Skipped);
                json.WriteBoolean("taken_over"u8, report.TakenOver);
                if (report.InTheWay is { } inTheWay)
                {
                    json.WriteString("in_the_way"u8, inTheWay);
                }

                if (report.Repaired is { } repaired)
                {
                    json.WriteNumber("repaired"u8, repaired);
                    json.WriteNumber("removed"u8, report.Removed);
                }

                Write(json, "skipped_rows", report.SkippedRows);
                Write(json, "corrected_rows", report.CorrectedRows);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    // The ids are those of the first rows, as texts: an old table may have any.
    private static void Write(Utf8JsonWriter json, string name, RowRemarks remarks)
    {
        if (remarks.IsEmpty)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var (remark, rows, ids) in remarks.All)
        {
            json.WriteStartObject();
            json.WriteString("reason"u8, remark);
            json.WriteNumber("rows"u8, rows);
            json.WriteStartArray("ids"u8);
            foreach (var id in ids)
            {
                json.WriteStringValue(id);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private async Task<List<ImportReport>> RunAsync(bool takeOver, bool repair)
    {
        try
        {
            return await import.RunAsync(takeOver, repair);
        }
        catch (OldTableException fault)
        {
            throw new RequestException(Problem.Conflict, fault.Message);
        }
    }

    /// <summary><c>POST /api/v1/admin/retention</c>: <c>before</c> (unix milliseconds, not in the future), <c>conversation</c> or all.</summary>
    public async Task RetentionAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        scope.RequireBackend();
        scope.Arguments.Required("before");
        var before = scope.Arguments.Number("before", 0, 1, long.MaxValue);
        if (before is > 0 and < EarliestMilliseconds)
        {
            scope.Arguments.Fault("before", "must be unix time in milliseconds; this one looks like seconds.");
        }
        else if (before > log.Clock.NowMs)
        {
            scope.Arguments.Fault("before", "must not be in the future (unix time in milliseconds).");
        }

        var one = scope.Arguments.Number("conversation", 0, 1, long.MaxValue);
        scope.Arguments.ThrowIfFaulty();
        if (one > 0 && await log.FindAsync(one) is null)
        {
            throw new RequestException(Problem.NotFound, "There is no such conversation.");
        }

        long? conversation = one > 0 ? one : null;
        var kept = await pictures.FindKeptAsync(before, conversation);
        var touched = await retention.ForgetAsync(before, conversation, forgotten => pictures.RemoveForgottenAsync(forgotten, kept));
        await Replies.JsonAsync(context, json => json.WriteNumber("conversations"u8, touched));
    }

    /// <summary><c>GET /api/v1/admin/export?conversation=</c>: every message that is kept, a JSON object a line.</summary>
    public async Task ExportAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        scope.RequireBackend();
        var name = scope.Arguments.Required("conversation");
        scope.Arguments.ThrowIfFaulty();
        if (!ConversationId.TryParse(name, out var id) || await log.FindAsync(id) is not { } conversation)
        {
            throw new RequestException(Problem.NotFound, "There is no such conversation.");
        }

        context.Response.ContentType = "application/x-ndjson; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl = "no-store";
        for (var after = 0L; await log.ReadAfterAsync(id, after, Page, options.Limits.PageBytes) is { Messages: { Count: > 0 } page }; after = page[^1].Seq)
        {
            foreach (var message in page)
            {
                await using var line = new MemoryStream();
                await using (var json = new Utf8JsonWriter(line, RelaxedJson.Writer))
                {
                    view.Write(json, Caller.Backend, conversation, message);
                }

                line.WriteByte((byte)'\n');
                await context.Response.Body.WriteAsync(line.ToArray(), context.RequestAborted);
            }
        }
    }
}
