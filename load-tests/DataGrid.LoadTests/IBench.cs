namespace DataGrid.LoadTests;

/// <summary>One benchmark: contenders measured side by side, and what they are held to.</summary>
internal interface IBench
{
    /// <summary>The name on the command line.</summary>
    string Name { get; }

    /// <summary>What it measures, one line.</summary>
    string Description { get; }

    /// <summary>Prepares, measures and judges.</summary>
    Task<BenchReport> RunAsync(BenchContext context);
}

/// <summary>What a benchmark gets.</summary>
/// <param name="Repository">The checked-out repository.</param>
/// <param name="Scratch">An empty folder; deleted afterwards.</param>
/// <param name="Rounds">How often to measure, beside one round to warm up.</param>
internal sealed record BenchContext(string Repository, string Scratch, int Rounds)
{
    /// <summary>The built command.</summary>
    public string Cli => Path.Combine(Repository, "artifacts/cli/datagrid.dll");

    /// <summary>An empty folder below <see cref="Scratch"/>.</summary>
    public string Fresh(string name)
    {
        var folder = Path.Combine(Scratch, name);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        return Directory.CreateDirectory(folder).FullName;
    }
}
