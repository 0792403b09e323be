using System.Reflection;
using System.Text;
using Orleans;

namespace DataGrid.Tests.Tidy;

/// <summary>Messages are immutable and named on the wire, so that silos of different versions and both runtimes understand each other.</summary>
public sealed class MessageTests
{
    private const string ShapesFile = "tests/DataGrid.Tests/Tidy/WireShapes.txt";

    private static IEnumerable<Type> Records => Messages.All.Where(static t => !t.IsEnum);

    [Fact]
    public void A_message_is_an_immutable_record() => Found.None(Records.Where(static t => !Messages.IsRecord(t)).Select(Messages.Name));

    [Fact]
    public void A_message_says_that_it_crosses_silos() =>
        Found.None(Records.Where(static t => t.GetCustomAttribute<GenerateSerializerAttribute>() is null || t.GetCustomAttribute<AliasAttribute>() is null).Select(Messages.Name));

    [Fact]
    public void A_message_has_no_public_field() =>
        Found.None(Records.SelectMany(static t => t.GetFields(BindingFlags.Public | BindingFlags.Instance)).Select(static f => $"{f.DeclaringType!.Name}.{f.Name}"));

    [Fact]
    public void Every_member_has_its_own_number()
    {
        Found.None(from type in Records
                         from member in Messages.Members(type)
                         where member.GetCustomAttribute<IdAttribute>() is null
                         select $"{Messages.Name(type)}.{member.Name}");
        Found.None(from type in Records
                         from same in Messages.Members(type).Where(m => m.DeclaringType == type).GroupBy(static m => m.GetCustomAttribute<IdAttribute>()?.Id)
                         where same.Count() > 1
                         select $"{Messages.Name(type)}: {string.Join(", ", same.Select(static m => m.Name))}");
    }

    [Fact]
    public void A_member_is_init_only() =>
        Found.None(from type in Records
                         from member in Messages.Members(type)
                         where member.SetMethod is { IsPublic: true } set && !set.ReturnParameter.GetRequiredCustomModifiers().Any(static m => m.Name == "IsExternalInit")
                         select $"{Messages.Name(type)}.{member.Name}");

    [Fact]
    public void A_member_is_plain_a_message_or_an_immutable_collection_of_them() =>
        Found.None(from type in Records
                         from member in Messages.Members(type)
                         from part in Parts(member.PropertyType)
                         where !Messages.IsPlain(part) && !Messages.IsImmutableCollection(part) && !Messages.All.Contains(part.IsGenericType ? part.GetGenericTypeDefinition() : part)
                         select $"{Messages.Name(type)}.{member.Name}: {Messages.Name(part)}");

    [Fact]
    public void No_two_types_share_a_name_on_the_wire() =>
        Found.None(Messages.All.Concat(Messages.GrainInterfaces).GroupBy(static t => t.GetCustomAttribute<AliasAttribute>()?.Alias ?? t.FullName)
            .Where(static same => same.Count() > 1).Select(static same => same.Key));

    [Fact]
    public void Grain_interfaces_and_their_methods_have_explicit_names()
    {
        Found.None(Messages.GrainInterfaces.Where(static g => g.GetCustomAttribute<AliasAttribute>() is null).Select(static g => g.Name));
        Found.None(from grain in Messages.GrainInterfaces
                         from method in grain.GetMethods()
                         where method.GetCustomAttribute<AliasAttribute>() is null
                         select $"{grain.Name}.{method.Name}");
        Found.None(from grain in Messages.GrainInterfaces
                         from same in grain.GetMethods().GroupBy(static m => m.GetCustomAttribute<AliasAttribute>()?.Alias)
                         where same.Count() > 1
                         select $"{grain.Name}: {same.Key}");
    }

    [Fact]
    public void Grain_methods_return_tasks_and_take_the_token_last()
    {
        Found.None(from grain in Messages.GrainInterfaces
                         from method in grain.GetMethods()
                         where !typeof(Task).IsAssignableFrom(method.ReturnType) && !method.ReturnType.Name.StartsWith("ValueTask", StringComparison.Ordinal)
                         select $"{grain.Name}.{method.Name}");
        Found.None(from grain in Messages.GrainInterfaces
                         from method in grain.GetMethods()
                         from parameter in method.GetParameters()
                         where parameter.ParameterType == typeof(CancellationToken) && (parameter.Position != method.GetParameters().Length - 1 || parameter.HasDefaultValue)
                         select $"{grain.Name}.{method.Name}");
    }

    /// <summary>A change of what crosses silos is made on purpose: <c>DATAGRID_ACCEPT=1 dotnet test</c> writes the file anew, and its diff is reviewed.</summary>
    [Fact]
    public void Wire_shapes_are_those_that_were_accepted()
    {
        var shapes = Describe();
        var file = Path.Combine(Repository.Root, ShapesFile);
        if (Environment.GetEnvironmentVariable("DATAGRID_ACCEPT") == "1") File.WriteAllText(file, shapes);

        var accepted = File.ReadAllText(file).Split('\n');
        var now = shapes.Split('\n');

        Assert.True(accepted.SequenceEqual(now), $"wire shapes changed; gone: {string.Join(" | ", accepted.Except(now))}; new: {string.Join(" | ", now.Except(accepted))}. If meant: DATAGRID_ACCEPT=1");
    }

    private static string Describe()
    {
        var text = new StringBuilder("# What crosses silos. Written by MessageTests with DATAGRID_ACCEPT=1; never by hand.\n");
        foreach (var grain in Messages.GrainInterfaces)
        {
            text.Append($"\ngrain {grain.FullName} as {Alias(grain)}\n");
            foreach (var method in Messages.Methods(grain))
                text.Append($"  {Alias(method)} {method.Name}({string.Join(", ", method.GetParameters().Select(static p => $"{Messages.Name(p.ParameterType)} {p.Name}"))}): {Messages.Name(method.ReturnType)}\n");
        }
        foreach (var type in Messages.All)
        {
            text.Append(type.IsEnum ? $"\nenum {type.FullName}\n" : $"\n{(type.IsValueType ? "struct" : type.IsAbstract ? "abstract" : "record")} {type.FullName} as {Alias(type)}\n");
            if (type.IsEnum) foreach (var value in Enum.GetValues(type)) text.Append($"  {Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)} {value}\n");
            else foreach (var member in Messages.Members(type)) text.Append($"  {member.GetCustomAttribute<IdAttribute>()?.Id} {member.Name}: {Messages.Name(member.PropertyType)}{(IsNullable(member) ? "?" : "")}\n");
        }
        return text.ToString();
    }

    private static bool IsNullable(PropertyInfo member) =>
        !member.PropertyType.IsValueType && new NullabilityInfoContext().Create(member).ReadState == NullabilityState.Nullable;

    private static string Alias(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>()?.Alias ?? "?";

    private static IEnumerable<Type> Parts(Type type) => Nullable.GetUnderlyingType(type) is { } underlying ? Parts(underlying)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Prepend(type)
        : [type];
}
