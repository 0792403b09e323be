using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;

namespace DataGrid.Core.Tests.Contracts;

public sealed class GrainKeysTests
{
    private static readonly WorkspaceId Workspace = WorkspaceId.Parse("team-a");
    private static readonly PipelineId Pipeline = PipelineId.Parse("flights");
    private static readonly RunId Run = RunId.Parse("20261120-131502-0000007f");
    private static readonly DatasetName Dataset = DatasetName.Parse("silver.flights");

    [Fact]
    public void Keys_are_the_parts_from_the_workspace_down()
    {
        Assert.Equal("team-a", GrainKeys.Workspace(Workspace));
        Assert.Equal("team-a/flights", GrainKeys.Pipeline(Workspace, Pipeline));
        Assert.Equal("team-a/20261120-131502-0000007f", GrainKeys.Run(Workspace, Run));
        Assert.Equal("team-a/20261120-131502-0000007f/silver.flights/3", GrainKeys.Stage(Workspace, Run, Dataset, 3));
        Assert.Equal("team-a/silver.flights", GrainKeys.Dataset(Workspace, Dataset));
        Assert.Equal("team-a/silver.flights/month=2001-01", GrainKeys.Partition(Workspace, Dataset, "month=2001-01"));
    }

    [Fact]
    public void What_built_a_key_is_read_from_it_again()
    {
        var stage = GrainKeys.Stage(Workspace, Run, Dataset, 3);
        var partition = GrainKeys.Partition(Workspace, Dataset, "region=a/day=2001-01-02");

        Assert.Equal(Workspace, GrainKeys.WorkspaceOf(stage));
        Assert.Equal(Run, GrainKeys.RunOf(stage));
        Assert.Equal(Dataset, GrainKeys.StageOf(stage));
        Assert.Equal(Pipeline, GrainKeys.PipelineOf(GrainKeys.Pipeline(Workspace, Pipeline)));
        Assert.Equal(Workspace, GrainKeys.WorkspaceOf(partition));
        Assert.Equal(Dataset, GrainKeys.DatasetOf(partition));
    }

    [Fact]
    public void A_key_that_was_built_elsewhere_is_refused()
    {
        Assert.Throws<FormatException>(() => GrainKeys.RunOf("team-a"));
        Assert.Throws<FormatException>(() => GrainKeys.WorkspaceOf("/flights"));
        Assert.Throws<FormatException>(() => GrainKeys.DatasetOf("team-a/flights"));
    }
}
