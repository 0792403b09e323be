using System.Reflection;
using Microsoft.Extensions.Options;

namespace DataGrid.Tests.Tidy;

/// <summary>Every limit is an option with a default and a check. The convention (docs/STYLE.md): an <c>…Options</c> type whose members all have defaults, and
/// <c>IEnumerable&lt;string&gt; Validate()</c> or an <see cref="IValidateOptions{TOptions}"/> beside it: one sentence per member that is wrong, naming the member. What has no
/// sensible default (a folder) is <c>required</c>.</summary>
public sealed class OptionsTests
{
    private static IEnumerable<Type> All =>
        Products.Assemblies.Values.SelectMany(static a => a.GetTypes()).Where(static t => t.IsClass && !t.IsAbstract && t.Name.EndsWith("Options", StringComparison.Ordinal));

    [Fact]
    public void Every_options_type_can_be_checked() => Found.None(All.Where(static t => !HasValidator(t)).Select(static t => t.FullName));

    [Fact]
    public void Defaults_are_valid() => Found.None(All.Where(HasValidator).SelectMany(DefaultsObjectedTo));

    [Fact]
    public void Every_limit_is_checked_and_the_objection_names_it() => Found.None(All.Where(HasValidator).SelectMany(Unchecked));

    [Fact]
    public void The_checks_see_what_they_forbid()
    {
        Assert.Equal(["CarelessOptions.MaxRows = -1"], Unchecked(typeof(CarelessOptions)));
        Assert.Equal(["CarelessOptions: Pause is 00:00:00"], DefaultsObjectedTo(typeof(CarelessOptions)));
        Assert.False(HasValidator(typeof(OptionsTests)));
    }

    private static IEnumerable<string> DefaultsObjectedTo(Type type) => Validate(Make(type)).Select(objection => $"{type.Name}: {objection}");

    private static IEnumerable<string> Unchecked(Type type) =>
        from property in type.GetProperties().Where(static p => p.SetMethod is not null)
        from absurd in Absurd(property)
        where !Validate(With(Make(type), property, absurd)).Any(objection => objection.Contains(property.Name, StringComparison.Ordinal))
        select $"{type.Name}.{property.Name} = {absurd}";

    private static IEnumerable<object> Absurd(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type == typeof(int)) return [-1];
        if (type == typeof(long)) return [-1L];
        if (type == typeof(double)) return [-1.0, double.NaN];
        if (type == typeof(TimeSpan)) return [TimeSpan.FromSeconds(-1)];
        return type == typeof(string) && new NullabilityInfoContext().Create(property).WriteState == NullabilityState.NotNull ? [""] : [];
    }

    private static object Make(Type type)
    {
        var options = Activator.CreateInstance(type, nonPublic: true)!;
        foreach (var required in type.GetProperties().Where(static p => p.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null))
            if (required.PropertyType == typeof(string)) required.SetValue(options, Path.GetTempPath());
        return options;
    }

    private static object With(object options, PropertyInfo property, object value)
    {
        property.SetValue(options, value);
        return options;
    }

    private static bool HasValidator(Type type) => OwnValidator(type) is not null || Validator(type) is not null;

    private static List<string> Validate(object options)
    {
        if (OwnValidator(options.GetType()) is { } own) return [.. (IEnumerable<string>)own.Invoke(options, null)!];
        var result = (ValidateOptionsResult)Validator(options.GetType())!.GetMethod("Validate")!.Invoke(Activator.CreateInstance(Validator(options.GetType())!), [null, options])!;
        return [.. result.Failures ?? []];
    }

    private static MethodInfo? OwnValidator(Type type) => type.GetMethod("Validate", Type.EmptyTypes) is { } own && typeof(IEnumerable<string>).IsAssignableFrom(own.ReturnType) ? own : null;

    private static Type? Validator(Type type) => type.Assembly.GetTypes().SingleOrDefault(t => typeof(IValidateOptions<>).MakeGenericType(type).IsAssignableFrom(t));

    private sealed record CarelessOptions
    {
        public int MaxRows { get; init; } = 10;

        public TimeSpan Pause { get; init; }

        public IEnumerable<string> Validate()
        {
            if (Pause <= TimeSpan.Zero) yield return $"{nameof(Pause)} is {Pause}";
        }
    }
}
