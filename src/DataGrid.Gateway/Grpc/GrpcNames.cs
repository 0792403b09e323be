using System.Globalization;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Gateway.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DataGrid.Gateway.Grpc;

/// <summary>Reads what messages leave open: a field that was not sent is empty.</summary>
internal static class GrpcNames
{
    /// <summary>An id that may be left out.</summary>
    public static T? Optional<T>(string text) where T : struct, ITextId<T> => text.Length == 0 ? null : ApiNames.Parse<T>(text);

    /// <summary>A text that may be left out.</summary>
    public static string? Text(string text) => text.Length == 0 ? null : text;

    /// <summary>One of the values of an enumeration, whose message has one more, for none, before the others.</summary>
    /// <exception cref="DataGridException">It is none of them.</exception>
    public static T? Choice<T, TWire>(TWire value, string name) where T : struct, Enum where TWire : struct, Enum
    {
        var number = Convert.ToInt32(value, CultureInfo.InvariantCulture);
        if (number == 0) return null;
        var known = (T)Enum.ToObject(typeof(T), number - 1);
        return Enum.IsDefined(known) ? known : throw ApiFaults.Usage($"{name} is {number}", $"give one of {string.Join(", ", Enum.GetNames<TWire>())}");
    }

    /// <summary>Which page of a list is wanted.</summary>
    public static PageRequest Page(HttpContext http, V1.PageRequest? page) =>
        Pages.Read(page is null or { Limit: 0 } ? null : page.Limit.ToString(CultureInfo.InvariantCulture), page is null ? null : Text(page.Cursor), http.RequestServices.GetRequiredService<GatewayOptions>());
}
