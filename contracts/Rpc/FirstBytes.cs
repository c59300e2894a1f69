using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Portico.Contracts.Rpc;

/// <summary>What a connection of Kestrel's begins with, looked at and not taken.</summary>
internal static class FirstBytes
{
    /// <summary>Waits for the first bytes and copies them.</summary>
    /// <returns>False when they did not come in time, or the peer went, or the host stops.</returns>
    public static async Task<bool> TryPeekAsync(
        ConnectionContext connection, Memory<byte> first, TimeProvider timeProvider, TimeSpan deadline, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(deadline, timeProvider);

        // Do not let idle connections delay shutdown.
        using var ending = stopping.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), limit);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                // Not with ConnectionClosed: it fires too when a peer has sent its command and closed at once, and what it sent counts.
                var read = await input.ReadAsync(limit.Token);
                if (read.Buffer.Length >= first.Length)
                {
                    read.Buffer.Slice(0, first.Length).CopyTo(first.Span);

                    // Nothing examined, so that the next reader gets the bytes at once.
                    input.AdvanceTo(read.Buffer.Start);
                    return true;
                }

                if (read.IsCompleted || read.IsCanceled)
                {
                    return false;
                }

                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // The peer was silent too long or went away: there is nobody to tell, and nothing was begun.
            return false;
        }
    }
}
