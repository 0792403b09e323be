using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Contracts.Errors;

namespace DataGrid.Gateway.Http;

/// <summary>Mistakes in a request, as faults that end it.</summary>
internal static class ApiFaults
{
    /// <summary>A fault of a code.</summary>
    public static DataGridException Of(string code, string message, string help) => new(new Problem { Code = code, Message = message, Help = help });

    /// <summary>A parameter of the address or the body that is wrong.</summary>
    public static DataGridException Usage(string message, string help) => Of(ErrorCodes.UsageInvalid, message, help);

    /// <summary>A body that is too long.</summary>
    public static DataGridException TooLarge(long maxBytes) =>
        Of(ErrorCodes.BodyTooLarge, string.Create(CultureInfo.InvariantCulture, $"the body is longer than {maxBytes} bytes"), "send less");

    /// <summary>Several problems at once.</summary>
    public static ProblemsException Of(ImmutableArray<Problem> problems) => new(problems);
}

/// <summary>A fault that carries every problem that was found, errors and warnings.</summary>
internal sealed class ProblemsException(ImmutableArray<Problem> problems) : Exception(problems[0].Message)
{
    /// <summary>All of them; the first error decides the status.</summary>
    public ImmutableArray<Problem> Problems { get; } = problems;
}
