using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataGrid.Contracts.Errors;
using DataGrid.Gateway.Grpc;
using Microsoft.AspNetCore.Http;

namespace DataGrid.Gateway.Http;

/// <summary>A failure as RFC 9457 writes it. Clients decide by <see cref="Code"/>; the rest is for people.</summary>
internal sealed record ProblemAnswer
{
    /// <summary>The code as a URN.</summary>
    public required string Type { get; init; }

    /// <summary>The code in words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What happened.</summary>
    public required string Detail { get; init; }

    /// <summary>The request.</summary>
    public string? Instance { get; init; }

    /// <summary>The stable code.</summary>
    public required string Code { get; init; }

    /// <summary>What to do.</summary>
    public string? Help { get; init; }

    /// <summary>The file of the user's project in which it is.</summary>
    public string? File { get; init; }

    /// <summary>The line in it, from 1.</summary>
    public int? Line { get; init; }

    /// <summary>The column in the line, from 1.</summary>
    public int? Column { get; init; }

    /// <summary>The text at that place.</summary>
    public string? Excerpt { get; init; }

    /// <summary>The dataset that it concerns.</summary>
    public string? Dataset { get; init; }

    /// <summary>Whether the same request can succeed later: <c>never</c>, <c>retry</c>.</summary>
    public required RetryHint Retry { get; init; }

    /// <summary>What to name when asking for help.</summary>
    public string? RequestId { get; init; }

    /// <summary>Everything that was found, where it is more than this.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<Problem> Problems { get; init; }

    /// <summary>Of one or several problems; the first error leads.</summary>
    public static ProblemAnswer Of(ImmutableArray<Problem> problems, HttpContext http)
    {
        var first = problems.FirstOrDefault(static problem => !problem.IsWarning) ?? problems[0];
        return new ProblemAnswer
        {
            Type = $"urn:datagrid:error:{first.Code}",
            Title = Words(first.Code),
            Status = first.Kind.HttpStatus,
            Detail = first.Message,
            Instance = http.Request.Path.Value,
            Code = first.Code,
            Help = first.Help,
            File = first.Position?.File,
            Line = first.Position?.Line,
            Column = first.Position?.Column,
            Excerpt = first.Excerpt,
            Dataset = first.Dataset,
            Retry = first.Kind.Retry,
            RequestId = http.TraceIdentifier,
            Problems = problems.Length > 1 ? problems : default,
        };
    }

    /// <summary>Writes it as the whole answer.</summary>
    public static async Task WriteAsync(HttpContext http, params ImmutableArray<Problem> problems)
    {
        if (GrpcAnswer.Asks(http))
        {
            GrpcAnswer.Fail(http, problems);
            return;
        }
        var answer = Of(problems, http);
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = "application/problem+json";
        http.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(http.Request.Method)) return;
        await http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(answer, ApiJson.Answers), http.RequestAborted);
    }

    private static string Words(string code) => char.ToUpperInvariant(code[0]) + code[1..].Replace('_', ' ');
}
