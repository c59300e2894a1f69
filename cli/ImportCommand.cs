using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json;
using Portico.Hosting;

namespace Portico.Cli;

/// <summary><c>portico import</c>: copies the old applications' tables into the message log of a running web-api.</summary>
internal static class ImportCommand
{
    // Millions of rows take minutes, and the answer comes at the end.
    private static readonly TimeSpan Patience = TimeSpan.FromHours(12);

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var address = WebApiArguments.Address();
        var key = KeyOption.ApiKey();
        var takeOver = new Option<bool>("--take-over") { Description = "Rename the old tables to …_old and put the views in their place." };
        var repair = new Option<bool>("--repair") { Description = "Put right what an earlier version imported wrongly, by the old tables." };
        var command =
            new Command("import", "Copies hp_chat_log and chat into the message log, keeping ids; can be run again and again.") { address, takeOver, repair };
        key.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                return await RunAsync(parsed.GetValue(address)!, key.Read(parsed), parsed.GetValue(takeOver), parsed.GetValue(repair), cancellation);
            }
            catch (ConfigurationException fault)
            {
                await Console.Error.WriteLineAsync(fault.Message);
                return 2;
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(Uri address, string? key, bool takeOver, bool repair, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(key))
        {
            await Console.Error.WriteLineAsync("portico import needs --api-key-file, or PORTICO_API_KEY in the environment.");
            return 2;
        }

        using var http = new HttpClient { Timeout = Patience };
        http.DefaultRequestHeaders.Add("X-Api-Key", key);
        try
        {
            using var answer = await http.PostAsJsonAsync(new Uri(address, "/api/v1/admin/import"), new { take_over = takeOver, repair }, cancellationToken);
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                await Console.Error.WriteLineAsync($"{address} answered {(int)answer.StatusCode}: {body.GetProperty("detail").GetString()}");
                return 1;
            }

            Print(body.GetProperty("tables"));
            return 0;
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException)
        {
            await Console.Error.WriteLineAsync($"{address} cannot be asked: {fault.Message}");
            return 1;
        }
    }

    private static void Print(JsonElement tables)
    {
        if (tables.GetArrayLength() == 0)
        {
            Console.WriteLine("There is no table hp_chat_log or chat left to import.");
        }

        foreach (var table in tables.EnumerateArray())
        {
            var over = table.GetProperty("taken_over").GetBoolean() ? ", the view stands in its place now" : "";
            var inTheWay = table.TryGetProperty("in_the_way", out var name) ? $"; {name.GetString()} is there already, so the old table keeps its name" : "";
            Console.WriteLine(
                $"{table.GetProperty("table")}: {table.GetProperty("imported")} imported, {table.GetProperty("known")} known before, "
                    + $"{table.GetProperty("skipped")} skipped{over}{inTheWay}");
            if (table.TryGetProperty("repaired", out var repaired))
            {
                Console.WriteLine(
                    $"  {repaired} messages of an earlier import were put right, {table.GetProperty("removed")} that stood twice or in a wrong "
                        + "conversation were removed");
            }

            PrintRows(table, "skipped_rows", "skipped");
            PrintRows(table, "corrected_rows", "corrected");
        }
    }

    private static void PrintRows(JsonElement table, string name, string done)
    {
        if (!table.TryGetProperty(name, out var remarks))
        {
            return;
        }

        foreach (var remark in remarks.EnumerateArray())
        {
            var (rows, ids) = (remark.GetProperty("rows").GetInt64(), remark.GetProperty("ids").EnumerateArray().Select(id => id.GetString()).ToList());
            var some = ids.Count == 0 ? "" : $" (id {string.Join(", ", ids)}{(rows > ids.Count ? ", …" : "")})";
            Console.WriteLine($"  {rows} {done}: {remark.GetProperty("reason").GetString()}{some}");
        }
    }
}
