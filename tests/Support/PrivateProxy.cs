using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Portico.Support;

/// <summary>An nginx or HAProxy of the tests' own, in front of a server on this machine. Needs Debian's nginx, haproxy.</summary>
public sealed class PrivateProxy : IAsyncDisposable
{
    private const string Nginx = "/usr/sbin/nginx";
    private const string HaProxy = "/usr/sbin/haproxy";
    private readonly TemporaryFolder _folder = new();
    private Process? _process;

    private PrivateProxy()
    {
    }

    /// <summary>Why there can be none here, or null.</summary>
    public static string? Missing => !File.Exists(Nginx) ? "nginx is not installed (Debian: nginx)" : !File.Exists(HaProxy) ? "haproxy is not installed (Debian: haproxy)" : null;

    /// <summary>TCP port on 127.0.0.1.</summary>
    public int Port { get; } = FreePort.Take();

    /// <summary>An nginx that passes WebSockets on to <paramref name="target"/>, with further lines for its location.</summary>
    public static Task<PrivateProxy> StartNginxAsync(int target, string location)
    {
        var proxy = new PrivateProxy();
        var folders = string.Concat(((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]).Select(name => $"{name}_temp_path {proxy._folder.File(name)};\n"));
        return proxy.LaunchAsync(Nginx, "-c", $$"""
            daemon off;
            worker_processes 1;
            pid {{proxy._folder.File("pid")}};
            error_log stderr;
            events { worker_connections 256; }
            http {
              access_log off;
              {{folders}}
              server {
                listen 127.0.0.1:{{proxy.Port}};
                location / {
                  proxy_pass http://127.0.0.1:{{target}};
                  proxy_http_version 1.1;
                  proxy_set_header Upgrade $http_upgrade;
                  proxy_set_header Connection "Upgrade";
                  {{location}}
                }
              }
            }
            """);
    }

    /// <summary>A HAProxy that passes bytes on to <paramref name="target"/>, with further words for its server line (<c>send-proxy</c>).</summary>
    public static Task<PrivateProxy> StartHaProxyAsync(int target, string server)
    {
        var proxy = new PrivateProxy();
        return proxy.LaunchAsync(HaProxy, "-f", $"""
            global
              maxconn 256
            defaults
              mode tcp
              timeout connect 60s
              timeout client 60s
              timeout server 60s
            listen front
              bind 127.0.0.1:{proxy.Port}
              server gateway 127.0.0.1:{target} {server}

            """);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync().Guarded();
            process.Dispose();
        }

        _folder.Dispose();
    }

    private async Task<PrivateProxy> LaunchAsync(string program, string option, string configuration)
    {
        var file = _folder.File("proxy.conf");
        await File.WriteAllTextAsync(file, configuration);
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.Path };
        start.ArgumentList.Add(option);
        start.ArgumentList.Add(file);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        await Guard.UntilAsync(TryConnectAsync, program);
        return this;
    }

    private async Task<bool> TryConnectAsync()
    {
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync(IPAddress.Loopback, Port).Guarded();
            return true;
        }
        catch (SocketException)
        {
            // Not there yet.
            return false;
        }
    }
}
