using System.Data.Common;

namespace Portico.WebApi.Storage;

/// <summary>Adds many rows of another system at once, in the statements that suit one database; calls that write run in a transaction of the writer.</summary>
internal interface IBulkRows
{
    /// <summary>Makes the conversations that are not there, without messages yet.</summary>
    void AddConversations(DbConnection connection, IReadOnlyCollection<ConversationKey> keys);

    /// <summary>Reads the conversations and holds them until the transaction ends.</summary>
    Dictionary<ConversationKey, BulkConversation> Hold(DbConnection connection, IReadOnlyCollection<ConversationKey> keys);

    /// <summary>The rows that are in the log already, by their keys.</summary>
    Dictionary<string, KnownRow> FindKnown(DbConnection connection, IReadOnlyList<BulkRow> rows);

    /// <summary>Which of the ids some message has.</summary>
    HashSet<long> FindTaken(DbConnection connection, IReadOnlyList<long> ids);

    /// <summary>Inserts the rows; those that keep their ids come first.</summary>
    void Insert(DbConnection connection, IReadOnlyList<BulkInsert> rows);

    /// <summary>Writes the counters back.</summary>
    void Update(DbConnection connection, IReadOnlyCollection<BulkConversation> conversations);
}
