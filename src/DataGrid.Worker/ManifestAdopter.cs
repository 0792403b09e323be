using System.Collections.Immutable;
using DataGrid.Contracts.Runs;
using DataGrid.Storage.Tables;

namespace DataGrid.Worker;

/// <summary>Checks what a task says it wrote and moves the files to their final names. The task itself never touches a table's folder.</summary>
internal sealed class ManifestAdopter(TableSet tables)
{
    /// <summary>Checks and adopts. Doing it again for the same attempt is harmless.</summary>
    /// <exception cref="InvalidDataException">The manifest names a file outside of the staging folder, or one that is not as it says.</exception>
    public async Task<ImmutableArray<AdoptedFile>> AdoptAsync(TaskSpec task, Manifest manifest, CancellationToken cancellationToken)
    {
        var root = Path.GetFullPath(task.StagingDirectory) + Path.DirectorySeparatorChar;
        var adopted = ImmutableArray.CreateBuilder<AdoptedFile>(manifest.Files.Length);
        for (var index = 0; index < manifest.Files.Length; index++)
        {
            var file = manifest.Files[index];
            var staged = Path.GetFullPath(Path.Combine(root, file.StagedPath));
            if (!staged.StartsWith(root, StringComparison.Ordinal)) throw Wrong(task, file, "it lies outside of the task's staging folder");
            if (File.ResolveLinkTarget(staged, returnFinalTarget: false) is not null) throw Wrong(task, file, "it is a link");
            if (new FileInfo(staged) is { Exists: true } info && info.Length != file.Bytes) throw Wrong(task, file, $"it has {info.Length} bytes, not {file.Bytes}");
            var dataset = file.Role == ManifestFileRole.Quarantine ? task.Step.Name.Quarantine : task.Step.Name;
            adopted.Add(await tables.AdoptAsync(dataset, task.Attempt, index, staged, file, cancellationToken));
        }
        return adopted.MoveToImmutable();
    }

    private static InvalidDataException Wrong(TaskSpec task, ManifestFile file, string why) =>
        new($"task {task.Task} reported the file '{file.StagedPath}', but {why}");
}
