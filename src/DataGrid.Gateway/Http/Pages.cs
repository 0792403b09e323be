using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace DataGrid.Gateway.Http;

/// <summary>One page of a list.</summary>
/// <param name="Items">What is on it.</param>
/// <param name="Next">What to give as <c>cursor</c> for the next page; absent on the last one.</param>
public sealed record Page<T>(ImmutableArray<T> Items, string? Next);

/// <summary>Which page is asked for.</summary>
/// <param name="Limit">At most this many items.</param>
/// <param name="After">The key of the last item of the page before; null for the first page.</param>
public sealed record PageRequest(int Limit, string? After);

/// <summary>Pages by cursor: a cursor holds the key of the last item, so that what is added meanwhile neither repeats nor hides others.</summary>
internal static class Pages
{
    /// <summary>Reads <c>limit</c> and <c>cursor</c>.</summary>
    public static PageRequest Read(string? limit, string? cursor, GatewayOptions options)
    {
        var count = options.PageSize;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count < 1 || count > options.MaxPageSize))
            throw ApiFaults.Usage($"limit is '{limit}'", $"give a number from 1 to {options.MaxPageSize}");
        return new PageRequest(count, cursor is null ? null : KeyOf(cursor));
    }

    /// <summary>A page of a list that is at hand whole, in the order of its keys.</summary>
    public static Page<T> Of<T>(IEnumerable<T> all, Func<T, string> key, PageRequest request)
    {
        var found = all.SkipWhile(item => request.After is { } after && string.CompareOrdinal(key(item), after) <= 0).Take(request.Limit + 1).ToList();
        return found.Count <= request.Limit ? new Page<T>([.. found], null) : new Page<T>([.. found.Take(request.Limit)], CursorOf(key(found[request.Limit - 1])));
    }

    /// <summary>The cursor after a key.</summary>
    public static string CursorOf(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));

    /// <summary>The answer; the next page's address stands in <c>Link</c> too.</summary>
    public static IResult Answer<T>(HttpContext http, Page<T> page)
    {
        if (page.Next is { } next)
        {
            var query = http.Request.Query.Where(static part => part.Key != "cursor").SelectMany(static part => part.Value, static (part, value) => KeyValuePair.Create(part.Key, value ?? ""));
            http.Response.Headers.Link = $"<{http.Request.Path}{new QueryBuilder(query.Append(KeyValuePair.Create("cursor", next))).ToQueryString()}>; rel=\"next\"";
        }
        return ApiAnswers.Json(page);
    }

    private static string KeyOf(string cursor)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Base64Url.DecodeFromChars(cursor));
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException)
        {
            throw ApiFaults.Usage("the cursor is none that was given out", "take it from 'next' of the page before, or leave it out");
        }
    }
}
