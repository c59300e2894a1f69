using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portico.WebApi.Pages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Endpoints;

/// <summary>The HTTP border: whatever an endpoint throws becomes an answer in the shape of its route, and the process goes on.</summary>
internal sealed partial class ErrorBorder(ProblemPage page, StoreOutage outage, ILogger<ErrorBorder> logger)
{
    [SuppressMessage("Design", "CA1031", Justification = "The HTTP border: the caller sees 500 without details, the operator the log.")]
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            if (context.Response is { StatusCode: 404, HasStarted: false })
            {
                await WriteAsync(context, Problem.NotFound, "There is no such route.", null);
            }
            else if (context.Response is { StatusCode: 405, HasStarted: false })
            {
                await WriteAsync(context, Problem.NotFound, "The route does not take this method.", null);
            }
        }
        catch (RequestException fault)
        {
            await AnswerAsync(context, fault.Problem, fault.Message, fault.Errors, fault.RetrySeconds);
        }
        catch (BadHttpRequestException fault)
        {
            await AnswerAsync(context, ErrorMapping.OfStatus(fault.StatusCode), fault.Message, null);
        }
        catch (StoreUnavailableException fault)
        {
            outage.CallRefused(fault);
            await AnswerAsync(context, Problem.Unavailable, "The message log is away for the moment; try again.", null);
        }
        catch (Exception fault) when (context.RequestAborted.IsCancellationRequested || fault is ConnectionResetException or ConnectionAbortedException)
        {
            // The caller has gone. Else the server would look for the rest of the body, and fail over that with a stack trace.
            context.Abort();
        }
        catch (System.Data.Common.DbException fault)
        {
            outage.CallRefused(fault);
            await AnswerAsync(context, Problem.Unavailable, "The message log is away for the moment; try again.", null);
        }
        catch (Exception fault)
        {
            LogFault(fault, context.Request.Path);
            await AnswerAsync(context, Problem.Internal, "Something went wrong here; it is in the log.", null);
        }
    }

    private async Task AnswerAsync(
        HttpContext context, Problem problem, string detail, IReadOnlyDictionary<string, string>? errors, long retrySeconds = 0)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        if (retrySeconds > 0)
        {
            context.Response.Headers.RetryAfter = retrySeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        await WriteAsync(context, problem, detail, errors);
    }

    private async Task WriteAsync(HttpContext context, Problem problem, string detail, IReadOnlyDictionary<string, string>? errors)
    {
        if (!await page.TryWriteAsync(context, ErrorMapping.Of(problem).Status))
        {
            await Replies.ProblemAsync(context, problem, detail, errors);
        }
    }
}
