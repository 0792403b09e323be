using DataGrid.Contracts.Runs;
using DataGrid.Engine.Sessions;
using DataGrid.Engine.Tasks;

namespace DataGrid.Engine.Tests;

/// <summary>What runs the tasks of a bench: here the process of the tests.</summary>
internal static class BenchExecutor
{
    public static ITaskExecutor Make(InstancePool pool) => new TaskExecutor(pool, TimeProvider.System);
}
