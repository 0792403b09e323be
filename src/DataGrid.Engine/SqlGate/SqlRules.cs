using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Pipelines;
using DataGrid.Core.Sql;

namespace DataGrid.Engine.SqlGate;

/// <summary>What a SQL text may use besides the reviewed functions.</summary>
public sealed record SqlGateContext
{
    /// <summary>What the text is for.</summary>
    public required SqlPurpose Purpose { get; init; }

    /// <summary>The datasets that it may read.</summary>
    public required IReadOnlySet<DatasetName> Datasets { get; init; }

    /// <summary>Columns of what it can read, compared without case, where known: a column called <c>user</c> is then a column.</summary>
    public IReadOnlySet<string> Columns { get; init; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
}

/// <summary>Judges a reading: an allow-list. Pure.</summary>
internal sealed class SqlRules
{
    private readonly SqlSource _source;
    private readonly SqlGateContext _context;
    private readonly List<SqlFinding> _findings = [];

    private SqlRules(SqlSource source, SqlGateContext context) => (_source, _context) = (source, context);

    private bool KeepsResult => _context.Purpose != SqlPurpose.Query;

    /// <summary>Lists every reason to refuse, in the order of the text.</summary>
    public static IReadOnlyList<SqlFinding> Judge(SqlReading reading, SqlSource source, SqlGateContext context, SqlGateOptions options)
    {
        var rules = new SqlRules(source, context);
        if (reading.StatementCount == 0) return [rules.Refuse(SqlRefusal.Empty, ErrorCodes.SqlInvalid, "there is no SQL statement here", null, "write one SELECT")];
        if (reading.NestingCost > options.MaxNestingCost) return [rules.TooDeep()];
        if (reading.StatementCount > 1) rules.Several(reading);
        foreach (var oddity in reading.Oddities) rules.Oddity(oddity);
        foreach (var table in reading.Tables) rules.Table(table);
        foreach (var function in reading.Functions) rules.Function(function);
        foreach (var column in reading.Columns) rules.Column(column);
        foreach (var parameter in reading.Parameters) rules.Parameter(parameter);
        if (rules.KeepsResult)
            foreach (var index in reading.Samples) rules.Sample(index);
        return [.. rules._findings.OrderBy(static finding => (finding.Problem.Position?.Line ?? 0, finding.Problem.Position?.Column ?? 0))];
    }

    private SqlFinding TooDeep() => Refuse(SqlRefusal.TooComplex, ErrorCodes.SqlForbidden, "the SQL is nested too deeply to be bound in reasonable time", null,
        "split it into CTEs or several models; use concat(a, b, …) or a list instead of a long chain of || or +");

    private void Several(SqlReading reading) =>
        Add(SqlRefusal.SeveralStatements, ErrorCodes.SqlForbidden, $"there are {reading.StatementCount} statements here; one SELECT is allowed", null,
            "keep the SELECT and remove the rest; other steps belong into models of their own");

    private void Oddity(SqlOddity oddity) =>
        Add(SqlRefusal.Unsupported, ErrorCodes.SqlForbidden, $"{oddity.What} is not allowed here", oddity.Index, "rewrite the query without it");

    private void Table(SqlTableUse table)
    {
        if (table.Dataset is { } dataset && _context.Datasets.Contains(dataset)) return;
        if (RefusedNames.LooksLikeFile(table.Name) || RefusedNames.LooksLikeFile(table.Schema))
        {
            Add(SqlRefusal.ReadsFiles, ErrorCodes.SqlForbidden, $"'{table.Text}' would be read as a file; SQL never reads files or URLs by itself", table.Index,
                "declare it under 'sources' in datagrid.yaml and read it by that name");
            return;
        }
        var nearest = NearestName.Find(table.Text, _context.Datasets.Select(static name => name.ToString()).Order(StringComparer.Ordinal));
        var help = nearest is not null ? $"did you mean {nearest}?"
            : table.Schema.Length == 0 ? "write namespace.name, for example silver.flights; WITH names are visible only in their own query"
            : "declare it as a source or a model, or check the name";
        Add(SqlRefusal.UnknownTable, ErrorCodes.DatasetUnknown, $"there is no dataset '{table.Text}'", table.Index, help);
    }

