using System.Text;

namespace Portico.BusinessWorker.Events;

/// <summary>
/// Commands to all gateways whose answer nobody waits for; for answers use the gateway client. Each goes out on every stream to every gateway, in
/// order with all else this worker sends there. A task that is not yet complete says that a link is behind. Names are UTF-8.
/// </summary>
public interface IGatewayPosts
{
    /// <summary>A message to every client of a uid.</summary>
    ValueTask ToUidAsync(ReadOnlySpan<byte> uid, ReadOnlySpan<byte> message, bool binary = false);

    /// <summary>A message to every client of a uid.</summary>
    ValueTask ToUidAsync(string uid, ReadOnlySpan<byte> message, bool binary = false) => ToUidAsync(Encoding.UTF8.GetBytes(uid), message, binary);

    /// <summary>A message to every member of a group.</summary>
    ValueTask ToGroupAsync(ReadOnlySpan<byte> group, ReadOnlySpan<byte> message, bool binary = false);

    /// <summary>A message to every member of a group.</summary>
    ValueTask ToGroupAsync(string group, ReadOnlySpan<byte> message, bool binary = false) => ToGroupAsync(Encoding.UTF8.GetBytes(group), message, binary);

    /// <summary>A message to every client.</summary>
    ValueTask ToAllAsync(ReadOnlySpan<byte> message, bool binary = false);
}
