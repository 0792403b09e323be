using System.Reflection;
using DataGrid.Contracts.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DataGrid.Gateway.Http;

/// <summary>A query parameter that nobody knows is refused, so that a misspelt filter does not silently give everything.</summary>
internal static class KnownParameters
{
    /// <summary>Checks every endpoint of a group by the parameters of its handler.</summary>
    public static RouteGroupBuilder RefusesUnknownParameters(this RouteGroupBuilder group)
    {
        group.AddEndpointFilterFactory(static (context, next) =>
        {
            var known = context.MethodInfo.GetParameters().Where(static parameter => parameter.ParameterType == typeof(string) || parameter.ParameterType == typeof(string[]))
                .Select(static parameter => parameter.GetCustomAttribute<Microsoft.AspNetCore.Mvc.FromQueryAttribute>()?.Name ?? parameter.Name!).ToHashSet(StringComparer.OrdinalIgnoreCase);
            return call =>
            {
                foreach (var name in call.HttpContext.Request.Query.Keys)
                    if (!known.Contains(name) || call.HttpContext.Request.RouteValues.ContainsKey(name)) throw Unknown(name, known.Except(call.HttpContext.Request.RouteValues.Keys, StringComparer.OrdinalIgnoreCase));
                return next(call);
            };
        });
        return group;
    }

    private static DataGridException Unknown(string name, IEnumerable<string> known)
    {
        var all = known.Order(StringComparer.Ordinal).ToList();
        var near = Core.Pipelines.NearestName.Find(name, all);
        return ApiFaults.Usage($"the parameter '{name}' means nothing here", near is not null ? $"did you mean {near}?" : all.Count == 0 ? "leave it out" : $"there are {string.Join(", ", all)}");
    }
}
