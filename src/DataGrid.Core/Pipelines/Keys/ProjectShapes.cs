namespace DataGrid.Core.Pipelines.Keys;

/// <summary>Every key of <c>datagrid.yaml</c>. The parser reads by this table and the JSON Schema is written from it.</summary>
internal static class ProjectShapes
{
    public static readonly ShapeSpec FormatSettings = new("formatSettings", "'settings'", "How a source's text files are written, where guessing is not wanted.",
    [
        new("delimiter", KeyKind.Text, "The character between two fields.") { Examples = ["\";\"", "\"\\t\""] },
        new("header", KeyKind.Flag, "Whether the first line holds the columns' names.") { Default = "true" },
        new("quote", KeyKind.Text, "The character around fields that hold delimiters.") { Default = "\"" },
        new("null", KeyKind.Text, "The text that stands for NULL.") { Examples = ["\"NA\""] },
        new("encoding", KeyKind.Choice, "How characters are written as bytes.") { Choices = ["utf-8", "utf-16", "latin-1"], Default = "utf-8" },
        new("decimal_separator", KeyKind.Choice, "What stands before decimals.") { Choices = [".", ","], Default = "." },
        new("date_format", KeyKind.Text, "How dates are written, in strptime's letters.") { Examples = ["\"%d.%m.%Y\""] },
        new("timestamp_format", KeyKind.Text, "How timestamps are written, in strptime's letters.") { Examples = ["\"%Y-%m-%d %H:%M:%S\""] },
    ]);

    public static readonly ShapeSpec SourceColumn = new("sourceColumn", "a source's column", "A column that the files must have.",
    [
        new("type", KeyKind.Text, "Its SQL type.") { IsRequired = true, Examples = ["\"varchar\"", "\"decimal(18,2)\""] },
        new("description", KeyKind.Text, "What it means."),
    ]);

    public static readonly ShapeSpec Source = new("source", "a source", "External files that the SQL reads under this name.",
    [
        new("files", KeyKind.Texts, "Globs relative to this file: * and ? within a folder, ** across folders, {a,b} for alternatives.")
        {
            IsRequired = true, Examples = ["\"data/flights-*.parquet\"", "[\"data/2024/*.csv\", \"data/2025/**/*.csv\"]"],
        },
        new("format", KeyKind.Choice, "The files' format; guessed from their names when it is not given.") { Choices = ["csv", "ndjson", "json", "parquet"] },
        new("settings", KeyKind.Object, "How the files are written, where guessing is not wanted.") { Shape = FormatSettings },
        new("columns", KeyKind.MapOrText, "A contract: the columns and types that the files must have. Discovered when it is not given.")
        {
            Shape = SourceColumn, Examples = ["{\"iata\": \"varchar\", \"latitude\": \"double\"}"],
        },
        new("on_drift", KeyKind.Choice, "What to do when files have other columns than the contract, or than each other.")
        {
            Choices = ["fail", "accept_new", "ignore_new"], Default = "fail",
            ChoicesMean = "fail: stop and name the columns; accept_new: take new columns up; ignore_new: leave new columns out",
        },
        new("description", KeyKind.Text, "What it holds."),
        new("owner", KeyKind.Text, "Whom to ask; the pipeline's owner when it is not given."),
    ]);

    public static readonly ShapeSpec Parameter = new("parameter", "a parameter", "A value that the SQL uses as $name.",
    [
        new("type", KeyKind.Text, "Its SQL type.") { Default = "varchar", Examples = ["\"date\""] },
        new("default", KeyKind.Scalar, "Its value when a run gives none; without it a run must give one.") { Examples = ["\"2001-01-01\""] },
        new("description", KeyKind.Text, "What it means."),
    ]);

    public static readonly KeySpec Retries = new("retries", KeyKind.Integer, "How often a failed attempt is made again, where trying again can help.")
    {
        Min = 0, Max = 100, Default = "3",
    };

    public static readonly KeySpec Backoff = new("backoff", KeyKind.Duration, "The pause before the first retry, doubled for each further one.")
    {
        Default = "2s", Examples = ["\"500ms\"", "\"2s\""],
    };

    public static readonly KeySpec Timeout = new("timeout", KeyKind.Duration, "How long one attempt may take.") { Default = "30m", Examples = ["\"30m\"", "\"1h30m\""] };

    public static readonly ShapeSpec Defaults = new("defaults", "'defaults'", "Settings of every model that does not say otherwise.", [Retries, Backoff, Timeout]);

    public static readonly ShapeSpec Project = new("project", "the project", "A DataGrid pipeline project: datagrid.yaml.",
    [
        new("pipeline", KeyKind.Text, "The pipeline's name: letters, digits, '-' and '_'; unique in its workspace.") { IsRequired = true, Examples = ["\"flights\""] },
        new("description", KeyKind.Text, "What it is for."),
        new("owner", KeyKind.Text, "Whom to ask.") { Examples = ["\"data-team@example.com\""] },
        new("sources", KeyKind.Map, "External inputs by dataset name, namespace.name.") { Shape = Source },
        new("parameters", KeyKind.MapOrText, "Values that a run may give with --param; the SQL uses them as $name.")
        {
            Shape = Parameter, Examples = ["{\"day\": {\"type\": \"date\", \"default\": \"2001-01-01\"}}"],
        },
        new("defaults", KeyKind.Object, "Settings of every model that does not say otherwise.") { Shape = Defaults },
    ]);
}
