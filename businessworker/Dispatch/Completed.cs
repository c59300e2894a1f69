using System.Diagnostics.CodeAnalysis;

namespace Portico.BusinessWorker.Dispatch;

/// <summary>A ValueTask that is complete has to be consumed all the same, so that what is behind it can be used again.</summary>
internal static class Completed
{
    [SuppressMessage("Usage", "VSTHRD002", Justification = "The caller has seen that it is complete: nothing is waited for.")]
    public static void Consume(ValueTask task) => task.GetAwaiter().GetResult();
}
