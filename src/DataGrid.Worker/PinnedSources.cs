using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;

namespace DataGrid.Worker;

/// <summary>Looks at a task's source files after they were read: one that changed meanwhile may have been read half old, half new.</summary>
internal static class PinnedSources
{
    /// <summary>What changed since it was pinned; null when nothing did.</summary>
    public static Problem? Change(TaskSpec task)
    {
        foreach (var input in task.Inputs.Where(static input => input.Form == TaskInputForm.Source))
            foreach (var file in input.Files)
            {
                var now = new FileInfo(file.Path);
                if (now.Exists && now.Length == file.Bytes && (file.ModifiedAt is not { } pinned || now.LastWriteTimeUtc == pinned.UtcDateTime)) continue;
                return new Problem
                {
                    Code = now.Exists ? ErrorCodes.SourceChanged : ErrorCodes.SourceMissing,
                    Message = $"the file {file.Name} of {input.Name} {(now.Exists ? "changed" : "was removed")} while {task.Step.Name} read it",
                    Help = "let files arrive whole (write them elsewhere and rename them), then run again",
                    Dataset = input.Name.ToString(),
                    Position = new SourcePosition { File = file.Name },
                };
            }
        return null;
    }
}
