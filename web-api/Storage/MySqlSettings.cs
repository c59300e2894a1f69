using System.Data.Common;
using MySqlConnector;

namespace Portico.WebApi.Storage;

/// <summary>The connection string of MySQL or MariaDB: what is wrong with one, and what is added to one.</summary>
internal static class MySqlSettings
{
    /// <summary>
    /// Connections of one web-api for reading at once, unless the text says otherwise (<c>Maximum Pool Size</c>). MariaDB takes 151 by default, and
    /// the shop's PHP, whose database it may be, needs its share; more than this many queries at once do not make a database faster.
    /// </summary>
    public const uint PoolSize = 32;

    // Seconds.
    private const uint ConnectSeconds = 5;

    // Keys of MySql.Data that this driver does not have and that say nothing about where the data is: texts that have one go on working.
    private static readonly HashSet<string> Ignored = new(StringComparer.OrdinalIgnoreCase)
    {
        "allowbatch", "logging", "usedefaultcommandtimeoutforef", "allowloadlocalinfileinpath", "includesecurityasserts", "useusageadvisor", "usageadvisor",
        "procedurecachesize", "procedurecache", "useperformancemonitor", "useperfmon", "perfmon", "respectbinaryflags", "functionsreturnstring",
        "sqlservermode", "tablecaching", "tablecache", "defaulttablecacheage", "checkparameters", "replication", "exceptioninterceptors",
        "commandinterceptors", "rewritebatchedstatements", "cacheserverproperties", "treatblobsasutf8", "blobasutf8includepattern", "blobasutf8excludepattern",
    };

    /// <summary>What is wrong with a connection string, without any value of it (one may be a password); null when nothing is.</summary>
    public static string? FaultOf(string connectionString)
    {
        DbConnectionStringBuilder pairs;
        try
        {
            pairs = Pairs(connectionString);
        }
        catch (ArgumentException)
        {
            return "must be pairs like Server=…;Database=…;User ID=…;Password=… (a value with ; or = in it stands in quotes).";
        }

        var builder = new MySqlConnectionStringBuilder();
        foreach (string key in pairs.Keys)
        {
            try
            {
                builder[key] = pairs[key];
            }
            catch (Exception fault) when (fault is ArgumentException or FormatException or OverflowException)
            {
                return builder.Keys.Cast<string>().Contains(key, StringComparer.OrdinalIgnoreCase)
                    || !fault.Message.Contains("not supported", StringComparison.Ordinal)
                    ? $"has a value for the key '{key}' that is not possible."
                    : $"has a key '{key}' that is unknown (a value with ; in it stands in quotes).";
            }
        }

        return builder.Server.Length == 0 ? "must name a Server." : builder.Database.Length == 0 ? "must name a Database." : null;
    }

    /// <summary>The text for connections of the pool.</summary>
    public static string ForReading(string connectionString)
    {
        var builder = Complete(connectionString);
        Default("Maximum Pool Size", () => builder.MaximumPoolSize = Math.Max(PoolSize, builder.MinimumPoolSize));
        // Reads leave nothing behind in a session, so it need not be reset for the next: the driver only asks whether it still lives.
        Default("Connection Reset", () => builder.ConnectionReset = false);
        return builder.ToString();

        void Default(string key, Action set)
        {
            if (!builder.ShouldSerialize(key))
            {
                set();
            }
        }
    }

    /// <summary>The text for a connection that is held for long and closed when it is given back.</summary>
    public static string ForWriting(string connectionString)
    {
        var builder = Complete(connectionString);
        builder.Pooling = false;
        // The variable that tells the writes of our triggers from others'.
        builder.AllowUserVariables = true;
        return builder.ToString();
    }

    private static MySqlConnectionStringBuilder Complete(string connectionString)
    {
        var builder = new MySqlConnectionStringBuilder(Pairs(connectionString).ConnectionString);
        if (!builder.ShouldSerialize("Connection Timeout"))
        {
            builder.ConnectionTimeout = ConnectSeconds;
        }

        // Statements run in whatever transaction their connection has. A TINYINT(1) of an old table is a number, a CHAR(36) is a text.
        builder.IgnoreCommandTransaction = true;
        builder.TreatTinyAsBoolean = false;
        builder.GuidFormat = MySqlGuidFormat.None;
        return builder;
    }

    private static DbConnectionStringBuilder Pairs(string connectionString)
    {
        var pairs = new DbConnectionStringBuilder { ConnectionString = connectionString };
        foreach (var key in pairs.Keys.Cast<string>().Where(key => Ignored.Contains(key.Replace(" ", "", StringComparison.Ordinal))).ToList())
        {
            pairs.Remove(key);
        }

        return pairs;
    }
}
