using System.CommandLine;

namespace Portico.Cli;

/// <summary>The options of every command that calls web-api.</summary>
internal static class WebApiArguments
{
    /// <summary>Where it is.</summary>
    public static Option<Uri> Address() => Address("--web-api", "Address of the web-api.", "http://127.0.0.1:8080", Uri.UriSchemeHttp, Uri.UriSchemeHttps);

    /// <summary>An option that holds an address of one of the schemes.</summary>
    public static Option<Uri> Address(string name, string description, string? otherwise, params string[] schemes)
    {
        var option = new Option<Uri>(name)
        {
            Description = description,
            CustomParser = result => // the library knows no Uri
            {
                if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var uri) && schemes.Contains(uri.Scheme))
                {
                    return uri;
                }

                result.AddError($"{name} must be an address like {otherwise ?? schemes[0] + "://127.0.0.1:8282/service"}, not '{result.Tokens[0].Value}'.");
                return null;
            },
        };
        if (otherwise is not null)
        {
            option.DefaultValueFactory = _ => new Uri(otherwise);
        }

        return option;
    }
}
