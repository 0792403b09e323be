using System.Text.Json;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Quality;
using DataGrid.Contracts.Runs;
using Google.Protobuf.WellKnownTypes;

namespace DataGrid.Gateway.Grpc;

/// <summary>What several services say, as messages. Words of enumerations are those of the REST API.</summary>
internal static class ProblemMessages
{
    public static V1.Problem Of(Problem problem) => new()
    {
        Code = problem.Code,
        Message = problem.Message,
        Help = problem.Help ?? "",
        File = problem.Position?.File ?? "",
        Line = problem.Position?.Line ?? 0,
        Column = problem.Position?.Column ?? 0,
        Excerpt = problem.Excerpt ?? "",
        Dataset = problem.Dataset ?? "",
        IsWarning = problem.IsWarning,
        CanRetry = problem.Kind.Retry != RetryHint.Never,
    };

    public static V1.Problem? OfOptional(Problem? problem) => problem is null ? null : Of(problem);

    public static V1.Column Of(ColumnSpec column) => new() { Name = column.Name, Type = column.Type, Description = column.Description ?? "" };

    public static V1.CheckResult Of(CheckResult check) => new()
    {
        Name = check.Name, Kind = Word(check.Kind), Otherwise = Word(check.Otherwise), FailedRows = check.FailedRows, CheckedRows = check.CheckedRows, Detail = check.Detail ?? "",
    };

    public static V1.InputVersion Of(InputVersion input)
    {
        var message = new V1.InputVersion { Dataset = input.Dataset.ToString(), Files = input.Files, Bytes = input.Bytes };
        if (input.Version is { } version) message.Version = version;
        return message;
    }

    public static Timestamp? Of(DateTimeOffset? at) => at is { } moment ? Timestamp.FromDateTimeOffset(moment) : null;

    /// <summary>The value of an enumeration as the REST API writes it.</summary>
    public static string Word<T>(T value) where T : struct, System.Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
