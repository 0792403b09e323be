using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Runs;

namespace DataGrid.Core.Tests.Runs;

public sealed class ChildEndsTests
{
    private static readonly StepSpec Step = new() { Name = DatasetName.Parse("silver.orders"), File = "models/silver/orders.sql", Sql = "", Columns = [], Reads = [] };

    [Theory]
    // The kernel's killer, a killer from outside, and a system that does not tell.
    [InlineData(137, true, 900, 1000, "", ErrorCodes.OutOfMemory)]
    [InlineData(137, false, 900, 1000, "", ErrorCodes.WorkerCrashed)]
    [InlineData(137, null, 0, 0, "", ErrorCodes.OutOfMemory)]
    // A library that gives up: told by its words, or by how near the limit it was.
    [InlineData(134, false, 0, 0, "terminate called after throwing an instance of 'std::bad_alloc'", ErrorCodes.OutOfMemory)]
    [InlineData(134, false, 0, 0, "Out of memory.", ErrorCodes.OutOfMemory)]
    [InlineData(134, false, 950, 1000, "", ErrorCodes.OutOfMemory)]
    [InlineData(134, false, 500, 1000, "assertion failed", ErrorCodes.WorkerCrashed)]
    [InlineData(139, false, 500, 1000, "", ErrorCodes.WorkerCrashed)]
    [InlineData(139, false, 999, 1000, "", ErrorCodes.OutOfMemory)]
    [InlineData(152, false, 0, 0, "", ErrorCodes.TaskTimeout)]
    [InlineData(1, false, 0, 0, "", ErrorCodes.WorkerCrashed)]
    [InlineData(0, false, 999, 1000, "", ErrorCodes.WorkerCrashed)]
    [InlineData(null, null, 0, 0, "no message begins with the bytes 00", ErrorCodes.WorkerCrashed)]
    public void An_end_is_told_by_what_caused_it(int? exitCode, bool? kernel, long peak, long limit, string words, string code)
    {
        var problem = ChildEnds.Explain(Step, new ChildEnd { ExitCode = exitCode, KernelWasOutOfMemory = kernel, PeakBytes = peak << 20, LimitBytes = limit << 20, LastWords = words });
        Assert.Equal(code, problem.Code);
        Assert.Contains("silver.orders", problem.Message, StringComparison.Ordinal);
        Assert.NotNull(problem.Help);
        Assert.Equal("models/silver/orders.sql", problem.Position!.File);
    }

    [Fact]
    public void Too_little_memory_tells_the_peak_the_limit_and_what_to_raise()
    {
        var problem = ChildEnds.Explain(Step, new ChildEnd { ExitCode = 137, KernelWasOutOfMemory = true, PeakBytes = 1500L << 20, LimitBytes = 20L << 30 });
        Assert.Contains("1500 MiB of the 20 GiB", problem.Message, StringComparison.Ordinal);
        Assert.Contains("--memory", problem.Help!, StringComparison.Ordinal);
        Assert.Equal(RetryHint.RetryWithMoreMemory, problem.Kind.Retry);
    }
}
