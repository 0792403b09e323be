namespace DataGrid.Core.Pipelines;

/// <summary>How much of a project is read before it is refused.</summary>
public sealed record ProjectOptions
{
    /// <summary>The longest project file or model, in bytes.</summary>
    public int MaxFileBytes { get; init; } = 1 << 20;

    /// <summary>The largest number of files under <c>models/</c>.</summary>
    public int MaxFiles { get; init; } = 20_000;

    /// <summary>How deep YAML may be nested.</summary>
    public int MaxYamlDepth { get; init; } = 32;

    /// <summary>The largest number of YAML nodes in one file, aliases counted as what they stand for.</summary>
    public int MaxYamlNodes { get; init; } = 200_000;

    /// <summary>The largest number of checks of one model.</summary>
    public int MaxChecks { get; init; } = 1_000;

    /// <summary>The largest number of files that one source may match.</summary>
    public int MaxSourceFiles { get; init; } = 100_000;

    /// <summary>How many files of a source are opened to discover its columns; the others are compared when they are read.</summary>
    public int MaxSampledFiles { get; init; } = 200;

    /// <summary>How many problems are reported; the rest are counted.</summary>
    public int MaxProblems { get; init; } = 1_000;

    /// <summary>Whether a source's files may lie outside the project folder (<c>../data/*.csv</c>). A server that takes projects from others says no.</summary>
    public bool AllowParentFolders { get; init; } = true;

    /// <summary>What is wrong with these options; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        Positive(MaxFileBytes, nameof(MaxFileBytes));
        Positive(MaxFiles, nameof(MaxFiles));
        Positive(MaxYamlDepth, nameof(MaxYamlDepth));
        Positive(MaxYamlNodes, nameof(MaxYamlNodes));
        Positive(MaxChecks, nameof(MaxChecks));
        Positive(MaxSourceFiles, nameof(MaxSourceFiles));
        Positive(MaxSampledFiles, nameof(MaxSampledFiles));
        Positive(MaxProblems, nameof(MaxProblems));
        // Reading descends with the nesting; the limit keeps it far from the end of a thread's stack.
        if (MaxYamlDepth > 200) errors.Add($"{nameof(MaxYamlDepth)} is {MaxYamlDepth}; at most 200 is safe");
        return errors;

        void Positive(int value, string name)
        {
            if (value < 1) errors.Add($"{name} is {value}; it must be at least 1");
        }
    }
}
