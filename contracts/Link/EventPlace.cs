namespace Portico.Contracts.Link;

/// <summary>Where one encoded Event lies in its <see cref="EventBatchWriter"/>.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct EventPlace(int Offset, int Length);
