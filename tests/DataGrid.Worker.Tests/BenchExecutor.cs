using DataGrid.Contracts.Runs;
using DataGrid.Engine.Sessions;

namespace DataGrid.Worker.Tests;

/// <summary>What runs the tasks of a bench: here child processes, which serve all tests of this assembly.</summary>
internal static class BenchExecutor
{
    private static readonly Lazy<ITaskExecutor> Children = new(static () =>
    {
        var folder = Directory.CreateTempSubdirectory("datagrid-children-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return new ChildKit(folder, size: 1).Executor;
    });

    public static ITaskExecutor Make(InstancePool pool) => pool is null ? throw new ArgumentNullException(nameof(pool)) : Children.Value;
}