    private void Function(SqlFunctionUse function)
    {
        var kinds = SqlFunctions.Find(function.Name);
        var allowed = function.Place switch
        {
            SqlFunctionPlace.Table => SqlFunctionKinds.Table,
            SqlFunctionPlace.Window => SqlFunctionKinds.Aggregate | SqlFunctionKinds.Window,
            _ => SqlFunctionKinds.Scalar | SqlFunctionKinds.Aggregate | SqlFunctionKinds.Window,
        };
        if (kinds.HasFlag(SqlFunctionKinds.Volatile)) Volatile(function.Name + "()", function.Index);
        else if ((kinds & allowed) == 0) Unlisted(function, kinds);
        // The parser itself writes "main" before some of them; any other qualifier points into a catalog.
        else if (function.Qualifier.Length > 0 && !SqlName.Same(function.Qualifier, "main")) Unlisted(function, kinds);
    }

    private void Unlisted(SqlFunctionUse function, SqlFunctionKinds kinds)
    {
        var refusal = RefusedNames.Classify(function.Name);
        var called = function.Qualifier.Length > 0 ? $"{function.Qualifier}.{function.Name}" : function.Name;
        var (why, help) = refusal switch
        {
            SqlRefusal.ReadsFiles => ("reads files or memory of the machine", "declare the files under 'sources' in datagrid.yaml and read them by name"),
            SqlRefusal.RunsText => ("runs or reads SQL that is given as text", "write the SQL itself"),
            SqlRefusal.ReadsEngine => ("shows the engine's own state, settings or catalogs", "use a run parameter ($name) for values from outside"),
            SqlRefusal.ChangesEngine => ("changes the engine or blocks it", "remove it"),
            _ when kinds == SqlFunctionKinds.Table => ("stands in FROM, not in an expression", "write FROM " + function.Name + "(…)"),
            _ when function.Qualifier.Length > 0 && kinds != SqlFunctionKinds.None => ("is written with a schema", $"write {function.Name}(…) alone"),
            _ => ("is not on the list of reviewed functions", Suggestion(function.Name)),
        };
        Add(refusal, ErrorCodes.SqlForbidden, $"the function '{called}' is not allowed: it {why}", function.Index, help);
    }

    private static string Suggestion(string name)
    {
        var allowed = SqlFunctions.All.Where(static entry => (entry.Value & (SqlFunctionKinds.Scalar | SqlFunctionKinds.Aggregate)) != 0).Select(static entry => entry.Key);
        return NearestName.Find(name, allowed.Order(StringComparer.Ordinal)) is { } nearest ? $"did you mean {nearest}?" : "see docs/SQL.md for what can be called";
    }

    private void Column(SqlColumnUse column)
    {
        if (_context.Columns.Contains(column.Parts[^1])) return;
        if (SqlName.Same(column.Parts[^1], "rowid"))
            Add(SqlRefusal.Unsupported, ErrorCodes.SqlForbidden, "rowid is the engine's own number of a row and is not the same in every run", column.Index, "use a key column");
        if (column.Parts.Length != 1) return;
        var kind = SqlFunctions.FindBare(column.Parts[0]);
        if (kind == SqlFunctionKinds.Volatile) Volatile(column.Parts[0], column.Index);
        if (kind == SqlFunctionKinds.Refused)
        {
            Add(SqlRefusal.ReadsEngine, ErrorCodes.SqlForbidden, $"'{column.Parts[0]}' means the engine's own function when no column has that name", column.Index,
                $"if a column is meant, write it with its table: t.{column.Parts[0]}");
        }
    }

    private void Volatile(string called, int? index)
    {
        if (!KeepsResult) return;
        Add(SqlRefusal.Nondeterministic, ErrorCodes.SqlForbidden, $"{called} differs from run to run, so a run could not be repeated on the same inputs", index,
            "use a run parameter, for example $day::DATE, and give its value when the run starts");
    }

    private void Parameter(SqlParameterUse parameter)
    {
        if (parameter.Name.Length > 0 && !char.IsAsciiDigit(parameter.Name[0])) return;
        Add(SqlRefusal.Unsupported, ErrorCodes.ParameterInvalid, "a parameter needs a name", parameter.Index, "write $name instead of ? or $1");
    }

    private void Sample(int? index) =>
        Add(SqlRefusal.Nondeterministic, ErrorCodes.SqlForbidden, "a sample differs from run to run, so a run could not be repeated on the same inputs", index,
            "choose rows by their content, for example WHERE hash(id) % 10 = 0");

    private SqlFinding Refuse(SqlRefusal refusal, string code, string message, int? index, string help) => new(refusal, _source.Problem(code, message, index, help));

    private void Add(SqlRefusal refusal, string code, string message, int? index, string help) => _findings.Add(Refuse(refusal, code, message, index, help));
}
