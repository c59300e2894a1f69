using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Portico.Contracts.Rpc;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>A worker's socket that was taken over: its input is read from the socket itself, its output is a pipe.</summary>
internal sealed class AdoptedConnection : DefaultConnectionContext
{
    /// <summary>A connection over a socket, which its owner disposes of.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="stream">The same, for writing.</param>
    /// <param name="acceptedAt">When it was taken over.</param>
    public AdoptedConnection(Socket socket, NetworkStream stream, long acceptedAt)
        : base("worker", new WorkerPipes(PipeWriter.Create(stream)), null!)
    {
        RemoteEndPoint = socket.RemoteEndPoint;
        Items[typeof(Tongues)] = acceptedAt;
        Items[typeof(Socket)] = socket;
    }

    /// <summary>
    /// Nothing: who serves it ends it. The base cancels its token of the end on another thread, perhaps after it was
    /// disposed of, and an exception there ends the process.
    /// </summary>
    public override void Abort(ConnectionAbortedException abortReason)
    {
    }

    private sealed class WorkerPipes(PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(Stream.Null);

        public PipeWriter Output => output;
    }
}
