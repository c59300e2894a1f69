using System.Data.Common;
using Dapper;

namespace Portico.WebApi.Service;

/// <summary>
/// Tables of the queue. A case is one round of service for a visitor, from his first message until somebody closes it; <c>open_key</c> is
/// his openid while it is open and null afterwards, so that nobody ever has two open ones. The head of the queue has the lowest (place, id) of those
/// who are there; <c>away_since_ms</c> is set while a waiting visitor has no connection.
/// </summary>
internal static class ServiceSchema
{
    public const string Sqlite = """
        CREATE TABLE IF NOT EXISTS service_cases (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            openid TEXT NOT NULL,
            open_key TEXT NULL UNIQUE,
            state INTEGER NOT NULL,
            agent TEXT NOT NULL,
            place INTEGER NOT NULL,
            since_ms INTEGER NOT NULL,
            lease_until_ms INTEGER NOT NULL,
            closed_at_ms INTEGER NULL,
            score INTEGER NULL,
            rating TEXT NULL,
            rated_at_ms INTEGER NULL);
        CREATE INDEX IF NOT EXISTS service_cases_queue ON service_cases (state, place, id);
        CREATE INDEX IF NOT EXISTS service_cases_agent ON service_cases (agent, state);
        CREATE INDEX IF NOT EXISTS service_cases_openid ON service_cases (openid, id);
        CREATE TABLE IF NOT EXISTS service_agents (
            name TEXT NOT NULL PRIMARY KEY,
            capacity INTEGER NULL);
        """;

    public const string MySql = """
        CREATE TABLE IF NOT EXISTS service_cases (
            id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
            openid VARCHAR(128) NOT NULL,
            open_key VARCHAR(128) NULL,
            state TINYINT NOT NULL,
            agent VARCHAR(128) NOT NULL,
            place BIGINT NOT NULL,
            since_ms BIGINT NOT NULL,
            lease_until_ms BIGINT NOT NULL,
            closed_at_ms BIGINT NULL,
            score TINYINT NULL,
            rating TEXT NULL,
            rated_at_ms BIGINT NULL,
            UNIQUE KEY service_cases_open (open_key),
            KEY service_cases_queue (state, place, id),
            KEY service_cases_agent (agent, state),
            KEY service_cases_openid (openid, id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
        CREATE TABLE IF NOT EXISTS service_agents (
            name VARCHAR(128) NOT NULL PRIMARY KEY,
            capacity INT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
        """;

    /// <summary>Adds the column that says since when a waiting visitor has no connection, unless a run that ended early has added it.</summary>
    public static void AddAbsence(DbConnection connection)
    {
        using (var columns = connection.ExecuteReader("SELECT * FROM service_cases LIMIT 0"))
        {
            if (Enumerable.Range(0, columns.FieldCount).Any(at => columns.GetName(at) == "away_since_ms"))
            {
                return;
            }
        }

        connection.Execute("ALTER TABLE service_cases ADD COLUMN away_since_ms BIGINT NULL");
    }
}
