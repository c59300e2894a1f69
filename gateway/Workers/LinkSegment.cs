namespace Portico.Gateway.Workers;

/// <summary>Encoded events that stand together in a block and are not sent yet: one message of the link.</summary>
/// <param name="Block">Where they are.</param>
/// <param name="Start">First byte.</param>
/// <param name="End">Behind the last byte.</param>
/// <param name="FirstSequence">Sequence of the first.</param>
/// <param name="LastSequence">Sequence of the last.</param>
internal readonly record struct LinkSegment(EventBlock Block, int Start, int End, ulong FirstSequence, ulong LastSequence);
