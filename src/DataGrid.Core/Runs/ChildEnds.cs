using System.Globalization;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;

namespace DataGrid.Core.Runs;

/// <summary>What is known of a child process that ended, or had to be ended, before it gave a result.</summary>
public sealed record ChildEnd
{
    /// <summary>Its exit code; 128 and the signal's number where a signal ended it. Null when it did not end by itself: it said what is no message.</summary>
    public required int? ExitCode { get; init; }

    /// <summary>Whether the kernel killed a process for want of memory meanwhile; null where the system does not tell.</summary>
    public bool? KernelWasOutOfMemory { get; init; }

    /// <summary>The most memory that it was seen to have, in bytes; 0 where that is not known.</summary>
    public long PeakBytes { get; init; }

    /// <summary>The most that it was allowed, in bytes; 0 where there was no limit.</summary>
    public long LimitBytes { get; init; }

    /// <summary>The end of what it wrote to its error output, or what it said instead of a message.</summary>
    public string LastWords { get; init; } = "";
}

/// <summary>Tells how a task's process ended, so that people know which limit to raise and the stage knows whether to try again.</summary>
public static class ChildEnds
{
    private const int Signal = 128;
    private const int Abort = 6;
    private const int BusError = 7;
    private const int Kill = 9;
    private const int SegmentationFault = 11;
    private const int ProcessorTime = 24;
    private const double NearTheLimit = 0.9;

    /// <summary>What libraries say when they get no memory and give up.</summary>
    private static readonly string[] WordsOfMemory = ["bad_alloc", "out of memory", "cannot allocate memory", "failed to allocate", "insufficient memory", "outofmemory"];

    /// <summary>The problem of a task whose process ended.</summary>
    public static Problem Explain(StepSpec step, ChildEnd end)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(end);
        return end.ExitCode switch
        {
            null => Crashed(step, $"the process that ran {step.Name} said what is no message: {end.LastWords}", "this is a defect: report it with the log of the silo"),
            Signal + Kill when end.KernelWasOutOfMemory != false => OutOfMemory(step, end, "the machine or container ran out of memory and the kernel ended its process"),
            Signal + Kill => Crashed(step, $"the process that ran {step.Name} was killed from outside (signal 9)", "find out who kills processes of this silo; the task is tried again"),
            Signal + ProcessorTime => new Problem
            {
                Code = ErrorCodes.TaskTimeout,
                Message = $"{step.Name} took more processor time than its limit of {step.Timeout} allows",
                Help = "raise the timeout of the model or of defaults in datagrid.yaml",
                Dataset = step.Name.ToString(),
                Position = new SourcePosition { File = step.File },
            },
            _ when IsMemory(end) => OutOfMemory(step, end, "its process could get no more memory and ended"),
            > Signal and int code => Crashed(step, $"the process that ran {step.Name} crashed ({NameOf(code - Signal)}){Words(end)}", Advice),
            { } code => Crashed(step, string.Create(CultureInfo.InvariantCulture, $"the process that ran {step.Name} ended with code {code}{Words(end)}"), Advice),
        };
    }

    /// <summary>What a task needed and had, to be added to an engine's own message that its memory was not enough.</summary>
    public static string Used(long peakBytes, long limitBytes) => (peakBytes, limitBytes) switch
    {
        ( > 0, > 0) => $"; its process had {Size(peakBytes)} of the {Size(limitBytes)} that it may have",
        ( > 0, _) => $"; its process had {Size(peakBytes)}",
        _ => "",
    };

    private const string Advice = "the silo goes on and the task is tried again; if it always crashes, report it with the log of the silo";

    private static bool IsMemory(ChildEnd end) =>
        WordsOfMemory.Any(words => end.LastWords.Contains(words, StringComparison.OrdinalIgnoreCase))
        || (end.ExitCode is Signal + Abort or Signal + BusError or Signal + SegmentationFault && end.LimitBytes > 0 && end.PeakBytes >= end.LimitBytes * NearTheLimit);

    private static Problem OutOfMemory(StepSpec step, ChildEnd end, string what) => new()
    {
        Code = ErrorCodes.OutOfMemory,
        Message = $"{step.Name} needed more memory than there is: {what}{Used(end.PeakBytes, end.LimitBytes)}",
        Help = "give the engine more memory (--memory), run fewer tasks side by side (the worker's slots), or let the query keep less at once (fewer columns, smaller groups)",
        Dataset = step.Name.ToString(),
        Position = new SourcePosition { File = step.File },
    };

    private static Problem Crashed(StepSpec step, string message, string help) =>
        new() { Code = ErrorCodes.WorkerCrashed, Message = message, Help = help, Dataset = step.Name.ToString(), Position = new SourcePosition { File = step.File } };

    private static string Words(ChildEnd end) => end.LastWords.Trim() is { Length: > 0 } words ? $": {words}" : "";

    private static string NameOf(int signal) => signal switch
    {
        Abort => "it aborted",
        BusError => "bus error",
        SegmentationFault => "segmentation fault",
        _ => string.Create(CultureInfo.InvariantCulture, $"signal {signal}"),
    };

    private static string Size(long bytes) => bytes >= 10L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes >> 30} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB");
}
