using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using Portico.Contracts.Link;

namespace Portico.Contracts.Rpc.SingleStream;

/// <summary>
/// A stream in both directions on a connection of its own, from the caller's side: ordinary gRPC over ordinary HTTP/2, but without the
/// general machinery, which costs several changes of thread for each batch. One thread waits in the socket and hands out what comes. Only
/// with a server that knows it (<see cref="StreamPreface"/>); with any other use <see cref="RpcChannel.DuplexAsync"/>.
/// </summary>
public sealed class SingleStreamCall : IStreamOwner, IDisposable
{
    // What the gateway sends at once when it is busy: some hundred events.
    private const int ReceiveBytes = 64 * 1024;
    private const int KeptBytes = 1024 * 1024;

    private readonly Uri _address;
    private readonly byte[] _preface;
    private readonly RpcChannelOptions _options;
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly SocketWriter _writer;
    private readonly StreamReceiver _receiver;
    private readonly LinkBuffer _received = new(ReceiveBytes);
    private readonly byte[] _raw = new byte[ReceiveBytes];
    private readonly TaskCompletionSource<bool> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ReadBytes> _reader = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool? _isOurs;
    private bool _done;
    private StreamHeaders? _last;
    private ITimer? _pings;
    private volatile bool _disposed;

    private SingleStreamCall(Uri address, byte[] preface, RpcChannelOptions options)
    {
        _address = address;
        _preface = preface;
        _options = options;
        _writer = new SocketWriter(_socket);
        _receiver = new StreamReceiver(this, isServer: false);
    }

    /// <summary>Reads bytes of the body; gives how many it is done with. The rest comes again with what follows.</summary>
    public delegate int ReadBytes(ReadOnlyMemory<byte> received);

    /// <summary>The framed requests; FlushAsync sends and is done when it returns.</summary>
    public PipeWriter Requests => _writer;

    /// <summary>Dials, and waits for the server to show what it is.</summary>
    /// <param name="address"><c>http://host:port</c>.</param>
    /// <param name="path">The method.</param>
    /// <param name="place">Which of the server's places the stream is for.</param>
    /// <param name="options">Key, sizes, times.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when the server is of another kind.</returns>
    /// <exception cref="RpcException">It cannot be reached.</exception>
    public static async Task<SingleStreamCall?> TryOpenAsync(
        Uri address, string path, uint place, RpcChannelOptions options, CancellationToken cancellationToken)
    {
        var metadata = new RpcMetadata();
        RpcSecretKey.AddTo(metadata, options.SecretKey);
        var call = new SingleStreamCall(address, StreamPreface.OfCaller(address, path, place, metadata), options);
        try
        {
            new Thread(call.Run) { IsBackground = true, Name = $"link {address.Authority}" }.Start();
            if (await call._opened.Task.WaitAsync(options.ConnectTimeout, options.TimeProvider, cancellationToken))
            {
                return call;
            }
        }
        catch (TimeoutException fault)
        {
            call.Dispose();
            throw new RpcException(RpcStatusCode.Unavailable, "the connection attempt takes too long", fault);
        }
        catch
        {
            call.Dispose();
            throw;
        }

        call.Dispose();
        return null;
    }

    /// <summary>
    /// Has everything that comes read by <paramref name="read"/>, on the connection's own thread, to the end of the stream.
    /// </summary>
    /// <exception cref="RpcException">It did not end well.</exception>
    public async Task ReadAllAsync(ReadBytes read, CancellationToken cancellationToken)
    {
        using var cancelled = cancellationToken.UnsafeRegister(static call => ((SingleStreamCall)call!).Dispose(), this);
        _reader.TrySetResult(read);
        try
        {
            await _ended.Task;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var status = _last?.Find("grpc-status");
        if (status != "0")
        {
            var known = int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code);
            throw new RpcException(
                known ? (RpcStatusCode)code : RpcStatusCode.Unknown,
                RpcStatusText.Decode(_last?.Find("grpc-message") ?? "the server did not say how the call ended"));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _socket.Dispose();
        _reader.TrySetResult(static received => received.Length);
    }

    void IStreamOwner.OnSettings(bool isOurs) => _isOurs = isOurs;

    void IStreamOwner.OnHeaders(StreamHeaders headers) => _last = headers;

    void IStreamOwner.OnData(ReadOnlySpan<byte> data) => _received.Append(data);

    void IStreamOwner.OnEnd() => _done = true;

    void IStreamOwner.OnWindow(uint increment) => _writer.OnWindow(increment);

    void IStreamOwner.Reply(byte[] frame) => _writer.SendFrame(frame);

    [SuppressMessage("Design", "CA1031", Justification = "The thread's border: whoever waits for the call sees what went wrong.")]
    private void Run()
    {
        try
        {
            Connect();
            if (_isOurs == true)
            {
                Receive();
            }

            _ended.TrySetResult();
        }
        catch (Exception fault)
        {
            var told = fault is RpcException ? fault : new RpcException(RpcStatusCode.Unavailable, _disposed ? "the call was given up" : fault.Message, fault);
            _ended.TrySetException(told);
            _ = _ended.Task.Exception;
            if (_opened.TrySetException(told))
            {
                _ = _opened.Task.Exception;
            }
        }

        _pings?.Dispose();
        _socket.Dispose();
        _received.Dispose();
    }

    private void Connect()
    {
        _socket.Connect(_address.Host, _address.Port);
        _socket.ReceiveTimeout = (int)_options.KeepAlivePingDelay.TotalMilliseconds;
        _socket.SendTimeout = (int)(_options.KeepAlivePingDelay + _options.KeepAlivePingTimeout).TotalMilliseconds;
        _writer.SendFrame(_preface);
        while (_isOurs is null && ReceiveSome())
        {
        }

        if (_isOurs == true)
        {
            // By a timer: callbacks run on this thread, and one that takes its time must not look like a dead worker.
            var period = _options.KeepAlivePingDelay * 2 / 3;
            _pings = _options.TimeProvider.CreateTimer(static writer => ((SocketWriter)writer!).TryPing(), _writer, period, period);
        }

        _opened.TrySetResult(_isOurs == true);
    }

    [SuppressMessage("Usage", "VSTHRD002", Justification = "The connection's own thread waits for its reader, once.")]
    private void Receive()
    {
        var read = _reader.Task.GetAwaiter().GetResult();
        do
        {
            if (_received.Length > 0)
            {
                _received.RemoveStart(read(_received.WrittenMemory));
                if (_received.Length == 0)
                {
                    _received.Clear(KeptBytes);
                }
            }
        }
        while (!_done && ReceiveSome());
    }

    /// <summary>Waits for bytes and takes them apart; false when the server closed without having shown what it is.</summary>
    private bool ReceiveSome()
    {
        var count = Wait();
        if (count == 0)
        {
            return _isOurs is null ? false : throw new RpcException(RpcStatusCode.Unavailable, "the server has closed the connection");
        }

        if (!_receiver.TryReceive(_raw.AsSpan(0, count)) && _isOurs != false)
        {
            throw new RpcException(RpcStatusCode.Unavailable, _receiver.Fault!);
        }

        return true;
    }

    private int Wait()
    {
        try
        {
            return _socket.Receive(_raw);
        }
        catch (SocketException silence) when (silence.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock && _isOurs is not null)
        {
            // Only silent, or dead? Whatever comes now is an answer.
            _writer.SendFrame(StreamPreface.Ping());
            return _socket.Receive(_raw);
        }
    }
}
