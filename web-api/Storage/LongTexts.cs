using System.Data.Common;
using Dapper;

namespace Portico.WebApi.Storage;

/// <summary>
/// Texts that earlier versions stored without their escaped form: SQL made it with nested replace(), which takes minutes for some hundred thousand quotes.
/// </summary>
internal static class LongTexts
{
    // A text may have a mebibyte.
    private const int PageLength = 16;

    // Seconds; the first page of a log without such texts reads all of it.
    private const int Patience = 3600;

    /// <summary>Stores the escaped form of every long text that lacks it; ended anywhere, the next run goes on.</summary>
    public static void Escape(DbConnection connection)
    {
        for (var after = long.MinValue; ;)
        {
            var page = connection.Query<(long Id, string Content)>(
                $"""
                SELECT m.id, m.content FROM messages m JOIN conversations c ON c.id = m.conversation_id
                WHERE m.id > @after AND m.type = 1 AND m.html IS NULL AND c.application = 'shop' AND OCTET_LENGTH(m.content) > {HtmlText.LongestInSql}
                    AND (m.content LIKE '%&%' OR m.content LIKE '%<%' OR m.content LIKE '%>%' OR m.content LIKE '%"%' OR m.content LIKE '%''%')
                ORDER BY m.id LIMIT {PageLength}
                """,
                new { after },
                commandTimeout: Patience).AsList();
            if (page.Count == 0)
            {
                return;
            }

            foreach (var (id, content) in page.Where(row => HtmlText.Stored(row.Content) is not null))
            {
                connection.Execute(
                    "UPDATE messages SET html = @html WHERE id = @id AND html IS NULL AND content = @content",
                    new { id, html = HtmlText.Stored(content), content },
                    commandTimeout: Patience);
            }

            after = page[^1].Id;
        }
    }
}
