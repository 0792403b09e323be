using System.Collections.Immutable;
using DataGrid.Core.Quality.Proofs;

namespace DataGrid.Core.Tests.Quality.Proofs;

public sealed class PredicateProofTests
{
    private static readonly PredicateConstant C = new(ConstantKind.Exact, "5");
    private static readonly PredicateNode.Other Other = new();

    public static TheoryData<Comparison, int, int, TruthSet> Bearings => new()
    {
        { Comparison.Less, -1, -1, TruthSet.True },
        { Comparison.Less, -1, 0, TruthSet.True | TruthSet.False },
        { Comparison.Less, 0, 0, TruthSet.False },
        { Comparison.Less, 0, 1, TruthSet.False },
        { Comparison.LessOrEqual, -1, 0, TruthSet.True },
        { Comparison.LessOrEqual, -1, 1, TruthSet.True | TruthSet.False },
        { Comparison.LessOrEqual, 1, 1, TruthSet.False },
        { Comparison.Equal, 0, 0, TruthSet.True },
        { Comparison.Equal, -1, 1, TruthSet.True | TruthSet.False },
        { Comparison.Equal, -1, 0, TruthSet.True | TruthSet.False },
        { Comparison.Equal, 1, 1, TruthSet.False },
        { Comparison.NotEqual, -1, -1, TruthSet.True },
        { Comparison.NotEqual, -1, 1, TruthSet.True | TruthSet.False },
        { Comparison.NotEqual, 0, 0, TruthSet.False },
        { Comparison.GreaterOrEqual, 0, 1, TruthSet.True },
        { Comparison.GreaterOrEqual, -1, -1, TruthSet.False },
        { Comparison.GreaterOrEqual, -1, 1, TruthSet.True | TruthSet.False },
        { Comparison.Greater, 1, 1, TruthSet.True },
        { Comparison.Greater, 0, 1, TruthSet.True | TruthSet.False },
        { Comparison.Greater, -1, 0, TruthSet.False },
        // Bounds that contradict each other say nothing.
        { Comparison.Greater, 1, -1, TruthSet.True | TruthSet.False },
    };

    [Theory]
    [MemberData(nameof(Bearings))]
    public void A_comparison_is_decided_by_where_the_bounds_lie(Comparison comparison, int least, int greatest, TruthSet expected)
    {
        Assert.Equal(expected, PredicateProof.Possible(Compare("a", comparison), Facts(("a", Values(least, greatest)))));
        var withNull = Values(least, greatest) with { MayBeNull = true };
        Assert.Equal(expected | TruthSet.Unknown, PredicateProof.Possible(Compare("a", comparison), Facts(("a", withNull))));
    }

    [Fact]
    public void What_is_not_known_can_be_anything_and_proves_nothing()
    {
        Assert.Equal(TruthSet.Any, PredicateProof.Possible(Other, Facts()));
        Assert.Equal(TruthSet.Any, PredicateProof.Possible(Compare("a", Comparison.Less), Facts()));
        Assert.Equal(TruthSet.True | TruthSet.False, PredicateProof.Possible(new PredicateNode.IsNull(RowSubject.Column("a")), Facts()));
        Assert.False(PredicateProof.AlwaysTrue(new PredicateNode.All([Other]), Facts()));
        Assert.True(PredicateProof.AlwaysTrue(new PredicateNode.Any([Other, Compare("a", Comparison.Less)]), Facts(("a", Values(-1, -1)))));
        Assert.False(PredicateProof.AlwaysTrue(new PredicateNode.Any([Other, new PredicateNode.Not(Other)]), Facts()));
    }

    [Fact]
    public void Rows_with_and_without_a_value_are_looked_at_apart()
    {
        var facts = Facts(("a", Values(1, 1) with { MayBeNull = true }), ("b", Values(-1, 1) with { MayBeNull = true }));
        var isNull = new PredicateNode.IsNull(RowSubject.Column("A"));
        Assert.True(PredicateProof.AlwaysTrue(new PredicateNode.Any([isNull, Compare("a", Comparison.Greater)]), facts));
        Assert.False(PredicateProof.AlwaysTrue(Compare("a", Comparison.Greater), facts));
        Assert.False(PredicateProof.AlwaysTrue(new PredicateNode.Any([isNull, Compare("a", Comparison.Less)]), facts));
        Assert.False(PredicateProof.AlwaysTrue(new PredicateNode.Any([new PredicateNode.IsNull(RowSubject.Column("b")), Compare("a", Comparison.Greater)]), facts));
        Assert.True(PredicateProof.AlwaysTrue(new PredicateNode.Any([isNull, new PredicateNode.Not(isNull)]), facts));
    }

    [Fact]
    public void A_column_without_values_is_null_in_every_row()
    {
        var facts = Facts(("a", new SubjectFacts { MayHaveValue = false }));
        Assert.True(PredicateProof.AlwaysTrue(new PredicateNode.IsNull(RowSubject.Column("a")), facts));
        Assert.Equal(TruthSet.Unknown, PredicateProof.Possible(Compare("a", Comparison.Greater), facts));
    }

    [Fact]
    public void The_connectives_follow_the_tables_of_three_values()
    {
        var each = new (PredicateNode Node, TruthSet Truth)[]
        {
            (Compare("t", Comparison.Less), TruthSet.True),
            (Compare("t", Comparison.Greater), TruthSet.False),
            (Compare("n", Comparison.Less), TruthSet.Unknown),
        };
        var facts = Facts(("t", Values(-1, -1)), ("n", new SubjectFacts { MayHaveValue = false }));
        // false < NULL < true
        static int Rank(TruthSet truth) => truth switch { TruthSet.False => 0, TruthSet.Unknown => 1, _ => 2 };
        foreach (var left in each)
        {
            Assert.Equal(left.Truth, PredicateProof.Possible(left.Node, facts));
            Assert.Equal(2 - Rank(left.Truth), Rank(PredicateProof.Possible(new PredicateNode.Not(left.Node), facts)));
            foreach (var right in each)
            {
                Assert.Equal(Math.Min(Rank(left.Truth), Rank(right.Truth)), Rank(PredicateProof.Possible(new PredicateNode.All([left.Node, right.Node]), facts)));
                Assert.Equal(Math.Max(Rank(left.Truth), Rank(right.Truth)), Rank(PredicateProof.Possible(new PredicateNode.Any([left.Node, right.Node]), facts)));
            }
        }
    }

