using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Portico.WebApi.Telemetry;

namespace Portico.WebApi.Storage;

/// <summary>
/// The one writer of the log: a thread that takes everything that waits, writes it in one transaction and answers after the commit.
/// Under load the groups grow by themselves, so the price of a commit is shared; nothing ever waits for a timer.
/// </summary>
internal sealed partial class ChatLogWriter : IDisposable
{
    private const int MaxRaces = 8;
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(5);

    // Past it a group is not tried once more: whoever holds the database so long (a backup, an ALTER) has all callers wait behind this group.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly ISqlDialect _dialect;
    private readonly LogClock _clock;
    private readonly StoreLimits _limits;
    private readonly ILogger<ChatLogWriter> _logger;
    private readonly WriteQueue _queue;
    private readonly IBatchAppender _appender;
    private readonly Thread _thread;
    private readonly List<AppendJob> _appends = [];
    private DbConnection? _connection;
    private long _lastCommit = long.MinValue;

    public ChatLogWriter(ISqlDialect dialect, LogClock clock, StoreLimits limits, ILogger<ChatLogWriter> logger)
    {
        _dialect = dialect;
        _clock = clock;
        _limits = limits;
        _logger = logger;
        _queue = new WriteQueue(limits.QueueLength, limits.QueueBytes);
        _appender = dialect.CreateAppender();
        Outage = new StoreOutage(clock.Time, logger);
        _thread = new Thread(Run) { IsBackground = true, Name = "chat log writer" };
        _thread.Start();
    }

    /// <summary>When the last transaction was committed, as a timestamp of the clock; null before the first one. From any thread.</summary>
    public long? LastCommit => Interlocked.Read(ref _lastCommit) is var at && at != long.MinValue ? at : null;

    /// <summary>Tells the operator of failures, the writer's and those of others who use the log.</summary>
    public StoreOutage Outage { get; }

    /// <summary>Queues a write; false when too much waits already.</summary>
    public bool TryAdd(WriteJob job) => _queue.TryAdd(job);

    public void Dispose()
    {
        _queue.Close();
        if (!_thread.Join(StopTime))
        {
            LogStoppedLate();
        }

        _queue.Dispose();
    }

    private void Run()
    {
        var batch = new List<WriteJob>();
        while (_queue.Take(batch, _limits.BatchLength, _limits.BatchBytes))
        {
            Write(batch);
            AnswerSlice.Tell(batch);
            batch.Clear();
        }

        _appender.Dispose();
        DropConnection();
    }

    private void Write(List<WriteJob> batch)
    {
        var began = _clock.Time.GetTimestamp();
        var fault = TryWrite(batch, out var mayBeStored);
        if (fault is null)
        {
            Outage.Stored();
            return;
        }

        WebApiMeter.Failed();
        Outage.WritesFailed(fault, batch.Count);
        // One job that the database refuses must not take the others with it; but what may already be stored is never written twice, and a
        // database that somebody else holds is not waited for by each of them alone.
        if (batch.Count == 1 || mayBeStored || _connection is null || _clock.Time.GetElapsedTime(began) >= Patience)
        {
            batch.ForEach(job => job.Fail(fault));
            return;
        }

        foreach (var job in batch)
        {
            if (TryWrite([job], out _) is { } own)
            {
                job.Fail(own);
            }
        }
    }

    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "The writer's border: the callers are told that it is not known to be stored, and the next batch gets a fresh connection.")]
    private Exception? TryWrite(List<WriteJob> batch, out bool mayBeStored)
    {
        var (first, asked) = (_clock.Time.GetTimestamp(), false);
        for (var attempt = 0; ; attempt++)
        {
            mayBeStored = false;
            var reused = _connection is not null;
            var began = _clock.Time.GetTimestamp();
            try
            {
                WriteOnce(batch, attempt, ref mayBeStored);
                var committed = _clock.Time.GetTimestamp();
                Interlocked.Exchange(ref _lastCommit, committed);
                WebApiMeter.Wrote(batch.Count, _clock.Time.GetElapsedTime(began, committed));
                batch.ForEach(job => job.Complete());
                return null;
            }
            catch (DbException race) when (!mayBeStored && attempt < MaxRaces && _clock.Time.GetElapsedTime(first) < Patience && _dialect.IsRaceLost(race))
            {
                WebApiMeter.LostRace();
                LogRaceLost(race.Message);
            }
            catch (Exception) when (reused && !mayBeStored && attempt == 0 && _clock.Time.GetElapsedTime(first) < Patience)
            {
                // The connection may have died since the last batch, and nothing was committed: once more on a fresh one.
                DropConnection();
            }
            catch (Exception fault) when (mayBeStored && !asked)
            {
                asked = true;
                switch (IsStored(batch, fault))
                {
                    case true:
                        batch.ForEach(job => job.Complete());
                        return null;
                    case null:
                        return fault;
                }
            }
            catch (Exception fault)
            {
                if (fault is not DbException || mayBeStored || _connection?.State != System.Data.ConnectionState.Open)
                {
                    DropConnection();
                }

                return fault;
            }
        }
    }

    // The answer to a COMMIT got lost: asked for on another connection, so that nobody is told "not known" of what is known. Null when it is not.
    [SuppressMessage("Design", "CA1031", Justification = "The database is away: nothing is known, which is what the callers are told.")]
    private bool? IsStored(List<WriteJob> batch, Exception fault)
    {
        DropConnection();
        try
        {
            _connection = _dialect.OpenForWriting();
            var stored = LostCommit.IsStored(_connection, _dialect, batch.OfType<AppendJob>());
            if (stored is { } known)
            {
                LogCommitLost(fault.Message, known);
            }

            return stored;
        }
        catch (Exception)
        {
            DropConnection();
            return null;
        }
    }

    private void WriteOnce(List<WriteJob> batch, int attempt, ref bool mayBeStored)
    {
        var connection = _connection ??= _dialect.OpenForWriting();
        _dialect.Pause(connection, attempt);
        _appends.Clear();
        foreach (var job in batch)
        {
            if (job is AppendJob append)
            {
                _appends.Add(append);
            }
        }

        if (_appends.Count > 0)
        {
            _appender.Prepare(connection, _appends);
        }

        if (_appends.Count == batch.Count && _appender.TryRunAlone(connection, _appends, _clock.NowMs, ref mayBeStored))
        {
            return;
        }

        using var transaction = connection.BeginTransaction(_dialect.Isolation);
        if (_appends.Count > 0)
        {
            _appender.Append(connection, transaction, _appends, _clock.NowMs);
        }

        var moved = false;
        foreach (var job in batch)
        {
            if (job is not AppendJob)
            {
                job.Execute(connection, transaction);
                moved |= job.MovesSequences;
            }
        }

        mayBeStored = true;
        transaction.Commit();
        if (moved)
        {
            _appender.Forget();
        }
        else if (_appends.Count > 0)
        {
            _appender.Committed();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A connection that cannot even be closed is given up; the next batch opens another.")]
    private void DropConnection()
    {
        try
        {
            _connection?.Dispose();
        }
        catch (Exception fault)
        {
            LogCloseFailed(fault.Message);
        }

        _connection = null;
    }
}
