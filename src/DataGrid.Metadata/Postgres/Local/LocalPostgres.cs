using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using DataGrid.Contracts.Errors;
using Npgsql;

namespace DataGrid.Metadata.Postgres.Local;

/// <summary>How a PostgreSQL of one's own is run.</summary>
public sealed record LocalPostgresOptions
{
    /// <summary>The folder for its data, log and password; made when it is not there. PostgreSQL started by the superuser runs as <c>nobody</c>, who must be able to reach it.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether what it acknowledges survives the machine's failure. Off only for tests.</summary>
    public bool IsDurable { get; init; } = true;

    /// <summary>How many connections it takes.</summary>
    public int MaxConnections { get; init; } = 200;

    /// <summary>What is wrong with the settings: one sentence each, naming the setting.</summary>
    public IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(Folder))
            yield return $"{nameof(Folder)} is blank: it must be a folder.";
        if (MaxConnections is < 10 or > 10_000)
            yield return $"{nameof(MaxConnections)} is {MaxConnections}: it must be between 10 and 10000.";
    }
}

/// <summary>
/// A PostgreSQL of one's own on this machine: it listens on a free port of the loopback, asks for a password that only this folder knows,
/// and stops with this object or, when this process dies, soon after it.
/// </summary>
public sealed class LocalPostgres : IAsyncDisposable
{
    private const string User = "datagrid";
    private readonly PostgresBinaries _binaries;
    private readonly LocalPostgresOptions _options;
    private readonly string _password;
    private Process? _guard;

    private LocalPostgres(PostgresBinaries binaries, LocalPostgresOptions options, string password) => (_binaries, _options, _password) = (binaries, options, password);

    /// <summary>The port that it listens on.</summary>
    public int Port { get; private set; }

    /// <summary>The programs that it runs.</summary>
    public PostgresBinaries Binaries => _binaries;

    /// <summary>Its main process.</summary>
    public int ProcessId => int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    private string Data => Path.Combine(_options.Folder, "data");

    private string Log => Path.Combine(_options.Folder, "postgres.log");

