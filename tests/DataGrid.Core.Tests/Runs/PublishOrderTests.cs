using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Lineage;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;

namespace DataGrid.Core.Tests.Runs;

public sealed class PublishOrderTests
{
    private const string Quarantine = "__quarantine";

    [Fact]
    public void A_commit_waits_for_what_its_step_read_in_the_run_and_all_wait_for_the_first() =>
        Assert.Equal(["", "0", "0,1", "0"], Order(("a", ["raw"]), ("b", ["a", "raw"]), ("c", ["b"]), ("d", ["raw", "elsewhere"])));

    [Fact]
    public void A_table_waits_for_its_quarantine_and_a_reader_for_both() =>
        Assert.Equal(["", "0", "0,1", "0,1,2"], Order(("x", []), ("a" + Quarantine, ["raw"]), ("a", ["raw"]), ("b", ["a"])));

    [Fact]
    public void A_quarantine_waits_for_what_its_step_read_as_the_table_does() =>
        Assert.Equal(["", "0", "0,1", "0,1,2"], Order(("x", []), ("a", []), ("b" + Quarantine, ["a"]), ("b", ["a"])));

    [Fact]
    public void A_reader_of_a_quarantine_waits_for_it() =>
        Assert.Equal(["", "0", "0,1"], Order(("x", []), ("a" + Quarantine, []), ("b", ["a" + Quarantine])));

    [Fact]
    public void A_step_that_reads_its_own_table_does_not_wait_for_itself() => Assert.Equal(["", "0"], Order(("x", []), ("a", ["a"])));

    /// <summary>Seeded: plans of random graphs, carried out with a death after any number of commits in any order that the waiting allows.</summary>
    [Fact]
    public void Whatever_stands_when_a_process_dies_has_all_that_it_was_made_from()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            (string, string[])[] steps = [.. Enumerable.Range(0, 12).Select(step => ($"t{step}", Enumerable.Range(0, step).Where(_ => random.Next(4) == 0).Select(static read => $"t{read}").ToArray()))];
            var order = PublishOrder.Of(PlanOf(steps));
            var standing = new HashSet<int>();
            for (var commits = random.Next(steps.Length + 1); commits > 0; commits--)
            {
                int[] ready = [.. Enumerable.Range(0, order.Length).Where(place => !standing.Contains(place) && order[place].All(standing.Contains))];
                Assert.NotEmpty(ready);
                standing.Add(ready[random.Next(ready.Length)]);
            }
            foreach (var place in standing)
                foreach (var read in steps[place].Item2)
                    Assert.True(standing.Contains(int.Parse(read[1..])), $"seed {seed}: t{place} stands without {read}");
        }
    }

    private static string[] Order(params (string Dataset, string[] Reads)[] commits) => [.. PublishOrder.Of(PlanOf(commits)).Select(static before => string.Join(',', before))];

    private static PublishPlan PlanOf((string Dataset, string[] Reads)[] commits) => new()
    {
        Run = RunId.Parse("20260101-000000-00000000"),
        Pipeline = PipelineId.Parse("p"),
        Number = 1,
        Commits = [.. commits.Select(static commit => CommitOf(commit.Dataset, commit.Reads))],
    };

    private static DatasetCommit CommitOf(string dataset, string[] reads) => new()
    {
        Dataset = DatasetName.Parse($"s.{dataset}"),
        Owner = PipelineId.Parse("p"),
        Run = RunId.Parse("20260101-000000-00000000"),
        Step = DatasetName.Parse($"s.{dataset.Replace(Quarantine, "", StringComparison.Ordinal)}"),
        Kind = RowChange.Replace,
        Columns = [],
        Adds = [],
        Provenance = new VersionProvenance
        {
            Run = RunId.Parse("20260101-000000-00000000"),
            Pipeline = PipelineId.Parse("p"),
            Fingerprint = "f",
            Inputs = [.. reads.Select(static read => new InputVersion { Dataset = DatasetName.Parse($"s.{read}"), Files = 1, Bytes = 1 })],
            LineageFile = "l",
        },
    };
}
