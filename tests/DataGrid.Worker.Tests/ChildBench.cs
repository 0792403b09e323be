using DataGrid.Contracts.Runs;
using DataGrid.Engine.Sessions;
using DataGrid.Worker.Tests;

namespace DataGrid.Engine.Tests.Tasks;

/// <summary>Here tasks run in child processes, which serve all tests of this assembly.</summary>
internal sealed partial class TaskBench
{
    private static readonly Lazy<ITaskExecutor> Children = new(static () =>
    {
        var folder = Directory.CreateTempSubdirectory("datagrid-children-").FullName;
        var kit = new ChildKit(folder, size: 1);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return kit.Executor;
    });

    private static partial ITaskExecutor MakeExecutor(InstancePool pool) => Children.Value;
}
