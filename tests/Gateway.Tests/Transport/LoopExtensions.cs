using Portico.Gateway.Transport;
using Portico.Support;

namespace Portico.Gateway.Tests.Transport;

internal static class LoopExtensions
{
    /// <summary>Runs on the loop's thread; its owner must handle <see cref="Action"/> items by calling them.</summary>
    public static Task RunAsync(this EventLoop loop, Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        return done.Task.Guarded();
    }

    private static void Post(this EventLoop loop, Action action) => loop.Post((object)action);
}
