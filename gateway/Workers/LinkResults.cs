using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Workers;

/// <summary>Results that wait to be sent to one worker, cut into messages of bounded length.</summary>
internal sealed class LinkResults(LinkLimits limits) : IResultSink, IDisposable
{
    private const int KeptCapacity = 64 * 1024;

    private readonly Queue<int> _cuts = new();
    private LinkBuffer _filling = new();
    private LinkBuffer _taken = new();
    private int _lastCut;
    private int _position;
    private bool _disposed;

    /// <inheritdoc/>
    public CommandWindow? Window { get; set; }

    /// <summary>Nothing waits.</summary>
    public bool IsEmpty => _filling.Length == 0 && _position == _taken.Length;

    /// <summary>The worker does not read its results.</summary>
    public bool IsOverLimit => _filling.Length + (_taken.Length - _position) > limits.Results;

    /// <inheritdoc/>
    public void Add(scoped in ResultView result)
    {
        if (!_disposed)
        {
            GatewayMessageWriter.AppendResult(_filling, result);
            Cut();
        }
    }

    /// <inheritdoc/>
    public void Add(CommandResult result)
    {
        if (!_disposed)
        {
            GatewayMessageWriter.AppendResult(_filling, result);
            Cut();
        }
    }

    /// <summary>Adds a probe, which goes the same way.</summary>
    public void AddProbe(ulong probe)
    {
        if (!_disposed)
        {
            GatewayMessageWriter.AppendProbe(_filling, probe);
        }
    }

    /// <summary>Takes the fields of the next message; valid until the next call.</summary>
    public bool TryTake(out ReadOnlySpan<byte> fields)
    {
        if (_position == _taken.Length)
        {
            if (_filling.Length == 0)
            {
                fields = default;
                return false;
            }

            // What is filled goes out; its cuts end with the end.
            if (_lastCut < _filling.Length)
            {
                _cuts.Enqueue(_filling.Length);
            }

            _taken.Clear(KeptCapacity);
            (_taken, _filling) = (_filling, _taken);
            _lastCut = 0;
            _position = 0;
        }

        var end = _cuts.Dequeue();
        fields = _taken.WrittenSpan[_position..end];
        _position = end;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _filling.Dispose();
        _taken.Dispose();
        _position = 0;
    }

    private void Cut()
    {
        if (_filling.Length - _lastCut >= limits.Message)
        {
            _lastCut = _filling.Length;
            _cuts.Enqueue(_lastCut);
        }
    }
}
