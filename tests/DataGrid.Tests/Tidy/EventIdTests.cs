using System.Reflection;
using Microsoft.Extensions.Logging;

namespace DataGrid.Tests.Tidy;

/// <summary>Log events have numbers that operators can search for: a range per project, each number once.</summary>
public sealed class EventIdTests
{
    /// <summary>The first number of each project's thousand.</summary>
    private static readonly Dictionary<string, int> Ranges = new()
    {
        ["DataGrid.Runtime"] = 1000,
        ["DataGrid.Metadata"] = 2000,
        ["DataGrid.Storage"] = 3000,
        ["DataGrid.Engine"] = 4000,
        ["DataGrid.Connectors"] = 5000,
        ["DataGrid.Grains"] = 6000,
        ["DataGrid.Worker"] = 7000,
        ["DataGrid.Gateway"] = 8000,
        ["DataGrid.Silo"] = 9000,
        ["DataGrid.Cli"] = 10000,
    };

    private static IEnumerable<(string Project, MethodInfo Method, LoggerMessageAttribute Event)> Events =>
        from product in Products.Assemblies
        from type in product.Value.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        let attribute = method.GetCustomAttribute<LoggerMessageAttribute>()
        where attribute is not null
        select (product.Key, method, attribute);

    [Fact]
    public void Every_event_has_a_number_of_its_project() =>
        Found.None(Events.Where(static e => !Ranges.TryGetValue(e.Project, out var first) || e.Event.EventId < first || e.Event.EventId >= first + 1000)
            .Select(static e => $"{e.Method.DeclaringType!.FullName}.{e.Method.Name}: {e.Event.EventId}"));

    [Fact]
    public void No_number_is_used_twice() =>
        Found.None(Events.GroupBy(static e => e.Event.EventId).Where(static same => same.Count() > 1)
            .Select(static same => $"{same.Key}: {string.Join(", ", same.Select(static e => e.Method.Name))}"));

    [Fact]
    public void Logging_is_generated_and_never_written_by_hand() =>
        Found.None(from product in Products.Files
                         from member in Products.MemberReferences(product.Value)
                         where member.StartsWith("Microsoft.Extensions.Logging.LoggerExtensions::Log", StringComparison.Ordinal)
                         select $"{product.Key} calls {member}");
}
