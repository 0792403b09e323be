namespace DataGrid.Core.Pipelines.Keys;

/// <summary>Every key of the header of a model, the comment <c>/* datagrid … */</c> at the start of its file.</summary>
internal static class ModelShapes
{
    public static readonly ShapeSpec Column = new("modelColumn", "a column", "What a column of the result means.",
    [
        new("description", KeyKind.Text, "What it means."),
    ]);

    public static readonly ShapeSpec Accepted = new("accepted", "'accepted'", "A column and the values that it may have; NULL passes.",
    [
        new("column", KeyKind.Text, "The column.") { IsRequired = true },
        new("values", KeyKind.Scalars, "What it may be.") { IsRequired = true, Examples = ["[\"a\", \"b\"]"] },
    ]);

    public static readonly ShapeSpec References = new("references", "'references'", "A column whose values must exist in another dataset's column; NULL passes.",
    [
        new("column", KeyKind.Text, "The column of this model.") { IsRequired = true, Examples = ["\"origin\""] },
        new("to", KeyKind.Text, "namespace.name.column of the other dataset.") { IsRequired = true, Examples = ["\"silver.airports.iata\""] },
    ]);

    public static readonly ShapeSpec RowCount = new("rowCount", "'row_count'", "How many rows the published table may have.",
    [
        new("min", KeyKind.Integer, "The least number of rows.") { Min = 0, Examples = ["1"] },
        new("max", KeyKind.Integer, "The largest number of rows.") { Min = 0 },
    ]);

    public static readonly ShapeSpec Check = new("check", "a check", "One expectation of the data; exactly one of that, not_null, unique, accepted, references, row_count and query.",
    [
        new("that", KeyKind.Text, "Row check: a SQL predicate that must be true for every row.") { Examples = ["\"delay between -1440 and 2880\""] },
        new("not_null", KeyKind.Texts, "Row check: columns that may not be NULL.") { Examples = ["[\"origin\", \"destination\"]"] },
        new("unique", KeyKind.Texts, "Table check: columns whose values together occur once.") { Examples = ["[\"flight_id\"]"] },
        new("accepted", KeyKind.Object, "Row check: the values that a column may have.") { Shape = Accepted },
        new("references", KeyKind.Object, "Row check: values that must exist in another dataset.") { Shape = References },
        new("row_count", KeyKind.Object, "Table check: how many rows there may be.") { Shape = RowCount },
        new("query", KeyKind.Text, "Table check: a SELECT that returns the offending rows; it reads this dataset by its own name, as it would be published.")
        {
            Examples = ["\"SELECT day FROM gold.daily GROUP BY day HAVING count(*) > 24\""],
        },
        new("name", KeyKind.Text, "What reports call it; made from the check when it is not given."),
        new("otherwise", KeyKind.Choice, "What happens when it fails; table checks (unique, row_count, query) and views know warn and fail only.")
        {
            Choices = ["fail", "warn", "drop", "quarantine"], Default = "fail",
            ChoicesMean = "fail: nothing is published; warn: it is reported; drop: the rows are left out and counted; quarantine: the rows are left out and kept apart",
        },
    ])
    {
        ExactlyOneOf = ["that", "not_null", "unique", "accepted", "references", "row_count", "query"],
    };

    public static readonly ShapeSpec Model = new("model", "a model", "The header of a model: the comment /* datagrid … */ at the start of models/<namespace>/<name>.sql.",
    [
        new("description", KeyKind.Text, "What the dataset holds."),
        new("owner", KeyKind.Text, "Whom to ask; the pipeline's owner when it is not given."),
        new("tags", KeyKind.Texts, "Free words to find it by, and to select it: --select tag:word.") { Examples = ["[\"daily\"]"] },
        new("materialize", KeyKind.Choice, "How the result becomes a dataset.")
        {
            Choices = ["table", "append", "merge", "view"], Default = "table",
            ChoicesMean = "table: replaced by each run; append: rows from new input are added; merge: rows replace those with the same keys; view: nothing is stored",
        },
        new("partition_by", KeyKind.Texts, "Columns by whose values the files are laid out in folders.") { Examples = ["[\"flight_month\"]"] },
        new("keys", KeyKind.Texts, "Columns that identify a row; merge needs them.") { Examples = ["[\"flight_id\"]"] },
        new("incremental", KeyKind.Text, "append: the input of which only the new part is read; the only input when there is just one.") { Examples = ["\"raw.events\""] },
        new("per_batch", KeyKind.Flag, "append: says that aggregating each batch alone is meant.") { Default = "false" },
        new("columns", KeyKind.MapOrText, "What the columns mean.") { Shape = Column, Examples = ["{\"origin\": \"IATA code of the departure airport\"}"] },
        new("expect", KeyKind.Objects, "What must hold for the data before anybody can read it.") { Shape = Check },
        ProjectShapes.Retries,
        ProjectShapes.Backoff,
        ProjectShapes.Timeout,
    ]);
}
