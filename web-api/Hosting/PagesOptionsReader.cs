using Microsoft.Extensions.Configuration;

namespace Portico.WebApi.Hosting;

/// <summary>Reads the section <c>WebApi:Pages</c>.</summary>
internal static class PagesOptionsReader
{
    private const string Section = "WebApi:Pages";

    public static PagesOptions Read(OptionReader reader, IConfiguration configuration) => new()
    {
        Name = reader.Text(Section + ":Name") ?? "",
        Greeting = reader.Text(Section + ":Greeting") ?? "",
        GreetingText = reader.Text(Section + ":GreetingText") ?? "",
        SignInUrl = SignInUrl(reader),
        Faq = Faq(reader, configuration),
    };

    private static string SignInUrl(OptionReader reader)
    {
        const string Key = Section + ":SignInUrl";
        var text = reader.Text(Key) ?? "";
        var isPath = text.StartsWith('/') && !text.StartsWith("//", StringComparison.Ordinal) && !text.StartsWith("/\\", StringComparison.Ordinal);
        var isAddress = Uri.TryCreate(text.Replace("{return}", "", StringComparison.Ordinal), UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https";
        if (text.Length > 0 && !isPath && !isAddress)
        {
            reader.Faults.Add(Key, text, "must be an http(s) address, or a path that begins with one slash.");
        }

        return text;
    }

    private static List<FrequentQuestion> Faq(OptionReader reader, IConfiguration configuration)
    {
        var faq = new List<FrequentQuestion>();
        foreach (var entry in configuration.GetSection(Section + ":Faq").GetChildren())
        {
            if (entry["Question"] is { Length: > 0 } question && entry["Answer"] is { Length: > 0 } answer)
            {
                faq.Add(new FrequentQuestion(question, answer));
            }
            else
            {
                reader.Faults.Add(entry.Path, null, "must have a Question and an Answer.");
            }
        }

        return faq;
    }
}
