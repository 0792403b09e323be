using System.Globalization;
using DataGrid.Engine.Sessions;
using DataGrid.Worker.Children;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataGrid.Worker.Tests;

/// <summary>A pool of children with an executor, and what the system knows of them.</summary>
internal sealed class ChildKit : IAsyncDisposable
{
    private readonly string _folder;

    public ChildKit(string folder, int size, ChildOptions? options = null)
    {
        _folder = folder;
        var engine = new EngineOptions { TemporaryDirectory = folder, TargetFileBytes = 64L << 20, MemoryBytes = 1L << 30, Threads = 2 };
        Pool = new ChildPool(size, engine, options ?? new ChildOptions(), TimeProvider.System, NullLogger<ChildPool>.Instance);
        Executor = new ChildTaskExecutor(Pool, TimeProvider.System, NullLogger<ChildTaskExecutor>.Instance);
    }

    public ChildPool Pool { get; }

    public ChildTaskExecutor Executor { get; }

    /// <summary>Its children that live, by the folders that they work in.</summary>
    public int[] Processes() =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(static name => int.TryParse(name, out _))
            .Select(static name => int.Parse(name!, CultureInfo.InvariantCulture)).Where(id => WorksIn(id)?.StartsWith(_folder, StringComparison.Ordinal) == true).Order(),
    ];

    /// <summary>One child, once it is there.</summary>
    public async Task<int> ProcessAsync()
    {
        await Pool.WarmUpAsync();
        return Assert.Single(Processes());
    }

    /// <summary>A file that the kernel shows of a process.</summary>
    public static string Read(int process, string file) => File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/{file}"));

    public ValueTask DisposeAsync() => Pool.DisposeAsync();

    private static string? WorksIn(int process)
    {
        try
        {
            return File.ResolveLinkTarget(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/cwd"), returnFinalTarget: false)?.FullName;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
