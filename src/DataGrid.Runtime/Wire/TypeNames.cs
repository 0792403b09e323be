using System.Collections.Concurrent;
using System.Reflection;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Runtime.Wire;

/// <summary>
/// The names of types on the wire: the alias, or the full name, of messages and grain interfaces of the silo's own assemblies, and short
/// names of what the framework has. Nothing else can be named, so that nobody can make a silo create objects of other types.
/// </summary>
internal sealed class TypeNames(CodecCatalog catalog, IReadOnlyCollection<Assembly> roots)
{
    private const string Reference = "@grain";
    private const string Error = "@error";

    private static readonly Dictionary<string, Type> Tuples = new(StringComparer.Ordinal)
    {
        ["pair"] = typeof(KeyValuePair<,>),
        ["(1)"] = typeof(ValueTuple<>), ["(2)"] = typeof(ValueTuple<,>), ["(3)"] = typeof(ValueTuple<,,>), ["(4)"] = typeof(ValueTuple<,,,>), ["(5)"] = typeof(ValueTuple<,,,,>),
        ["tuple1"] = typeof(Tuple<>), ["tuple2"] = typeof(Tuple<,>), ["tuple3"] = typeof(Tuple<,,>),
    };

    private static readonly Dictionary<string, Type> Framework = CreateFramework();
    private static readonly Dictionary<Type, string> FrameworkNames = Framework.ToDictionary(static pair => pair.Value, static pair => pair.Key);

    private readonly ConcurrentDictionary<Type, string> _names = new();
    private readonly ConcurrentDictionary<string, Type> _types = new(StringComparer.Ordinal);
    private readonly Lazy<ILookup<string, Type>> _own = new(() => Read(roots));

    /// <summary>The name that a reader finds the codec of <paramref name="value"/> by.</summary>
    public string Of(object value, out Codec codec)
    {
        if (value is GrainReference)
        {
            codec = catalog.For(typeof(GrainReference));
            return Reference;
        }

        if (value is Exception)
        {
            codec = catalog.For(typeof(Exception));
            return Error;
        }

        codec = catalog.Concrete(value.GetType());
        return _names.GetOrAdd(value.GetType(), Format);
    }

    /// <summary>What a compiler made of <c>[a, b]</c> for a read-only interface has a type that nobody can name: it travels as an array.</summary>
    public static object Nameable(object value)
    {
        var type = value.GetType();
        if (!type.Name.StartsWith("<>z__", StringComparison.Ordinal) || !type.IsGenericType || value is not System.Collections.ICollection items)
            return value;
        var array = Array.CreateInstance(type.GenericTypeArguments[0], items.Count);
        items.CopyTo(array, 0);
        return array;
    }

    /// <summary>The type behind a name that came.</summary>
    /// <exception cref="NotSupportedException">This silo does not know it.</exception>
    public Type Find(string name) => name switch
    {
        Reference => typeof(GrainReference),
        Error => typeof(Exception),
        _ => _types.TryGetValue(name, out var known) ? known : _types.GetOrAdd(name, Parse(name)),
    };

    /// <summary>The grain interface of this name.</summary>
    public Type FindInterface(string name) => Own(name, static type => type.IsInterface);

    private static Dictionary<string, Type> CreateFramework()
    {
        var all = new Dictionary<string, Type>(Tuples, StringComparer.Ordinal);
        foreach (var (type, (name, _)) in AtomCodecs.All)
            all.Add(name, type);
        foreach (var (name, definition) in CollectionCodecs.Definitions)
            all.Add(name, definition);
        return all;
    }

    private static string Format(Type type)
    {
        if (FrameworkNames.TryGetValue(type, out var known))
            return known;
        if (type.IsArray)
            return Format(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Format(underlying) + "?";
        if (!type.IsGenericType)
            return NameOf(type);
        var definition = type.GetGenericTypeDefinition();
        var name = FrameworkNames.TryGetValue(definition, out known) ? known : NameOf(definition);
        return $"{name}<{string.Join(',', type.GenericTypeArguments.Select(Format))}>";
    }

    private static string NameOf(Type type) => type.GetCustomAttribute<AliasAttribute>()?.Alias ?? type.FullName!;

    private static ILookup<string, Type> Read(IReadOnlyCollection<Assembly> roots)
    {
        var runtime = typeof(TypeNames).Assembly;
        var found = new HashSet<Assembly> { runtime };
        var left = new Queue<Assembly>(roots);
        while (left.TryDequeue(out var assembly))
        {
            if (!found.Add(assembly))
                continue;
            foreach (var name in assembly.GetReferencedAssemblies())
            {
                if (IsForeign(name.Name!) || name.Name == runtime.GetName().Name)
                    continue;
                var referenced = Assembly.Load(name);
                // Messages carry attributes of the grain API, so an assembly that does not know it has none.
                if (referenced.GetReferencedAssemblies().Any(other => other.Name == runtime.GetName().Name))
                    left.Enqueue(referenced);
            }
        }

        return found.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsEnum || type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false) || (type.IsInterface && typeof(IAddressable).IsAssignableFrom(type)))
            .ToLookup(NameOf, StringComparer.Ordinal);
    }

    private static bool IsForeign(string name) =>
        name.StartsWith("System", StringComparison.Ordinal) || name.StartsWith("Microsoft", StringComparison.Ordinal) || name is "mscorlib" or "netstandard";

    private Type Own(string name, Func<Type, bool> wanted) => _own.Value[name].Where(wanted).ToArray() switch
    {
        [var only] => only,
        [] => throw new NotSupportedException($"This silo does not know a type \"{name}\": it comes from a newer version, or its assembly is not among the grain assemblies and what they reference."),
        [var one, var other, ..] => throw new OrleansConfigurationException($"{one} and {other} have the same name \"{name}\" on the wire: give each its own [Alias]."),
    };

    private Type Parse(string name)
    {
        var at = 0;
        var type = Parse(name, ref at);
        return at == name.Length ? type : throw new WireException($"\"{name}\" is not a type's name.");
    }

    private Type Parse(string name, ref int at)
    {
        var end = name.AsSpan(at).IndexOfAny("<>,[?") is var length && length < 0 ? name.Length : at + length;
        var ident = name[at..end];
        at = end;
        var arguments = new List<Type>();
        if (at < name.Length && name[at] == '<')
        {
            do
            {
                at++;
                arguments.Add(Parse(name, ref at));
            }
            while (at < name.Length && name[at] == ',');
            if (at >= name.Length || name[at++] != '>')
                throw new WireException($"\"{name}\" is not a type's name.");
        }

        var type = Framework.TryGetValue(ident, out var known) ? known : Own(ident, static type => !type.IsInterface);
        if (type.IsGenericTypeDefinition != (arguments.Count > 0) || (arguments.Count > 0 && type.GetGenericArguments().Length != arguments.Count))
            throw new WireException($"\"{name}\" has the wrong number of type arguments.");
        if (arguments.Count > 0)
            type = type.MakeGenericType([.. arguments]);
        for (; at < name.Length && name[at] is '[' or '?'; at += name[at] == '[' ? 2 : 1)
            type = name[at] == '[' ? type.MakeArrayType() : typeof(Nullable<>).MakeGenericType(type);
        return type;
    }
}
