namespace Portico.WebApi.Hosting;

/// <summary>Where pictures that buyers sent in WeChat are fetched by their media id.</summary>
/// <param name="BaseAddress">Server; default https://api.weixin.qq.com. <c>cgi-bin/media/get</c> is asked for under it.</param>
/// <param name="Token">The access token; null when a file holds it.</param>
/// <param name="TokenFile">File whose text is the access token, read at each use since tokens change every two hours; null for none.</param>
internal sealed record WeChatOptions(Uri BaseAddress, string? Token, string? TokenFile);
