using System.Globalization;
using DataGrid.Contracts.Errors;
using Npgsql;

namespace DataGrid.Metadata.Postgres;

/// <summary>
/// Which PostgreSQL database holds the metadata, and as whom it is used. The text with its password is given to the driver and to nobody
/// else: every text form of this object is <c>host:port/database</c>.
/// </summary>
public sealed class DatabaseConnection
{
    /// <summary>The environment variable that holds the connection of a silo.</summary>
    public const string Variable = "DATAGRID_METADATA";

    /// <summary>How a connection is written.</summary>
    public const string Form = "Host=host;Port=5432;Database=datagrid;Username=datagrid;Password=... or postgres://datagrid:...@host:5432/datagrid";

    /// <summary>Keywords whose names are told when their value is wrong. Others may be a part of a password that holds a semicolon.</summary>
    private static readonly string[] Tellable = ["host", "port", "database", "username", "timeout", "command timeout", "ssl mode", "maximum pool size", "keepalive"];

    private readonly string _text;

    private DatabaseConnection(NpgsqlConnectionStringBuilder builder)
    {
        _text = builder.ConnectionString;
        (Host, Port, Database, User) = (builder.Host!, builder.Port, builder.Database!, builder.Username);
    }

    /// <summary>The host's name, address, or the folder of its socket.</summary>
    public string Host { get; }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>The database.</summary>
    public string Database { get; }

    /// <summary>The user; null when the operating system's is meant.</summary>
    public string? User { get; }

    /// <summary>Reads a connection, in the form of <see cref="Form"/>.</summary>
    /// <exception cref="DataGridException"><see cref="ErrorCodes.UsageInvalid"/>: it cannot be read. The message holds nothing of the text.</exception>
    public static DatabaseConnection Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = text.Contains("://", StringComparison.Ordinal) ? FromUri(text) : new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or KeyNotFoundException or InvalidCastException or OverflowException)
        {
            var keyword = (error as ArgumentException)?.ParamName?.ToLowerInvariant();
            throw Wrong(keyword is not null && Tellable.Contains(keyword, StringComparer.Ordinal) ? $"its {keyword} is wrong" : "it has another form");
        }

        if (string.IsNullOrWhiteSpace(builder.Host))
            throw Wrong("it names no host");
        return string.IsNullOrWhiteSpace(builder.Database) ? throw Wrong("it names no database") : new DatabaseConnection(builder);
    }

    /// <summary>The connection in <see cref="Variable"/>; null when the variable is not set.</summary>
    /// <exception cref="DataGridException"><see cref="ErrorCodes.UsageInvalid"/>: it cannot be read.</exception>
    public static DatabaseConnection? FromEnvironment() =>
        Environment.GetEnvironmentVariable(Variable) is { } text && !string.IsNullOrWhiteSpace(text) ? Parse(text) : null;

    /// <summary><c>host:port/database</c></summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}/{Database}");

    /// <summary>For the driver only: it holds the password.</summary>
    internal NpgsqlConnectionStringBuilder ToBuilder() => new(_text);

    private static NpgsqlConnectionStringBuilder FromUri(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("postgres" or "postgresql"))
            throw new FormatException();
        var user = uri.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder { Host = Uri.UnescapeDataString(uri.Host), Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')) };
        if (uri.Port > 0)
            builder.Port = uri.Port;
        if (user[0].Length > 0)
            builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1)
            builder.Password = Uri.UnescapeDataString(user[1]);
        foreach (var part in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = part.Split('=', 2);
            builder[pair[0] == "sslmode" ? "SSL Mode" : Uri.UnescapeDataString(pair[0])] = Uri.UnescapeDataString(pair.Length > 1 ? pair[1] : "true");
        }

        return builder;
    }

    private static DataGridException Wrong(string what) => new(new Problem
    {
        Code = ErrorCodes.UsageInvalid,
        Message = $"the metadata connection cannot be read: {what}",
        Help = $"write it as {Form}",
    });
}
