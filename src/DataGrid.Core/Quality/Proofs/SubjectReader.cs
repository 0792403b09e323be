using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using DataGrid.Core.Sql;

namespace DataGrid.Core.Quality.Proofs;

/// <summary>Reads what a predicate speaks about from the engine's tree. The reading is closed: an expression with anything in it that is not listed here is no subject.</summary>
public static class SubjectReader
{
    private const string Location = "query_location";

    /// <summary>The subject that an expression is; null when it has no column, may differ from time to time, or looks beyond its row.</summary>
    /// <param name="expression">An expression of the tree that <c>json_serialize_sql(sql, skip_null := true)</c> gives.</param>
    public static RowSubject? Read(JsonElement expression)
    {
        if (Column(expression) is { } name)
            return RowSubject.Column(name);
        var columns = ImmutableArray.CreateBuilder<string>();
        // The engine's interface takes no text with a zero byte in it.
        return IsOfTheRow(expression, columns) && columns.Count > 0 && Text(expression) is var tree && !tree.Contains("\\u0000", StringComparison.Ordinal)
            ? RowSubject.Expression(tree, columns.ToImmutable())
            : null;
    }

    /// <summary>An expression's tree without the places where its parts stood in the text: equal for equal expressions.</summary>
    public static string Text(JsonElement expression)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = SqlTreeReader.MaxJsonDepth, SkipValidation = true }))
            Write(expression, writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A column by its bare name; with a qualifier it could be a field of a struct.</summary>
    private static string? Column(JsonElement expression) =>
        expression.Text("class") == "COLUMN_REF" && expression.Items("column_names") is [var name] ? name.GetStringOrNull() : null;

    private static bool IsOfTheRow(JsonElement expression, ImmutableArray<string>.Builder columns)
    {
        bool All(params JsonElement[] parts) => Array.TrueForAll(parts, part => IsOfTheRow(part, columns));
        switch (expression.Text("class"))
        {
            case "COLUMN_REF" when Column(expression) is { } name:
                columns.Add(name);
                return true;
            case "CONSTANT":
                return true;
            case "CAST":
                return All(expression.Child("child"));
            case "FUNCTION":
                return IsPlain(expression) && All(expression.Items("children"));
            case "OPERATOR" or "CONJUNCTION":
                return All(expression.Items("children"));
            case "COMPARISON":
                return All(expression.Child("left"), expression.Child("right"));
            case "BETWEEN":
                return All(expression.Child("input"), expression.Child("lower"), expression.Child("upper"));
            case "CASE":
                return All([.. expression.Items("case_checks").SelectMany(static check => new[] { check.Child("when_expr"), check.Child("then_expr") })]) && All(expression.Child("else_expr"));
            default:
                return false;
        }
    }

    /// <summary>A function that the list has as nothing but a plain one, called plainly.</summary>
    private static bool IsPlain(JsonElement function) =>
        SqlFunctions.Find(function.Text("function_name") ?? "") == SqlFunctionKinds.Scalar
        && function.Text("schema") is null or "" or "main" && function.Text("catalog") is null or "" or "system"
        && function.Child("filter").IsBlank() && function.Child("order_bys").Child("orders").IsBlank() && function.Child("distinct").IsBlank() && function.Child("export_state").IsBlank();

    private static void Write(JsonElement element, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject().Where(static property => !property.NameEquals(Location)))
                {
                    writer.WritePropertyName(property.Name);
                    Write(property.Value, writer);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    Write(item, writer);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
