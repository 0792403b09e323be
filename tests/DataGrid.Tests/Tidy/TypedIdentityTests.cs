using System.Reflection;

namespace DataGrid.Tests.Tidy;

public sealed class TypedIdentityTests
{
    private static readonly Type[] Bare = [typeof(string), typeof(int), typeof(long), typeof(ulong), typeof(Guid)];

    private static readonly string[] IdentityWords = ["run", "pipeline", "workspace", "attempt", "stage", "task"];

    [Fact]
    public void No_public_signature_has_a_bare_text_or_number_as_an_identity() => Found.None(BareIdentities(["DataGrid.Contracts", "DataGrid.Grains", "DataGrid.Worker"]));

    [Fact]
    public void The_check_sees_what_it_forbids()
    {
        Assert.True(IsBareIdentity(typeof(string), "RunId"));
        Assert.True(IsBareIdentity(typeof(long?), "attempt"));
        Assert.False(IsBareIdentity(typeof(string), "message"));
    }

    private static IEnumerable<string> BareIdentities(string[] projects) =>
        from project in projects
        from type in Products.Assemblies[project].GetExportedTypes()
        from place in Signatures(type)
        where IsBareIdentity(place.Type, place.Name)
        select $"{type.FullName}: {place.Type.Name} {place.Name}";

    private static IEnumerable<(Type Type, string Name)> Signatures(Type type)
    {
        const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var parameters = type.GetMethods(Own).Cast<MethodBase>().Concat(type.GetConstructors(Own)).SelectMany(static m => m.GetParameters()).Select(static p => (p.ParameterType, p.Name ?? ""));
        return type.GetProperties(Own).Select(static p => (p.PropertyType, p.Name)).Concat(parameters);
    }

    private static bool IsBareIdentity(Type type, string name) =>
        Bare.Contains(Nullable.GetUnderlyingType(type) ?? type)
        && (name.EndsWith("Id", StringComparison.Ordinal) || IdentityWords.Contains(name, StringComparer.OrdinalIgnoreCase));
}
