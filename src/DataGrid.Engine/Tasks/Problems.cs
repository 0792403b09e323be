using System.Globalization;
using System.Text.RegularExpressions;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Projects.Sources;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tasks;

/// <summary>Turns failures of a task into problems: what happened, where in the user's files, what to do.</summary>
internal sealed partial class Problems(string dataset, string file, IReadOnlyList<TaskFile> inputFiles, IReadOnlySet<string> tablePaths)
{
    private const int NoSpaceLeft = 28;

    /// <param name="failure">What was thrown.</param>
    public Problem Of(Exception failure) => failure switch
    {
        DataGridException known => known.Problem with { Dataset = known.Problem.Dataset ?? dataset },
        StatementException statement => Engine(statement.Failure, Place(statement)),
        DuckDbException engine => Engine(engine, null),
        IOException io when (io.HResult & 0xFFFF) == NoSpaceLeft || io.Message.Contains("No space left", StringComparison.OrdinalIgnoreCase) => DiskFull(io.Message),
        UnauthorizedAccessException denied => Make(ErrorCodes.PermissionDenied, denied.Message, "allow this user to read the inputs and to write the data folder"),
        IOException io => Make(ErrorCodes.StoreUnavailable, io.Message, "look at the disk or mount that the message names"),
        _ => Make(ErrorCodes.Internal, $"{failure.GetType().Name}: {failure.Message}", "this is a defect of DataGrid: report it with the log of the run"),
    };

    private Problem Engine(DuckDbException failure, (SourcePosition Position, string? Excerpt)? place)
    {
        var message = Readable(failure.Message);
        if (message.Contains("No space left on device", StringComparison.OrdinalIgnoreCase))
            return DiskFull(message);
        if (failure.Kind == DuckDbErrorKind.OutOfMemory)
            return Make(ErrorCodes.OutOfMemory, FirstLine(message), "give the task more memory, or let the query keep less at once (fewer columns, smaller groups)");
        if (InputFile(failure.Message) is { } input)
            return FileProblem(failure, input, message);
        var problem = failure.Kind switch
        {
            DuckDbErrorKind.Parser or DuckDbErrorKind.Syntax => Make(ErrorCodes.SqlSyntax, FirstLine(message), "mend the SQL"),
            DuckDbErrorKind.Binder when failure.Subtype == "COLUMN_NOT_FOUND" => Make(ErrorCodes.ColumnUnknown, FirstLine(message), Candidates(failure)),
            DuckDbErrorKind.Catalog => Make(ErrorCodes.SqlInvalid, FirstLine(message), Candidates(failure)),
            DuckDbErrorKind.Binder or DuckDbErrorKind.ParameterNotResolved or DuckDbErrorKind.ParameterNotAllowed or DuckDbErrorKind.NotImplemented =>
                Make(ErrorCodes.SqlInvalid, FirstLine(message), "mend the SQL"),
            DuckDbErrorKind.Permission when message.Contains("disabled by configuration", StringComparison.Ordinal) =>
                Make(ErrorCodes.SqlForbidden, FirstLine(message), "SQL may read datasets only: declare the files as a source"),
            DuckDbErrorKind.Permission => Make(ErrorCodes.PermissionDenied, FirstLine(message), "allow this user to read the inputs and to write the data folder"),
            DuckDbErrorKind.IO when message.Contains("Permission denied", StringComparison.OrdinalIgnoreCase) =>
                Make(ErrorCodes.PermissionDenied, FirstLine(message), "allow this user to read the inputs and to write the data folder"),
            DuckDbErrorKind.IO => Make(ErrorCodes.StoreUnavailable, FirstLine(message), "look at the disk or mount that the message names"),
            DuckDbErrorKind.Internal or DuckDbErrorKind.Fatal or DuckDbErrorKind.NullPointer => Make(ErrorCodes.Internal, FirstLine(message), "this is a defect: report it with the log of the run"),
            _ => Make(ErrorCodes.DataInvalid, FirstLine(message), "mend the data, or let the SQL expect it (TRY_CAST, NULLIF, a check)"),
        };
        // Failures while rows are computed have no place; the model's file is the nearest.
        return problem with { Position = place?.Position ?? new SourcePosition { File = file }, Excerpt = place?.Excerpt };
    }

