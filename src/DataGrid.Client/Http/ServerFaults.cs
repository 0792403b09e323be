using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataGrid.Client.Http;

/// <summary>Turns answers that are failures, and the lack of an answer, into exceptions.</summary>
internal static class ServerFaults
{
    private const int ShownLetters = 200;

    /// <summary>Of an answer that says that something went wrong.</summary>
    public static async Task<DataGridException> OfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (JsonSerializer.Deserialize<Answer>(text, ClientJson.Options) is { Code: { } code, Detail: { } detail } answer)
            {
                var problem = new Problem
                {
                    Code = code, Message = detail, Help = answer.Help, Excerpt = answer.Excerpt, Dataset = answer.Dataset,
                    Position = answer.File is null ? null : new SourcePosition { File = answer.File, Line = answer.Line, Column = answer.Column },
                };
                return new DataGridException(problem, answer.Problems, status) { RequestId = answer.RequestId };
            }
        }
        catch (JsonException)
        {
            // Something that stands before the server answered.
        }
        return Invalid($"the server answered {status}: {(text.Length > ShownLetters ? text[..ShownLetters] + "…" : text).Trim()}", status, null);
    }

    /// <summary>Of an answer that makes no sense.</summary>
    public static DataGridException Invalid(string message, int? status, Exception? inner) =>
        new(new Problem { Code = DataGridException.AnswerInvalid, Message = message, Help = "check that the address is that of a DataGrid server, and of a version that fits" }, null, status, inner);

    /// <summary>Of no answer.</summary>
    public static DataGridException Unreachable(IReadOnlyList<Uri> servers, Exception inner) => new(
        new Problem
        {
            Code = DataGridException.ConnectionFailed,
            Message = $"{string.Join(", ", servers.Select(static server => server.GetLeftPart(UriPartial.Authority)))} cannot be reached: {inner.Message.TrimEnd('.')}",
            Help = "check the address, and that the server runs: datagrid up",
        }, null, null, inner);

    /// <summary>Of an answer that ended too early.</summary>
    public static DataGridException CutOff(Exception? inner) =>
        new(new Problem { Code = DataGridException.AnswerCutOff, Message = "the answer was cut off: what came of it is not all", Help = "ask again; the server's log may say why" }, null, null, inner);

    private sealed record Answer
    {
        public string? Code { get; init; }

        public string? Detail { get; init; }

        public string? Help { get; init; }

        public string? File { get; init; }

        public int? Line { get; init; }

        public int? Column { get; init; }

        public string? Excerpt { get; init; }

        public string? Dataset { get; init; }

        public string? RequestId { get; init; }

        [JsonPropertyName("problems")]
        public IReadOnlyList<Problem> Problems { get; init; } = [];
    }
}
