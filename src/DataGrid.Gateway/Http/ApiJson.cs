using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using Microsoft.AspNetCore.Http;

namespace DataGrid.Gateway.Http;

/// <summary>How bodies are read and written. What is written is what the command's <c>--json</c> writes; what is read must be exactly what is documented.</summary>
internal static class ApiJson
{
    private const int MaxDepth = 32;

    /// <summary>For answers.</summary>
    public static JsonSerializerOptions Answers => DataGridJson.Options;

    /// <summary>For requests: a member that nobody knows, or that stands there twice, is refused, so that a misspelt one does not pass unnoticed.</summary>
    public static JsonSerializerOptions Requests { get; } = new(DataGridJson.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        MaxDepth = MaxDepth,
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
    };

    /// <summary>Reads the body of a request.</summary>
    /// <param name="http">The request.</param>
    /// <param name="maxBytes">The longest body that is taken.</param>
    /// <param name="mayBeEmpty">Whether no body at all means one without members.</param>
    /// <exception cref="DataGridException">It is not one.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext http, int maxBytes, bool mayBeEmpty = false) where T : class, new()
    {
        var body = await ReadBytesAsync(http, maxBytes);
        if (body.Length == 0 && mayBeEmpty) return new T();
        if (!http.Request.HasJsonContentType())
            throw ApiFaults.Of(ErrorCodes.MediaTypeUnsupported, $"the body is {http.Request.ContentType ?? "of no stated type"}, not JSON", "send Content-Type: application/json");
        return Parse<T>(body);
    }

    /// <summary>Reads a document.</summary>
    /// <exception cref="DataGridException">It is not one.</exception>
    public static T Parse<T>(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(body, Requests)
                ?? throw ApiFaults.Of(ErrorCodes.BodyInvalid, "the body is null", "send an object");
        }
        catch (JsonException wrong)
        {
            throw new DataGridException(new Problem
            {
                Code = ErrorCodes.BodyInvalid,
                Message = Sentence(wrong),
                Help = "see /openapi/v1.json for what the body may have",
                Position = wrong.LineNumber is { } line ? new SourcePosition { File = "(body)", Line = (int)line + 1, Column = (int)(wrong.BytePositionInLine ?? 0) + 1 } : null,
            });
        }
    }

    /// <summary>Reads the whole body.</summary>
    /// <exception cref="DataGridException">It is too long.</exception>
    public static async Task<byte[]> ReadBytesAsync(HttpContext http, long maxBytes)
    {
        if (http.Request.ContentLength > maxBytes) throw ApiFaults.TooLarge(maxBytes);
        using var body = new MemoryStream();
        var buffer = new byte[16384];
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            if (body.Length + read > maxBytes) throw ApiFaults.TooLarge(maxBytes);
            body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }

    // The framework's messages name our types and end with the place, which is told apart.
    private static string Sentence(JsonException wrong)
    {
        var text = new StringBuilder(wrong.Message);
        var place = wrong.Message.IndexOf(" Path:", StringComparison.Ordinal);
        if (place > 0) text.Length = place;
        var type = wrong.Message.IndexOf(", that is not marked", StringComparison.Ordinal);
        var message = text.ToString();
        if (message.StartsWith("The JSON property '", StringComparison.Ordinal) && message.Contains("could not be mapped", StringComparison.Ordinal))
            message = $"the body has a member '{message.Split('\'')[1]}' that means nothing here";
        else if (message.Contains("could not be converted", StringComparison.Ordinal))
            message = "a value has the wrong type";
        else if (type > 0) message = message[..type];
        return wrong.Path is { Length: > 1 } path && !message.Contains("means nothing", StringComparison.Ordinal) ? $"{message.TrimEnd('.')} (at {path})" : message.TrimEnd('.');
    }
}
