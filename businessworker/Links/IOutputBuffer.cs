namespace Portico.BusinessWorker.Links;

/// <summary>One of the two buffers of a <see cref="BatchedOutput{TBuffer}"/>.</summary>
internal interface IOutputBuffer : IDisposable
{
    /// <summary>Bytes in it.</summary>
    int Length { get; }

    /// <summary>Its bytes were sent.</summary>
    void Clear();
}
