using System.Text.Json;
using DataGrid.Contracts.Datasets;
using DataGrid.Core.Sql;
using DataGrid.Engine.SqlGate;

namespace DataGrid.Engine.Tests.Hostile;

/// <summary>The first wall alone: every hostile text is refused, for the right reason, without being bound.</summary>
public sealed class GateHostileTests : IClassFixture<GateFixture>
{
    private readonly GateFixture _fixture;

    public GateHostileTests(GateFixture fixture) => _fixture = fixture;

    [Theory]
    [MemberData(nameof(HostileCorpus.Ids), MemberType = typeof(HostileCorpus))]
    public void The_gate_alone_refuses_every_hostile_text_for_the_right_reason(string id)
    {
        var hostile = HostileCorpus.Find(id);
        var outcome = _fixture.Gate.Check(new SqlSource(hostile.Sql), _fixture.Context(SqlPurpose.Model));
        Assert.NotEmpty(outcome.Findings);
        Assert.Contains(hostile.Reason, outcome.Findings.Select(static finding => JsonNamingPolicy.SnakeCaseLower.ConvertName(finding.Refusal.ToString())));
        Assert.All(outcome.Problems, static problem =>
        {
            Assert.NotEmpty(problem.Message);
            Assert.NotNull(problem.Help);
        });
    }

    [Fact]
    public void The_corpus_has_no_case_twice()
    {
        Assert.True(HostileCorpus.All.Count >= 100);
        Assert.Equal(HostileCorpus.All.Count, HostileCorpus.All.Select(static item => item.Sql).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(HostileCorpus.Ids), MemberType = typeof(HostileCorpus))]
    public void An_ad_hoc_query_may_use_chance_and_time_and_nothing_else_of_the_corpus(string id)
    {
        var hostile = HostileCorpus.Find(id);
        var outcome = _fixture.Gate.Check(new SqlSource(hostile.Sql), _fixture.Context(SqlPurpose.Query));
        Assert.Equal(hostile.Reason == "nondeterministic", outcome.Passes);
    }
}

/// <summary>One gate for many tests.</summary>
public sealed class GateFixture : IDisposable
{
    private readonly SqlParser _parser = new();

    public GateFixture() => Gate = new SelectGate(_parser);

    public SelectGate Gate { get; }

    public SqlGateContext Context(SqlPurpose purpose) => new() { Purpose = purpose, Datasets = new HashSet<DatasetName> { DatasetName.Parse("raw.t") } };

    public void Dispose() => _parser.Dispose();
}