    /// <summary>A file that cannot be read, or a value in it that does not fit.</summary>
    private Problem FileProblem(DuckDbException failure, TaskFile input, string message)
    {
        var line = LineNumber().Match(failure.Message) is { Success: true } match && int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : (int?)null;
        // Malformed JSON is counted from one value too far; and values are counted, not lines.
        var isMalformed = failure.Message.Contains("Malformed JSON", StringComparison.Ordinal);
        if (isMalformed || (line is not null && failure.Message.Contains("JSON", StringComparison.Ordinal)))
            line = JsonLines.LineOf(input.Path, Math.Max(1, (line ?? 1) - (isMalformed ? 1 : 0)));
        var position = new SourcePosition { File = input.Name, Line = line };
        if (message.Contains("Permission denied", StringComparison.OrdinalIgnoreCase))
            return Make(ErrorCodes.PermissionDenied, FirstLine(message), $"allow this user to read {input.Name}") with { Position = position };
        var isTable = tablePaths.Contains(input.Path);
        var isText = failure.Message.Contains("CSV Error", StringComparison.Ordinal) || failure.Message.Contains("JSON", StringComparison.Ordinal);
        if (isText)
            return Make(ErrorCodes.SourceInvalid, TextDetail(message, input.Name, line), $"mend {input.Name}{(line is null ? "" : $" at line {line}")}, or change the column's type in datagrid.yaml") with { Position = position, Excerpt = Original().Match(failure.Message) is { Success: true } original ? original.Groups[1].Value : null };
        return isTable
            ? Make(ErrorCodes.TableCorrupt, $"the file {input.Name} cannot be read: {FirstLine(message)}", "restore the file from a backup, or roll the table back to a version without it") with { Position = position }
            : Make(ErrorCodes.SourceUnreadable, $"{input.Name} cannot be read: {FirstLine(message)}", "write the file again: it is damaged, cut off or of another format") with { Position = position };
    }

    /// <summary>The engine's message about a line of text, without its list of reader settings.</summary>
    private static string TextDetail(string message, string name, int? line)
    {
        var what = message.Split('\n').Select(l => l.Trim()).FirstOrDefault(l => l.StartsWith("Error when", StringComparison.Ordinal) || l.StartsWith("Expected Number", StringComparison.Ordinal))
            ?? message.Split('\n').Select(l => l.Trim()).FirstOrDefault(l => l.Length > 0 && !l.StartsWith("CSV Error on Line", StringComparison.Ordinal) && !l.StartsWith("Original Line", StringComparison.Ordinal))
            ?? message;
        // The line stands before already, and the engine's count may be off.
        what = InLine().Replace(what, "");
        return line is null ? $"{name}: {what}" : string.Create(CultureInfo.InvariantCulture, $"{name}, line {line}: {what}");
    }

    private (SourcePosition Position, string? Excerpt)? Place(StatementException failure)
    {
        if (failure.UserPosition is not { } position)
            return null;
        var text = failure.UserText;
        var lineStart = position == 0 ? 0 : text.LastIndexOf('\n', position - 1) + 1;
        var lineEnd = text.IndexOf('\n', lineStart);
        var line = text.AsSpan(0, lineStart).Count('\n') + 1;
        return (new SourcePosition { File = file, Line = line, Column = position - lineStart + 1 }, text[lineStart..(lineEnd < 0 ? text.Length : lineEnd)].TrimEnd('\r'));
    }

    private TaskFile? InputFile(string message) => inputFiles.FirstOrDefault(f => message.Contains(f.Path, StringComparison.Ordinal));

    /// <summary>Paths of this machine mean nothing to a reader of the message.</summary>
    private string Readable(string message) => inputFiles.Aggregate(message, (text, f) => text.Replace(f.Path, f.Name, StringComparison.Ordinal));

    private static string Candidates(DuckDbException failure) => failure.Candidates.Count > 0 ? $"did you mean {string.Join(", ", failure.Candidates.Take(3))}?" : "mend the name";

    private Problem DiskFull(string message) => Make(ErrorCodes.DiskFull, Readable(FirstLine(message)), "free some space, or give the data and temporary folders a larger disk");

    private Problem Make(string code, string message, string help) => new() { Code = code, Message = message.TrimEnd('.', ' ', '!'), Help = help, Dataset = dataset };

    private static string FirstLine(string message) => message.Split('\n')[0].Trim();

    [GeneratedRegex(@"(?:CSV Error on Line|in line|in record/value):? (\d+)")]
    private static partial Regex LineNumber();

    [GeneratedRegex(@",? in (?:line|record/value) \d+")]
    private static partial Regex InLine();

    [GeneratedRegex(@"Original Line: ([^\n]*)")]
    private static partial Regex Original();
}
