using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using DataGrid.Contracts.Errors;
using DataGrid.Gateway.Grpc.Rpc;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;

namespace DataGrid.Gateway.Grpc;

/// <summary>
/// How a call ends: by trailers after what was sent, or, when nothing was sent, by headers alone. Beside the two that every client knows, a failure has
/// <c>datagrid-code</c>, our stable code, and <c>grpc-status-details-bin</c>: a <c>google.rpc.Status</c> with an <c>ErrorInfo</c>, a <c>datagrid.v1.Problem</c> for each
/// problem that was found, and a <c>RetryInfo</c> where trying again can help.
/// </summary>
internal static class GrpcAnswer
{
    public const string ContentType = "application/grpc";

    private const string StatusName = "grpc-status";
    private const string MessageName = "grpc-message";
    private const string DetailsName = "grpc-status-details-bin";
    private const string CodeName = "datagrid-code";

    /// <summary>So many problems stand in the details: trailers that are too long are cut off by clients.</summary>
    private const int MaxProblems = 20;
    private const int MaxDetailsBytes = 6 << 10;
    private const int MaxMessageLetters = 1_000;

    /// <summary>Whether a request is a call. A browser's variant of the protocol is another one.</summary>
    public static bool Asks(HttpContext http) => http.Request.ContentType is { } type
        && type.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) && (type.Length == ContentType.Length || type[ContentType.Length] is '+' or ';' or ' ');

    /// <summary>Begins an answer.</summary>
    public static void Begin(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = ContentType;
        http.Response.Headers["grpc-accept-encoding"] = "identity";
    }

    /// <summary>Ends an answer that is complete.</summary>
    public static void Succeed(HttpContext http) => http.Response.AppendTrailer(StatusName, "0");

    /// <summary>Ends a call with a failure.</summary>
    public static void Fail(HttpContext http, ImmutableArray<Problem> problems)
    {
        var first = problems.FirstOrDefault(static problem => !problem.IsWarning) ?? problems[0];
        var message = first.Help is { } help ? $"{first.Message}; {help}" : first.Message;
        if (message.Length > MaxMessageLetters) message = message[..MaxMessageLetters] + "…";
        Action<string, string> tell;
        if (http.Response.HasStarted) tell = (name, value) => http.Response.AppendTrailer(name, value);
        else
        {
            Begin(http);
            tell = (name, value) => http.Response.Headers[name] = value;
        }
        tell(StatusName, first.Kind.GrpcStatus.ToString(CultureInfo.InvariantCulture));
        tell(MessageName, Escape(message));
        tell(CodeName, first.Code);
        tell(DetailsName, Convert.ToBase64String(Details(first, message, problems, http.TraceIdentifier).ToByteArray()).TrimEnd('='));
    }

    /// <summary>Escapes what a header cannot hold: everything but visible ASCII and the blank, and the escape itself.</summary>
    public static string Escape(string message)
    {
        var text = new StringBuilder(message.Length + 8);
        foreach (var letter in Encoding.UTF8.GetBytes(message))
        {
            if (letter is >= 0x20 and <= 0x7E and not (byte)'%') text.Append((char)letter);
            else text.Append(CultureInfo.InvariantCulture, $"%{letter:X2}");
        }
        return text.ToString();
    }

    private static Status Details(Problem first, string message, ImmutableArray<Problem> problems, string request)
    {
        var info = new ErrorInfo { Reason = first.Code.ToUpperInvariant(), Domain = "datagrid", Metadata = { ["code"] = first.Code, ["request"] = request } };
        var status = new Status { Code = first.Kind.GrpcStatus, Message = message, Details = { Any.Pack(info) } };
        if (first.Kind.Retry == RetryHint.Retry) status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)) }));
        foreach (var problem in problems.Take(MaxProblems))
        {
            var packed = Any.Pack(ProblemMessages.Of(problem));
            if (status.CalculateSize() + packed.CalculateSize() > MaxDetailsBytes) break;
            status.Details.Add(packed);
        }
        return status;
    }
}