    /// <summary>Starts it, making its data first when there are none. One that an earlier process left running is stopped first.</summary>
    /// <exception cref="DataGridException"><see cref="ErrorCodes.EnvironmentIncomplete"/>: it does not start; the message says why.</exception>
    public static async Task<LocalPostgres> StartAsync(PostgresBinaries binaries, LocalPostgresOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(binaries);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate().FirstOrDefault() is { } objection)
            throw new ArgumentException(objection, nameof(options));
        options = options with { Folder = Path.GetFullPath(options.Folder) };
        var password = await PreparePasswordAsync(options.Folder, cancellationToken).ConfigureAwait(false);
        var server = new LocalPostgres(binaries, options, password);
        if (!File.Exists(Path.Combine(server.Data, "PG_VERSION")))
            await server.InitializeAsync(cancellationToken).ConfigureAwait(false);
        await server.RequireVersionAsync(cancellationToken).ConfigureAwait(false);
        if (File.Exists(Path.Combine(server.Data, "postmaster.pid")))
            await server.StopAsync("fast", cancellationToken).ConfigureAwait(false);
        await server.StartAsync(cancellationToken).ConfigureAwait(false);
        return server;
    }

    /// <summary>The connection to one of its databases; the text holds the password.</summary>
    public string ConnectionText(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Database={database};Username={User};Password={_password}");

    /// <summary>Makes a database unless it is there.</summary>
    public async Task CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionText("postgres") + ";Pooling=false");
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = name } } };
        if (await exists.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not null)
            return;
        await using var create = new NpgsqlCommand($"CREATE DATABASE \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", connection);
        await create.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts it again on the same port, after <see cref="StopAsync"/>.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        if (await TryStartAsync(Port, cancellationToken).ConfigureAwait(false) is { } problem)
            throw problem;
    }

    /// <summary>Stops it.</summary>
    /// <param name="mode"><c>fast</c>: open transactions are given up; <c>immediate</c>: as a crash does it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task StopAsync(string mode, CancellationToken cancellationToken)
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
            await Tool.RunAsync(As([_binaries.PathOf("pg_ctl"), "-D", Data, "-m", mode, "-w", "-t", "60", "stop"]), _options.Folder, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops it.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync("fast", CancellationToken.None).ConfigureAwait(false);
        if (_guard is { } guard)
        {
            guard.StandardInput.Close();
            await guard.WaitForExitAsync().ConfigureAwait(false);
            guard.Dispose();
            _guard = null;
        }
    }

    // PostgreSQL refuses to run as the superuser.
    private static string[] As(string[] command) => Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows()
        ? ["setpriv", "--reuid=nobody", $"--regid={Group()}", "--clear-groups", .. command]
        : command;

    private static string Group() => File.Exists("/etc/group") && File.ReadLines("/etc/group").Any(static line => line.StartsWith("nogroup:", StringComparison.Ordinal)) ? "nogroup" : "nobody";

    private static async Task<string> PreparePasswordAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "password");
        if (!File.Exists(file))
        {
            var draft = $"{file}.{Guid.NewGuid():N}";
            await using (var stream = new FileStream(draft, OperatingSystem.IsWindows()
                ? new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write }
                : new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
                await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(32, lowercase: true)), cancellationToken).ConfigureAwait(false);
            File.Move(draft, file, overwrite: true);
        }

        return (await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false)).Trim();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static DataGridException Failed(string what, string said) => new(new Problem
    {
        Code = ErrorCodes.EnvironmentIncomplete,
        Message = $"PostgreSQL {what}: {said.ReplaceLineEndings(" ")}",
        Help = "mend what it says, use a PostgreSQL of your own, or run as an ordinary user in a folder of that user",
    });

    private async Task InitializeAsync(CancellationToken cancellationToken)
    {
        if (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows())
            await Tool.RunAsync(["chown", "-R", $"nobody:{Group()}", _options.Folder], null, cancellationToken).ConfigureAwait(false);
        // What an interrupted attempt left has no PG_VERSION, and would be refused.
        if (Directory.Exists(Data))
            Directory.Delete(Data, recursive: true);
        string[] command =
        [
            _binaries.PathOf("initdb"), "-D", Data, "-U", User, "--auth=scram-sha-256", $"--pwfile={Path.Combine(_options.Folder, "password")}", "-E", "UTF8", "--no-locale",
            .. _options.IsDurable ? Array.Empty<string>() : ["--no-sync"],
        ];
        var result = await Tool.RunAsync(As(command), null, cancellationToken).ConfigureAwait(false);
        if (!result.IsSuccess)
            throw Failed($"could not make its data in {Data}", result.Output);
    }

    private async Task RequireVersionAsync(CancellationToken cancellationToken)
    {
        var made = (await File.ReadAllTextAsync(Path.Combine(Data, "PG_VERSION"), cancellationToken).ConfigureAwait(false)).Trim();
        if (made != _binaries.Version.Split('.')[0])
            throw Failed($"{_binaries.Version} cannot use {Data}", $"version {made} made it; name the folder of that version's programs in {PostgresBinaries.Variable}");
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        // Between finding a port free and using it another process may take it.
        DataGridException? problem = null;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            problem = await TryStartAsync(FreePort(), cancellationToken).ConfigureAwait(false);
            if (problem is null)
                return;
        }

        throw problem!;
    }

    private async Task<DataGridException?> TryStartAsync(int port, CancellationToken cancellationToken)
    {
        var settings = string.Create(
            CultureInfo.InvariantCulture,
            $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections={_options.MaxConnections} -c password_encryption=scram-sha-256");
        if (!_options.IsDurable)
            settings += " -c fsync=off -c synchronous_commit=on -c full_page_writes=off";
        var result = await Tool.RunAsync(
            As([_binaries.PathOf("pg_ctl"), "-D", Data, "-l", Log, "-w", "-t", "60", "-o", settings, "start"]), _options.Folder, cancellationToken).ConfigureAwait(false);
        if (!result.IsSuccess)
            return Failed("does not start", $"{result.Output} {(File.Exists(Log) ? string.Join(' ', File.ReadLines(Log).TakeLast(3)) : "")}");
        Port = port;
        Guard();
        return null;
    }

    // A shell that reads what we never write: it ends when we close the pipe or die, and then stops the server.
    private void Guard()
    {
        if (_guard is not null || OperatingSystem.IsWindows())
            return;
        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _options.Folder };
        foreach (var argument in (string[])["-c", "trap '' INT TERM; cat >/dev/null; exec \"$@\" >/dev/null 2>&1", "sh", .. As([_binaries.PathOf("pg_ctl"), "-D", Data, "-m", "fast", "-w", "stop"])])
            start.ArgumentList.Add(argument);
        _guard = Process.Start(start);
    }
}
