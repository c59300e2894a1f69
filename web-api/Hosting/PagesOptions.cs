namespace Portico.WebApi.Hosting;

/// <summary>
/// What the pages say that is a site's own (section <c>WebApi:Pages</c>). What is not set is said in neutral words, in a demo in those of a tea house.
/// </summary>
internal sealed record PagesOptions
{
    /// <summary>Name of the site, in titles and on the visitor's page. Default none.</summary>
    public string Name { get; init; } = "";

    /// <summary>Heading that greets a visitor of the customer service. Default none.</summary>
    public string Greeting { get; init; } = "";

    /// <summary>The sentence below it. Default none.</summary>
    public string GreetingText { get; init; } = "";

    /// <summary>Where people sign in, an http(s) address or a path of this host; <c>{return}</c> stands for the page they came from. Default none.</summary>
    public string SignInUrl { get; init; } = "";

    /// <summary>Questions and answers on the visitor's page. Default none.</summary>
    public IReadOnlyList<FrequentQuestion> Faq { get; init; } = [];

    /// <summary>The address to sign in at, for somebody on <paramref name="page"/>; empty where none is set.</summary>
    public string SignInFrom(string page) => SignInUrl.Replace("{return}", Uri.EscapeDataString(page), StringComparison.Ordinal);
}

/// <summary>A question that is often asked, and its answer.</summary>
internal sealed record FrequentQuestion(string Question, string Answer);
