using DataGrid.Cli.Rendering;
using DataGrid.Contracts.Errors;

namespace DataGrid.Tests.Cli.Rendering;

public sealed class ProblemWriterTests
{
    [Fact]
    public void The_caret_stands_under_the_column()
    {
        var text = Written(Unknown("select oderid from x", 8));

        Assert.Equal(
            """
            error: there is no column oderid [column_unknown]
              --> models/silver/orders.sql:12:8
              12 | select oderid from x
                 |        ^
              help: did you mean orderid?

            """.ReplaceLineEndings("\n"), text);
    }

    [Fact]
    public void The_caret_stands_under_the_column_after_tabs_and_wide_letters()
    {
        var lines = Written(Unknown("\t日本 oderid", 5)).Split('\n');

        Assert.Equal(lines[2].IndexOf("oderid", StringComparison.Ordinal) + 2, lines[3].IndexOf('^', StringComparison.Ordinal));
    }

    [Fact]
    public void A_column_beyond_the_excerpt_has_no_caret()
    {
        Assert.DoesNotContain("^", Written(Unknown("short", 40)), StringComparison.Ordinal);
    }

    [Fact]
    public void Escape_sequences_in_data_are_shown_and_not_obeyed()
    {
        var text = Written(new Problem { Code = ErrorCodes.DataInvalid, Message = "the value '\u001b[31mred' is wrong" });

        Assert.DoesNotContain('\u001b', text);
        Assert.Contains("\\u001b[31mred", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_problems_are_counted()
    {
        var warning = new Problem { Code = ErrorCodes.SpecInvalid, Message = "odd", IsWarning = true };
        var output = new StringWriter();

        new ProblemWriter(output, hasColor: false).Write([Unknown("a", 1), Unknown("b", 1), warning]);

        Assert.EndsWith("2 errors, 1 warning\n", output.ToString().ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_dataset_is_named_unless_the_message_does()
    {
        var named = new Problem { Code = ErrorCodes.SqlInvalid, Message = "gold.x cannot be made", Dataset = "gold.x" };

        Assert.StartsWith("error: gold.x cannot", Written(named), StringComparison.Ordinal);
        Assert.StartsWith("error: gold.x: no", Written(named with { Message = "no" }), StringComparison.Ordinal);
    }

    private static Problem Unknown(string excerpt, int column) => new()
    {
        Code = ErrorCodes.ColumnUnknown,
        Message = "there is no column oderid",
        Position = new SourcePosition { File = "models/silver/orders.sql", Line = 12, Column = column },
        Excerpt = excerpt,
        Help = "did you mean orderid?",
    };

    private static string Written(Problem problem)
    {
        var output = new StringWriter();
        new ProblemWriter(output, hasColor: false).Write(problem);
        return output.ToString().ReplaceLineEndings("\n");
    }
}
