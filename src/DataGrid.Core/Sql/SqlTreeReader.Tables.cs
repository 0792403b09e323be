using System.Text.Json;

namespace DataGrid.Core.Sql;

/// <content>What stands in FROM.</content>
public sealed partial class SqlTreeReader
{
    private static readonly string[] JoinFields =
        ["left", "right", "condition", "join_type", "ref_type", "using_columns", "delim_flipped", "duplicate_eliminated_columns", "sample"];

    private static readonly string[] PivotFields =
        ["source", "aggregates", "unpivot_names", "pivots", "groups", "column_name_alias", "include_nulls", "sample"];

    private void Table(JsonElement table, SqlScope? scope)
    {
        if (table.ValueKind != JsonValueKind.Object) return;
        Enter();
        Sample(table);
        switch (table.Text("type"))
        {
            case "EMPTY":
                CheckFields(table, "FROM", []);
                break;
            case "BASE_TABLE":
                BaseTable(table, scope);
                break;
            case "SUBQUERY":
                CheckFields(table, "derived table", ["subquery", "column_name_alias", "sample"]);
                Statement(table.Child("subquery"), scope);
                break;
            case "JOIN":
                CheckFields(table, "join", JoinFields);
                Table(table.Child("left"), scope);
                Table(table.Child("right"), scope);
                Expression(table.Child("condition"), scope);
                break;
            case "EXPRESSION_LIST":
                CheckFields(table, "VALUES", ["expected_names", "expected_types", "values", "sample"]);
                foreach (var row in table.Items("values")) Expressions(row.Items(), scope);
                break;
            case "TABLE_FUNCTION":
                CheckFields(table, "table function", ["function", "column_name_alias", "with_ordinality", "sample"]);
                Function(table.Child("function"), scope, SqlFunctionPlace.Table, IndexOf(table));
                break;
            case "PIVOT":
                CheckFields(table, "PIVOT", PivotFields);
                Pivot(table, scope);
                break;
            case "SHOW_REF":
                Odd(ShowName(table), table);
                break;
            case var other:
                Odd($"the table node '{other}'", table);
                break;
        }
        Leave();
    }

    private void BaseTable(JsonElement table, SqlScope? scope)
    {
        CheckFields(table, "table", ["schema_name", "table_name", "catalog_name", "column_name_alias", "at_clause", "sample"]);
        if (table.Child("at_clause").ValueKind == JsonValueKind.Object) Odd("AT (VERSION or TIMESTAMP …)", table);
        var use = new SqlTableUse(table.Text("catalog_name") ?? "", table.Text("schema_name") ?? "", table.Text("table_name") ?? "", IndexOf(table));
        if (!SqlScope.Holds(scope, use.Catalog, use.Schema, use.Name)) _tables.Add(use);
    }

    private void Pivot(JsonElement table, SqlScope? scope)
    {
        Table(table.Child("source"), scope);
        Expressions(table.Items("aggregates"), scope);
        foreach (var pivot in table.Items("pivots"))
        {
            CheckFields(pivot, "PIVOT", ["pivot_expressions", "unpivot_names", "entries", "pivot_enum"]);
            if (pivot.Text("pivot_enum") is { Length: > 0 }) Odd("PIVOT without a list of values", table);
            Expressions(pivot.Items("pivot_expressions"), scope);
            foreach (var entry in pivot.Items("entries"))
            {
                CheckFields(entry, "PIVOT", ["values", "expr"]);
                Expression(entry.Child("expr"), scope);
            }
        }
    }

    private static string ShowName(JsonElement table) => table.Text("show_type") switch
    {
        "SUMMARY" => "SUMMARIZE",
        "DESCRIBE" => "DESCRIBE",
        _ => "SHOW",
    };
}
