using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DataGrid.Tests.Tidy;

/// <summary>A test that cannot fail, or fails by chance, is a defect.</summary>
public sealed class TestQualityTests
{
    /// <summary>What fails a test: an assertion, a property that does not hold, and a wait with a limit.</summary>
    private static readonly string[] Asserting = ["Assert", "QuickCheckThrowOnFailure", "WaitAsync"];

    private static IEnumerable<(SourceFile File, MethodDeclarationSyntax Method)> TestMethods =>
        from file in Sources.Tests
        from method in file.Syntax.DescendantNodes().OfType<MethodDeclarationSyntax>()
        where method.AttributeLists.SelectMany(static l => l.Attributes).Any(static a => a.Name.ToString() is "Fact" or "Theory")
        select (file, method);

    [Fact]
    public void A_test_is_named_as_a_sentence() =>
        Found.None(TestMethods.Where(static t => !t.Method.Identifier.Text.Contains('_', StringComparison.Ordinal)).Select(static t => $"{t.File.Locate(t.Method)}: {t.Method.Identifier}"));

    [Fact]
    public void Every_test_asserts_something_itself_or_through_what_it_calls()
    {
        var bodies = Sources.Tests.SelectMany(static f => f.Syntax.DescendantNodes().OfType<MethodDeclarationSyntax>())
            .GroupBy(static m => m.Identifier.Text).ToDictionary(static g => g.Key, static g => g.Select(static m => Calls(m)).ToList());
        var asserting = bodies.Where(static b => b.Value.Any(static calls => calls.Overlaps(Asserting))).Select(static b => b.Key).ToHashSet();
        for (var grew = true; grew;)
            grew = bodies.Where(b => b.Value.Any(calls => calls.Overlaps(asserting))).Aggregate(false, (any, b) => asserting.Add(b.Key) || any);

        Found.None(TestMethods.Where(t => !asserting.Contains(t.Method.Identifier.Text)).Select(static t => $"{t.File.Locate(t.Method)}: {t.Method.Identifier}"));
    }

    [Fact]
    public void No_test_is_skipped() =>
        Found.None(TestMethods.Where(static t => t.Method.AttributeLists.SelectMany(static l => l.Attributes).Any(static a => a.ArgumentList?.ToString().Contains("Skip", StringComparison.Ordinal) == true))
            .Select(static t => t.File.Locate(t.Method)));

    [Fact]
    public void No_test_sleeps_to_synchronise() =>
        Found.None(from file in Sources.Tests
                         from access in file.Syntax.DescendantNodes().OfType<InvocationExpressionSyntax>()
                         where access.Expression.ToString() is "Task.Delay" or "Thread.Sleep" or "Thread.SpinWait"
                         where !IsBound(access)
                         select file.Locate(access));

    /// <summary>The pause between two looks at a condition, one side of a race or join, and a delay without end are limits and not guesses.</summary>
    private static bool IsBound(InvocationExpressionSyntax delay) =>
        delay.Ancestors().TakeWhile(static node => node is not MethodDeclarationSyntax)
            .Any(static node => node is WhileStatementSyntax or DoStatementSyntax || node is InvocationExpressionSyntax call && call.Expression.ToString().StartsWith("Task.When", StringComparison.Ordinal))
        || delay.ArgumentList.Arguments is [var time, ..] && time.ToString().Contains("Infinite", StringComparison.Ordinal);

    private static HashSet<string> Calls(MethodDeclarationSyntax method) =>
        [.. method.DescendantNodes().OfType<IdentifierNameSyntax>().Select(static n => n.Identifier.Text),
         .. method.DescendantNodes().OfType<GenericNameSyntax>().Select(static n => n.Identifier.Text)];
}
