using System.Text.Encodings.Web;
using System.Text.Json;

namespace Portico.WebApi.Messages;

/// <summary>JSON for sockets and programs: only what JSON itself demands is escaped, so Chinese text keeps its size.</summary>
internal static class RelaxedJson
{
    public static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly JsonWriterOptions Writer = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
}
