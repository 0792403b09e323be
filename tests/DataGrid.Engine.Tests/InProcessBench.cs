using DataGrid.Contracts.Runs;
using DataGrid.Engine.Sessions;
using DataGrid.Engine.Tasks;

namespace DataGrid.Engine.Tests.Tasks;

/// <summary>Here tasks run in the process of the tests.</summary>
internal sealed partial class TaskBench
{
    private static partial ITaskExecutor MakeExecutor(InstancePool pool) => new TaskExecutor(pool, TimeProvider.System);
}
