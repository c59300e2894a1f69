using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Portico.BusinessWorker.Dispatch;
using Portico.BusinessWorker.Events;

namespace Portico.BusinessWorker.Hosting;

/// <summary>The first and the last callback of every module.</summary>
internal sealed partial class WorkerModules(ModuleTable modules, WorkerServices services, ILogger<WorkerModules> log)
{
    /// <summary>A module that cannot start keeps the worker from starting.</summary>
    public async Task StartAsync()
    {
        foreach (var module in modules.Modules)
        {
            await module.OnWorkerStart(services);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The lane around user code: the operator sees the log entry, the other modules stop all the same.")]
    public async Task StopAsync()
    {
        foreach (var module in modules.Modules)
        {
            try
            {
                await module.OnWorkerStop(services);
            }
            catch (Exception fault)
            {
                StopFailed(log, fault, module.GetType().Name);
            }
        }
    }
}
