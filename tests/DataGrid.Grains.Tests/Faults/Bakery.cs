using System.Globalization;
using System.Text;

namespace DataGrid.Grains.Tests.Faults;

/// <summary>A project with a step of every kind, whose rows depend on its input files alone and not on how many runs read them.</summary>
internal sealed class Bakery : IDisposable
{
    private static readonly (string Table, string Key)[] Keys =
    [
        ("silver.sales", "id"), ("silver.sales__quarantine", "id"), ("silver.daily", "id"), ("silver.daily__quarantine", "id"), ("silver.balance", "account"), ("gold.ledger", "id"),
    ];

    private int _batches;

    public Bakery(int rowsPerBatch = 200)
    {
        RowsPerBatch = rowsPerBatch;
        Project.Write("datagrid.yaml", "pipeline: bakery\nsources:\n  raw.sales:\n    files: data/sales-*.csv\ndefaults: { retries: 1, backoff: 1s, timeout: 10m }\n")
            .Write("models/silver/sales.sql", "/* datagrid\nmaterialize: append\nexpect:\n  - { name: sold, that: \"amount > 0\", otherwise: quarantine }\n*/\nselect id, account, amount, day from raw.sales\n")
            .Write("models/silver/balance.sql", "/* datagrid\nmaterialize: merge\nkeys: [account]\n*/\nselect account, sum(amount)::bigint as total, max(id) as newest from raw.sales group by account\n")
            .Write("models/silver/daily.sql", "/* datagrid\npartition_by: [day]\nexpect:\n  - { name: small, that: \"amount < 900\", otherwise: quarantine }\n  - { unique: [id] }\n*/\nselect id, account, amount, day from silver.sales\n")
            .Write("models/gold/ledger.sql", "/* datagrid\nmaterialize: append\n*/\nselect id, amount from silver.sales\n")
            .Write("models/gold/best.sql", "/* datagrid\nmaterialize: view\n*/\nselect account from silver.balance order by total desc limit 1\n");
        AddBatch();
    }

    public TestProject Project { get; } = new();

    public int RowsPerBatch { get; }

    /// <summary>A file of new rows arrives. It appears whole, as a source's files must.</summary>
    public void AddBatch()
    {
        var text = new StringBuilder("id,account,amount,day\n");
        var random = new Random(1000 + _batches);
        for (var row = 0; row < RowsPerBatch; row++)
            text.Append(CultureInfo.InvariantCulture, $"{(_batches * RowsPerBatch) + row},a{random.Next(17)},{random.Next(-50, 1000)},2026-01-{1 + random.Next(4):D2}\n");
        var draft = Path.Combine(Project.Folder, "draft.csv");
        File.WriteAllText(draft, text.ToString());
        Directory.CreateDirectory(Path.Combine(Project.Folder, "data"));
        File.Move(draft, Path.Combine(Project.Folder, $"data/sales-{_batches++:D4}.csv"), overwrite: true);
    }

    /// <summary>Checks the root, and its rows against those of a project with the same input that one undisturbed run made.</summary>
    public async Task<List<string>> CheckAsync()
    {
        using var oracle = new TestProject();
        foreach (var file in Directory.EnumerateFiles(Project.Folder, "*", SearchOption.AllDirectories))
            if (Path.GetRelativePath(Project.Folder, file) is var name && !name.StartsWith(".datagrid", StringComparison.Ordinal)) oracle.Write(name, await File.ReadAllTextAsync(file));
        var undisturbed = await oracle.RunAsync();
        Assert.Null(undisturbed.Problem);
        using var expected = new RootChecker(oracle.Root);
        using var actual = new RootChecker(Project.Root);
        var findings = actual.Check();
        findings.AddRange(expected.Check().Select(static finding => $"the undisturbed run: {finding}"));
        foreach (var (table, key) in Keys)
        {
            if (actual.Difference(table, expected) is { } difference) findings.Add(difference);
            if (actual.Repeated(table, key) is > 0 and var repeated) findings.Add($"{table}: {repeated} values of {key} stand more than once");
        }
        var all = (long)_batches * RowsPerBatch;
        var kept = actual.CountRows("silver.sales") + actual.CountRows("silver.sales__quarantine");
        if (kept != all) findings.Add($"silver.sales and its quarantine have {kept} rows of {all}");
        return findings;
    }

    /// <summary>Checks what can be checked between two runs.</summary>
    public List<string> CheckFiles()
    {
        using var checker = new RootChecker(Project.Root);
        return checker.Check();
    }

    public void Dispose() => Project.Dispose();
}
