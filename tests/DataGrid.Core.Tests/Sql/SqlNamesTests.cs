using DataGrid.Core.Sql;

namespace DataGrid.Core.Tests.Sql;

public sealed class SqlNamesTests
{
    [Theory]
    [InlineData("Flights", "fLIGHTS", true)]
    [InlineData("k", "\u212a", false)] // the Kelvin sign folds to k for Unicode, not for the engine
    [InlineData("É", "é", false)]
    [InlineData("a", "ab", false)]
    public void Identifiers_are_compared_by_ascii_alone(string left, string right, bool same) => Assert.Equal(same, SqlName.Same(left, right));

    [Theory]
    [InlineData("sum", SqlFunctionKinds.Aggregate)]
    [InlineData("SUM", SqlFunctionKinds.Aggregate)]
    [InlineData("range", SqlFunctionKinds.Scalar | SqlFunctionKinds.Table)]
    [InlineData("random", SqlFunctionKinds.Volatile)]
    [InlineData("row_number", SqlFunctionKinds.Window)]
    [InlineData("read_csv", SqlFunctionKinds.Refused)]
    [InlineData("nonsense", SqlFunctionKinds.None)]
    public void A_function_has_the_kinds_under_which_it_was_reviewed(string name, SqlFunctionKinds kinds) => Assert.Equal(kinds, SqlFunctions.Find(name));

    [Fact]
    public void No_function_is_allowed_and_refused_at_once() =>
        Assert.DoesNotContain(SqlFunctions.All, static entry => entry.Value.HasFlag(SqlFunctionKinds.Refused) && entry.Value != SqlFunctionKinds.Refused);

    [Fact]
    public void No_function_is_both_steady_and_volatile() =>
        Assert.DoesNotContain(SqlFunctions.All, static entry => entry.Value.HasFlag(SqlFunctionKinds.Volatile) && entry.Value != SqlFunctionKinds.Volatile);

    [Theory]
    [InlineData("  -- x\n /* a /* b */ c */ ; SELECT", "SELECT")]
    [InlineData("COPY x", "COPY")]
    [InlineData("/* open", "")]
    [InlineData("", "")]
    public void The_first_word_behind_comments_is_found(string text, string word) => Assert.Equal(word, SqlLexer.WordAt(text, SqlLexer.FirstToken(text)));
}
