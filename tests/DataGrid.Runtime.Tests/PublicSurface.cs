using System.Reflection;
using System.Text;

namespace DataGrid.Runtime.Tests;

/// <summary>Writes what an assembly offers to others, one line per type and member, in the same words for every assembly.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Of(Assembly assembly, Func<Type, bool> wanted) =>
        assembly.GetExportedTypes().Where(wanted).SelectMany(Of).Distinct().Order(StringComparer.Ordinal);

    public static IEnumerable<string> Of(Type type)
    {
        var name = Name(type);
        yield return $"{Kind(type)} {name}";
        foreach (var implemented in type.GetInterfaces())
            yield return $"{name} : {Name(implemented)}";
        if (type.BaseType is { } parent && parent != typeof(object))
            yield return $"{name} : {Name(parent)}";
        if (typeof(Delegate).IsAssignableFrom(type))
            yield break;
        foreach (var member in type.GetMembers(Declared))
        {
            if (Line(member) is { } line)
                yield return $"{name}.{line}";
        }
    }

    private static string? Line(MemberInfo member) => member switch
    {
        FieldInfo field when IsVisible(field) && !field.IsSpecialName => $"{field.Name} : {Name(field.FieldType)}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : "")}",
        ConstructorInfo made when IsVisible(made) => $"new({Parameters(made)})",
        MethodInfo method when IsVisible(method) && !method.Name.Contains('<', StringComparison.Ordinal) =>
            $"{method.Name}{Generic(method)}({Parameters(method)}) : {Name(method.ReturnType)}",
        _ => null,
    };

    private static bool IsVisible(FieldInfo field) => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly;

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Kind(Type type) =>
        type.IsEnum ? "enum" : type.IsInterface ? "interface" : typeof(Delegate).IsAssignableFrom(type) ? "delegate" : type.IsValueType ? "struct" : "class";

    private static string Generic(MethodInfo method) =>
        method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        $"{(p.Position == 0 && method.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute)) ? "this " : "")}{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? " = default" : "")}"));

    private static string Name(Type type)
    {
        if (type.IsGenericParameter)
            return type.Name;
        if (type.IsByRef)
            return Name(type.GetElementType()!) + "&";
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        var builder = new StringBuilder(type.IsNested ? Name(type.DeclaringType!) + "." : type.Namespace + ".").Append(type.Name.Split('`')[0]);
        if (type.IsGenericType)
            builder.Append('<').AppendJoin(", ", type.GetGenericArguments().Select(Name)).Append('>');
        return builder.ToString();
    }
}
