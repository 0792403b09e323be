using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Storage;

namespace DataGrid.Core.Errors;

/// <summary>Turns faults into what people read. The one place that does so for everything above the store and the engine.</summary>
public static class FaultProblems
{
    /// <summary>A problem for a fault. One that is not known is called internal: the caller logs it with its stack.</summary>
    public static Problem From(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault switch
        {
            DataGridException known => known.Problem,
            ObjectStoreException store => new Problem { Code = CodeOf(store.Fault), Message = Sentence(store.Message), Help = store.Help ?? HelpOf(store.Fault) },
            _ when DataGridException.LuggageOf(fault) is { } brought => brought,
            OperationCanceledException => new Problem { Code = ErrorCodes.Interrupted, Message = "it was interrupted" },
            _ => new Problem
            {
                Code = ErrorCodes.Internal,
                Message = $"DataGrid broke one of its own rules: {Sentence(fault.Message)}",
                Help = "this is a bug; please report it with the log",
            },
        };
    }

    private static string CodeOf(StoreFault fault) => fault switch
    {
        StoreFault.AccessDenied => ErrorCodes.PermissionDenied,
        StoreFault.NoSpace => ErrorCodes.DiskFull,
        StoreFault.Unsupported or StoreFault.Misconfigured => ErrorCodes.RootUnusable,
        _ => ErrorCodes.StoreUnavailable,
    };

    private static string HelpOf(StoreFault fault) => fault switch
    {
        StoreFault.AccessDenied => "give this user the right to read and write there, or choose another --root",
        StoreFault.NoSpace => "make room, then run again: nothing is lost",
        StoreFault.Unsupported => "choose another --root",
        StoreFault.Misconfigured => "correct how the store is configured, or choose another --root",
        _ => "run again when the store is well",
    };

    private static string Sentence(string message) => message.TrimEnd('.');
}
