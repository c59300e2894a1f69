namespace Portico.Cluster.Tests.Support;

/// <summary>Tests that measure time or memory of a process: nothing else of this project runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "alone";
}
