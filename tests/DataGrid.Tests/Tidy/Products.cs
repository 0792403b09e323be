using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace DataGrid.Tests.Tidy;

/// <summary>The product's assemblies as they were built, and what their metadata says.</summary>
internal static class Products
{
    /// <summary>Project name → its assembly's file.</summary>
    public static IReadOnlyDictionary<string, string> Files { get; } = Repository.Find("src/", ".csproj")
        .Select(static file => Path.GetFileNameWithoutExtension(file))
        .Select(static project => (Project: project, File: Path.Combine(AppContext.BaseDirectory, (project == "DataGrid.Cli" ? "datagrid" : project) + ".dll")))
        .Where(static pair => File.Exists(pair.File))
        .ToImmutableSortedDictionary(static pair => pair.Project, static pair => pair.File, StringComparer.Ordinal);

    /// <summary>The assemblies, loaded.</summary>
    public static IReadOnlyDictionary<string, Assembly> Assemblies => Loaded.Value;

    private static readonly Lazy<IReadOnlyDictionary<string, Assembly>> Loaded =
        new(static () => Files.ToImmutableSortedDictionary(static f => f.Key, static f => Assembly.LoadFrom(f.Value), StringComparer.Ordinal));

    /// <summary>Names of the assemblies that a file refers to.</summary>
    public static IReadOnlyList<string> AssemblyReferences(string file) =>
        Read(file, static reader => reader.AssemblyReferences.Select(handle => reader.GetString(reader.GetAssemblyReference(handle).Name)).ToList());

    /// <summary>Full names of the types of other assemblies that a file refers to.</summary>
    public static IReadOnlyList<string> TypeReferences(string file) =>
        Read(file, static reader => reader.TypeReferences.Select(handle => Name(reader, handle)).Distinct().Order(StringComparer.Ordinal).ToList());

    /// <summary>Members of other assemblies' types that a file refers to, as <c>Namespace.Type::Member</c>; a constructor that takes a text first ends with <c>(string)</c>.</summary>
    public static IReadOnlyList<string> MemberReferences(string file) =>
        Read(file, static reader => reader.MemberReferences.Select(reader.GetMemberReference)
            .Where(static member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member => $"{Name(reader, (TypeReferenceHandle)member.Parent)}::{reader.GetString(member.Name)}{(TakesText(reader, member) ? "(string)" : "")}")
            .Distinct().Order(StringComparer.Ordinal).ToList());

    // A signature is: calling convention, number of parameters, return type, parameters; 0x0e is string.
    private static bool TakesText(MetadataReader reader, MemberReference member) =>
        reader.GetString(member.Name) == ".ctor" && reader.GetBlobBytes(member.Signature) is [_, > 0, _, 0x0e, ..];

    private static string Name(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference) return $"{Name(reader, (TypeReferenceHandle)type.ResolutionScope)}+{name}";
        return type.Namespace.IsNil ? name : $"{reader.GetString(type.Namespace)}.{name}";
    }

    private static T Read<T>(string file, Func<MetadataReader, T> read)
    {
        using var stream = File.OpenRead(file);
        using var image = new PEReader(stream);
        return read(image.GetMetadataReader());
    }
}
