using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Pipelines;

namespace DataGrid.Core.Tests.Pipelines;

/// <summary>Files are written as <c>id BIGINT, name VARCHAR | id BIGINT</c>; one that starts with <c>?</c> has no rows.</summary>
public sealed class SourceSchemaTests
{
    [Theory]
    // Without a contract, all files must be alike, in any order.
    [InlineData("", DriftPolicy.Fail, SourceFormat.Csv, "id BIGINT, n VARCHAR | n VARCHAR, ID BIGINT", "id BIGINT, n VARCHAR", "")]
    [InlineData("", DriftPolicy.Fail, SourceFormat.Csv, "id BIGINT, n VARCHAR | id BIGINT", "id BIGINT, n VARCHAR", "2 lacks the column 'n', which 1 has")]
    [InlineData("", DriftPolicy.Fail, SourceFormat.Csv, "id BIGINT | id BIGINT, n VARCHAR, m DATE", "id BIGINT", "2 has the columns 'n', 'm', which 1 lacks")]
    [InlineData("", DriftPolicy.AcceptNew, SourceFormat.Csv, "id BIGINT | id BIGINT, n VARCHAR | id BIGINT", "id BIGINT, n VARCHAR", "")]
    [InlineData("", DriftPolicy.IgnoreNew, SourceFormat.Csv, "id BIGINT | id BIGINT, n VARCHAR", "id BIGINT", "")]
    [InlineData("", DriftPolicy.IgnoreNew, SourceFormat.Csv, "id BIGINT, n VARCHAR | id BIGINT", "id BIGINT, n VARCHAR", "2 lacks the column 'n', which 1 has")]
    // A contract's columns must be there, whatever the policy.
    [InlineData("id BIGINT", DriftPolicy.Fail, SourceFormat.Csv, "id BIGINT", "id BIGINT", "")]
    [InlineData("id BIGINT", DriftPolicy.Fail, SourceFormat.Csv, "id VARCHAR", "id BIGINT", "")]
    [InlineData("id BIGINT", DriftPolicy.Fail, SourceFormat.Csv, "id BIGINT, x DATE", "id BIGINT", "1 has the column 'x', which the contract lacks")]
    [InlineData("id BIGINT, y DATE", DriftPolicy.AcceptNew, SourceFormat.Csv, "id BIGINT, x DATE", "id BIGINT, y DATE, x DATE", "1 lacks the column 'y', which the contract has")]
    [InlineData("id BIGINT", DriftPolicy.AcceptNew, SourceFormat.Csv, "id BIGINT | id BIGINT, x DATE | id BIGINT", "id BIGINT, x DATE", "")]
    [InlineData("id BIGINT", DriftPolicy.IgnoreNew, SourceFormat.Csv, "id BIGINT, x DATE", "id BIGINT", "")]
    // Objects of JSON leave out what they do not have.
    [InlineData("", DriftPolicy.Fail, SourceFormat.Ndjson, "id BIGINT, n VARCHAR | id BIGINT", "id BIGINT, n VARCHAR", "")]
    // Types of text are told from a sample and become one that holds all; Parquet's are facts.
    [InlineData("", DriftPolicy.Fail, SourceFormat.Csv, "n BIGINT | n DOUBLE | n BIGINT", "n DOUBLE", "")]
    [InlineData("", DriftPolicy.Fail, SourceFormat.Csv, "n BIGINT | n DATE", "n VARCHAR", "")]
    [InlineData("", DriftPolicy.Fail, SourceFormat.Ndjson, "n BIGINT | n VARCHAR[]", "n JSON", "")]
    [InlineData("", DriftPolicy.Fail, SourceFormat.Parquet, "n INTEGER | n BIGINT", "n BIGINT", "")]
    [InlineData("", DriftPolicy.Fail, SourceFormat.Parquet, "n INTEGER | n DATE", "n INTEGER", "the column 'n' of 2 is DATE; 1 has INTEGER")]
    [InlineData("n BIGINT", DriftPolicy.Fail, SourceFormat.Parquet, "n INTEGER", "n BIGINT", "")]
    [InlineData("n INTEGER", DriftPolicy.Fail, SourceFormat.Parquet, "n BIGINT", "n INTEGER", "the column 'n' of 1 is BIGINT; the contract says INTEGER")]
    [InlineData("n VARCHAR", DriftPolicy.Fail, SourceFormat.Parquet, "n BIGINT", "n VARCHAR", "")]
    // A file without rows tells names, not types.
    [InlineData("", DriftPolicy.Fail, SourceFormat.Csv, "?n VARCHAR | n BIGINT", "n BIGINT", "")]
    [InlineData("", DriftPolicy.Fail, SourceFormat.Csv, "n BIGINT | ?n VARCHAR", "n BIGINT", "")]
    [InlineData("", DriftPolicy.Fail, SourceFormat.Csv, "?n VARCHAR | ?n VARCHAR", "n VARCHAR", "")]
    public void Contract_policy_and_files_decide_columns_and_drifts(string contract, DriftPolicy policy, SourceFormat format, string files, string columns, string drifts)
    {
        var decision = SourceSchema.Decide(Columns(contract), policy, format, [.. files.Split(" | ").Select(static (file, index) =>
            new SourceFileColumns($"{index + 1}", Columns(file.TrimStart('?')), file.StartsWith('?')))]);
        Assert.Equal(columns, string.Join(", ", decision.Columns.Select(static column => $"{column.Name} {column.Type}")));
        Assert.Equal(drifts, string.Join("; ", decision.Drifts.Select(static drift => drift.Message)));
        Assert.All(decision.Drifts, static drift => Assert.NotEmpty(drift.Help));
    }

    [Fact]
    public void A_renamed_column_is_guessed()
    {
        var decision = SourceSchema.Decide(Columns("id BIGINT, amount DOUBLE"), DriftPolicy.Fail, SourceFormat.Csv, [new SourceFileColumns("f", Columns("id BIGINT, amonut DOUBLE"), false)]);
        Assert.Equal("It has 'amonut': was the column renamed?", Assert.Single(decision.Drifts).Help);
    }

    [Fact]
    public void Without_files_the_contract_is_what_is_known() =>
        Assert.Equal("id", Assert.Single(SourceSchema.Decide(Columns("id BIGINT"), DriftPolicy.Fail, SourceFormat.Csv, []).Columns).Name);

    private static ImmutableArray<ColumnSpec> Columns(string text) =>
        [.. text.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(static column => column.Split(' ')).Select(static parts => new ColumnSpec { Name = parts[0], Type = parts[1] })];
}
