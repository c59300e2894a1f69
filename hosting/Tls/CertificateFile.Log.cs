using Microsoft.Extensions.Logging;

namespace Portico.Hosting.Tls;

public sealed partial class CertificateFile
{
    [LoggerMessage(11, LogLevel.Information, "The certificate {File} was read anew, it is valid until {NotAfter:u}")]
    private partial void LogReloaded(string file, DateTime notAfter);

    [LoggerMessage(12, LogLevel.Error, "The certificate {File} has changed and cannot be read; the old one stays in use")]
    private partial void LogReloadFailed(Exception exception, string file);
}
