using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;

namespace Portico.Contracts.Rpc;

/// <summary>One call from the caller's side: the HTTP exchange, its deadline, and what its end means.</summary>
internal sealed class RpcClientCall : IDisposable
{
    public static readonly MediaTypeHeaderValue ContentType = new("application/grpc");

    /// <summary>What one read asks for: a few HTTP/2 frames at once.</summary>
    private static readonly StreamPipeReaderOptions ReaderOptions = new(bufferSize: 64 * 1024, minimumReadSize: 16 * 1024);

    private readonly CancellationToken _callers;
    private readonly CancellationTokenSource? _deadline;
    private readonly CancellationTokenSource _ending;
    private readonly Lock _gate = new();
    private HttpRequestMessage? _request;
    private Task<HttpResponseMessage> _sending = null!;
    private HttpResponseMessage? _response;
    private bool _disposed;
    private CancellationTokenRegistration _abort;

    public RpcClientCall(TimeProvider time, TimeSpan? timeout, CancellationToken callers)
    {
        _callers = callers;
        Timeout = timeout;
        _deadline = timeout is { } limit ? new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.FromTicks(1), time) : null;
        _ending = CancellationTokenSource.CreateLinkedTokenSource(callers, _deadline?.Token ?? CancellationToken.None);
    }

    public TimeSpan? Timeout { get; }

    public void Send(HttpMessageInvoker invoker, Uri uri, HttpContent content, ReadOnlySpan<RpcMetadata?> metadata)
    {
        // Without the exact version on the message itself the handler would speak HTTP/1.1.
        _request = new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        _request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (Timeout is { } timeout)
        {
            _ = _request.Headers.TryAddWithoutValidation("grpc-timeout", RpcTimeout.Format(timeout));
        }

        foreach (var part in metadata)
        {
            foreach (var (key, value) in part ?? [])
            {
                _ = _request.Headers.TryAddWithoutValidation(key, value);
            }
        }

        try
        {
            _sending = invoker.SendAsync(_request, _ending.Token);
        }
        catch (ObjectDisposedException fault)
        {
            throw new RpcException(RpcStatusCode.Cancelled, "the channel is closed", fault);
        }

        // A call that is given up before its answer is looked at must not leave a fault unobserved.
        _ = _sending.ContinueWith(static sent => sent.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    /// <summary>The writing end, once the connection stands.</summary>
    public async Task<PipeWriter> OpenRequestsAsync(RpcStreamContent content)
    {
        if (await Task.WhenAny(content.Opened, _sending) == _sending)
        {
            // A server that refuses resets the stream: the body stream may then never be opened.
            ThrowIfRefused(await ReceiveAsync());
        }

        // A server may answer before it has read anything; its body stream is then open or about to be.
        try
        {
            var stream = await content.Opened.WaitAsync(_ending.Token);
            return PipeWriter.Create(new RpcBodyStream(stream, this), new StreamPipeWriterOptions(minimumBufferSize: 16 * 1024, leaveOpen: true));
        }
        catch (OperationCanceledException fault)
        {
            throw Translate(fault);
        }
    }

    /// <summary>The reading end, once the server's headers are there.</summary>
    public async Task<PipeReader> OpenResponsesAsync()
    {
        var response = await ReceiveAsync();
        ThrowIfRefused(response);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(_ending.Token);
            return PipeReader.Create(new RpcBodyStream(stream, this), ReaderOptions);
        }
        catch (OperationCanceledException fault)
        {
            throw Translate(fault);
        }
    }

    /// <summary>Looks at the status, after the last message was read.</summary>
    public void ThrowUnlessOk()
    {
        var response = _response ?? throw new InvalidOperationException("The responses were not opened.");
        var headers = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : response.Headers;
        ThrowUnlessOk(headers);
    }

    /// <summary>What a fault of the exchange means for the call.</summary>
    public Exception Translate(Exception fault)
    {
        if (_callers.IsCancellationRequested)
        {
            return new OperationCanceledException("The call was cancelled by its caller.", fault, _callers);
        }

        if (_deadline is { IsCancellationRequested: true })
        {
            return new RpcException(RpcStatusCode.DeadlineExceeded, "the deadline has passed", fault);
        }

        return _disposed
            ? new RpcException(RpcStatusCode.Cancelled, "the call was given up", fault)
            : new RpcException(RpcFaults.StatusOf(fault), fault);
    }

    /// <summary>
    /// What a fault of sending means for the call. A server that refuses answers before it has read anything and resets the stream: the
    /// writer, too, is to see why.
    /// </summary>
    public async Task<Exception> TranslateSendingAsync(Exception fault)
    {
        try
        {
            // It has ended or is about to: the exchange does not outlive its request.
            ThrowIfRefused(await ReceiveAsync());
            return Translate(fault);
        }
        catch (Exception known) when (known is RpcException or OperationCanceledException)
        {
            return known;
        }
    }

    /// <summary>Ends the call whatever its state; the server sees its stream reset.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        _abort.Dispose();
        _ending.Cancel();
        _response?.Dispose();
        _request?.Dispose();
        _ending.Dispose();
        _deadline?.Dispose();
    }

    private async Task<HttpResponseMessage> ReceiveAsync()
    {
        try
        {
            var response = await _sending;
            lock (_gate)
            {
                if (_response is null)
                {
                    // Past the headers the handler no longer listens to the token; disposing resets the stream.
                    _response = response;
                    _abort = _ending.Token.UnsafeRegister(static state => ((HttpResponseMessage)state!).Dispose(), response);
                }
            }

            return response;
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            throw Translate(_request!.RequestUri!.Scheme == Uri.UriSchemeHttps ? RpcFaults.BeforeAnswer(fault) : fault);
        }
    }

    private static void ThrowIfRefused(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new RpcException(RpcFaults.StatusOf(response.StatusCode));
        }

        if (response.Headers.Contains("grpc-status"))
        {
            ThrowUnlessOk(response.Headers);
        }
        else if (response.Content.Headers.ContentType?.MediaType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new RpcException(RpcStatusCode.Unknown, "the server does not speak gRPC");
        }
        else if (response.Headers.TryGetValues("grpc-encoding", out var encoding) && encoding.FirstOrDefault() != "identity")
        {
            throw new RpcException(RpcStatusCode.Unimplemented, "compressed messages are not spoken here");
        }
    }

    private static void ThrowUnlessOk(HttpResponseHeaders headers)
    {
        var status = RpcFaults.StatusOf(headers);
        if (status.Code == RpcStatusCode.OK)
        {
            return;
        }

        var trailers = new RpcMetadata();
        foreach (var (key, values) in headers)
        {
            foreach (var value in values)
            {
                trailers.AddReceived(key, value);
            }
        }

        throw new RpcException(status) { Trailers = trailers };
    }
}