    [Fact]
    public void A_predicate_is_settled_when_something_is_known_about_each_part()
    {
        var facts = Facts(("a", Values(1, 1)), ("none", new SubjectFacts { MayHaveValue = false }), ("unbound", SubjectFacts.Nothing));
        var (known, open) = (Compare("a", Comparison.Greater), Compare("b", Comparison.Less));
        Assert.True(PredicateProof.IsSettled(new PredicateNode.All([known, new PredicateNode.Not(Compare("none", Comparison.Equal))]), facts));
        Assert.True(PredicateProof.IsSettled(new PredicateNode.IsNull(RowSubject.Column("unbound")), facts));
        Assert.False(PredicateProof.IsSettled(Compare("unbound", Comparison.Less), facts));
        Assert.False(PredicateProof.IsSettled(new PredicateNode.IsNull(RowSubject.Column("b")), facts));
        Assert.False(PredicateProof.IsSettled(new PredicateNode.Any([known, open]), facts));
        Assert.False(PredicateProof.IsSettled(new PredicateNode.Any([known, Other]), facts));
        Assert.True(PredicateProof.IsSettled(new PredicateNode.Any([known, open]), facts, new HashSet<RowSubject> { RowSubject.Column("B") }));
    }

    [Fact]
    public void What_fails_whatever_its_other_subjects_are_is_not_hoped_for()
    {
        var facts = Facts(("high", Values(1, 1)), ("low", Values(-1, -1)), ("both", Values(-1, 1)));
        HashSet<RowSubject> hopes = [RowSubject.Column("x")];
        bool MayBeProven(PredicateNode predicate) => PredicateProof.MayBeProven(predicate, facts, hopes);
        var hoped = Compare("x", Comparison.Equal);
        Assert.True(MayBeProven(hoped));
        Assert.True(MayBeProven(new PredicateNode.Not(hoped)));
        Assert.False(MayBeProven(Other));
        Assert.True(MayBeProven(new PredicateNode.All([hoped, Compare("high", Comparison.Greater)])));
        Assert.False(MayBeProven(new PredicateNode.All([hoped, Compare("both", Comparison.Greater)])));
        Assert.False(MayBeProven(new PredicateNode.All([hoped, Compare("low", Comparison.Greater)])));
        Assert.True(MayBeProven(new PredicateNode.Any([hoped, Compare("low", Comparison.Greater)])));
        Assert.False(MayBeProven(new PredicateNode.Not(new PredicateNode.Any([hoped, Compare("high", Comparison.Greater)]))));
        Assert.True(MayBeProven(new PredicateNode.Not(new PredicateNode.All([hoped, Compare("high", Comparison.Greater)]))));
    }

    [Fact]
    public void Columns_are_the_same_in_any_case_and_expressions_only_to_the_letter()
    {
        Assert.Equal(RowSubject.Column("Origin"), RowSubject.Column("ORIGIN"));
        Assert.Equal(RowSubject.Column("Origin").GetHashCode(), RowSubject.Column("ORIGIN").GetHashCode());
        Assert.NotEqual(RowSubject.Expression("'a'", []), RowSubject.Expression("'A'", []));
        Assert.NotEqual(RowSubject.Column("a"), RowSubject.Expression("a", ["a"]));
    }

    [Theory]
    [InlineData(ConstantKind.Exact, "BIGINT", true)]
    [InlineData(ConstantKind.Exact, "DECIMAL(18,3)", true)]
    [InlineData(ConstantKind.Double, "FLOAT", true)]
    // The engine turns the column into a number or a time: another order.
    [InlineData(ConstantKind.Exact, "VARCHAR", false)]
    [InlineData(ConstantKind.Date, "VARCHAR", false)]
    [InlineData(ConstantKind.Exact, "BOOLEAN", false)]
    [InlineData(ConstantKind.Text, "VARCHAR", true)]
    [InlineData(ConstantKind.Text, "TIMESTAMP", true)]
    [InlineData(ConstantKind.Text, "BIGINT", false)]
    [InlineData(ConstantKind.Text, "UUID", false)]
    [InlineData(ConstantKind.Timestamp, "DATE", true)]
    [InlineData(ConstantKind.TimestampTz, "TIMESTAMP", false)]
    [InlineData(ConstantKind.Boolean, "BOOLEAN", true)]
    public void A_constant_is_compared_in_the_columns_own_order_or_not_at_all(ConstantKind kind, string type, bool expected) =>
        Assert.Equal(expected, new PredicateConstant(kind, "x").KeepsOrderOf(type));

    private static PredicateNode.Compare Compare(string column, Comparison comparison) => new(RowSubject.Column(column), comparison, C);

    private static SubjectFacts Values(int least, int greatest) =>
        new() { MayBeNull = false, Bearings = ImmutableDictionary<PredicateConstant, Bearing>.Empty.Add(C, new Bearing(least, greatest)) };

    private static Dictionary<RowSubject, SubjectFacts> Facts(params (string Column, SubjectFacts Facts)[] facts) =>
        facts.ToDictionary(static f => RowSubject.Column(f.Column), static f => f.Facts);
}
