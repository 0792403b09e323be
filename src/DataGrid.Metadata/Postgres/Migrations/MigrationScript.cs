using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DataGrid.Metadata.Postgres.Migrations;

/// <summary>
/// One step of the schema: <c>NNNN_name.sql</c> in this folder, built into the assembly. A step that was released is never changed; a new
/// one is added. Its first line is <c>-- compatible-from: N</c>: the lowest schema version that a silo must know to work with a database
/// that has this step. A step that only adds keeps the N of the step before it, so that older silos go on beside newer ones.
/// </summary>
/// <param name="Version">Its number, from 1 without a gap.</param>
/// <param name="Name">What it is about.</param>
/// <param name="CompatibleFrom">See above.</param>
/// <param name="Sql">Its statements.</param>
internal sealed record MigrationScript(int Version, string Name, int CompatibleFrom, string Sql)
{
    private const string Folder = "migrations/";
    private const string Header = "-- compatible-from:";

    /// <summary>The steps that this version knows, in order.</summary>
    public static ImmutableArray<MigrationScript> All { get; } = Load();

    /// <summary>What the text is, whatever its line ends: 32 hexadecimal digits.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))))[..32];

    private static ImmutableArray<MigrationScript> Load()
    {
        var assembly = typeof(MigrationScript).Assembly;
        var names = assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        return [.. names.Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return Parse(Path.GetFileNameWithoutExtension(name[Folder.Length..]), reader.ReadToEnd());
        })];
    }

    private static MigrationScript Parse(string file, string sql)
    {
        var first = sql.AsSpan(0, sql.IndexOf('\n', StringComparison.Ordinal)).Trim().ToString();
        if (!first.StartsWith(Header, StringComparison.Ordinal))
            throw new InvalidOperationException($"The migration {file} does not begin with '{Header}'.");
        var from = int.Parse(first[Header.Length..], CultureInfo.InvariantCulture);
        return new MigrationScript(int.Parse(file[..4], CultureInfo.InvariantCulture), file[5..], from, sql);
    }
}
