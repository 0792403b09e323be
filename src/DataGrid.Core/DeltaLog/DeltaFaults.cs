using DataGrid.Contracts.Errors;

namespace DataGrid.Core.DeltaLog;

/// <summary>One place that words the faults of tables.</summary>
public static class DeltaFaults
{
    /// <summary>The table's files contradict the protocol or each other: nothing may be read from it or written to it.</summary>
    public static DataGridException Corrupt(string message, string help = "Restore the named file from a backup, or read an older version", Exception? inner = null) =>
        Fault(ErrorCodes.TableCorrupt, message, help, inner);

    /// <summary>The table needs something that is not implemented here.</summary>
    public static DataGridException Unsupported(string message, string help) => Fault(ErrorCodes.TableFeatureUnsupported, message, help, null);

    /// <summary>The version asked for does not exist.</summary>
    public static DataGridException VersionUnknown(string message, string help) => Fault(ErrorCodes.VersionUnknown, message, help, null);

    /// <summary>The version asked for has been cleaned up.</summary>
    public static DataGridException VersionVacuumed(string message, string help) => Fault(ErrorCodes.VersionVacuumed, message, help, null);

    /// <summary>A promise that the code itself must keep is broken. Nothing was written.</summary>
    public static DataGridException Invariant(string message) =>
        Fault(ErrorCodes.Internal, message, "This is a defect of DataGrid or of whoever asked for the commit; nothing was written", null);

    private static DataGridException Fault(string code, string message, string help, Exception? inner) =>
        new(new Problem { Code = code, Message = message, Help = help }, inner);
}
