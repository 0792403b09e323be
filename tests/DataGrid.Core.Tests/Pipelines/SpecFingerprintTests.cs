using System.Reflection;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Lineage;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Quality;
using DataGrid.Core.Pipelines;

namespace DataGrid.Core.Tests.Pipelines;

public sealed class SpecFingerprintTests
{
    private static readonly ColumnSpec Column = new() { Name = "id", Type = "BIGINT", Description = "d" };
    private static readonly CheckSpec Check = new() { Name = "c", Kind = CheckKind.Predicate, Expression = "id > 0" };

    private static readonly PipelineSpec Spec = new()
    {
        Id = PipelineId.Parse("p"),
        ProjectDirectory = "/a",
        Fingerprint = "",
        Sources = [new SourceSpec { Name = DatasetName.Parse("raw.a"), Files = ["a.csv"], Format = SourceFormat.Csv, Columns = [Column] }],
        Parameters = [new ParameterSpec { Name = "day", Type = "DATE" }],
        Steps = [new StepSpec { Name = DatasetName.Parse("silver.a"), File = "f", Sql = "SELECT 1", Columns = [Column], Reads = [], Checks = [Check] }],
    };

    /// <summary>What may differ between equal projects: the folder, places in files, and what follows from the rest.</summary>
    private static readonly HashSet<string> LeftOut =
    [
        "PipelineSpec.ProjectDirectory", "PipelineSpec.Fingerprint", "PipelineSpec.Warnings", "SourceSpec.Position", "CheckSpec.Position", "StepSpec.Reads",
        "StepSpec.CheckReads", "StepSpec.Lineage", "StepSpec.Parameters",
    ];

    public static TheoryData<string> Properties => [.. new[] { typeof(PipelineSpec), typeof(SourceSpec), typeof(ParameterSpec), typeof(StepSpec), typeof(CheckSpec), typeof(ColumnSpec) }
        .SelectMany(static type => type.GetProperties().Where(static property => property.CanWrite).Select(property => $"{type.Name}.{property.Name}"))];

    [Theory, MemberData(nameof(Properties))]
    public void Everything_that_means_something_changes_the_fingerprint(string property)
    {
        var (type, name) = (property.Split('.')[0], property.Split('.')[1]);
        var changed = type switch
        {
            nameof(PipelineSpec) => Change(Spec, name),
            nameof(SourceSpec) => Spec with { Sources = [Change(Spec.Sources[0], name)] },
            nameof(ParameterSpec) => Spec with { Parameters = [Change(Spec.Parameters[0], name)] },
            nameof(StepSpec) => Spec with { Steps = [Change(Spec.Steps[0], name)] },
            nameof(CheckSpec) => Spec with { Steps = [Spec.Steps[0] with { Checks = [Change(Check, name)] }] },
            _ => Spec with { Steps = [Spec.Steps[0] with { Columns = [Change(Column, name)] }] },
        };
        Assert.Equal(LeftOut.Contains(property), SpecFingerprint.Of(Spec) == SpecFingerprint.Of(changed));
    }

    [Fact]
    public void Moving_text_from_one_field_to_the_next_changes_it() =>
        Assert.NotEqual(SpecFingerprint.Of(Spec with { Description = "ab", Owner = "c" }), SpecFingerprint.Of(Spec with { Description = "a", Owner = "bc" }));

    private static T Change<T>(T record, string name) where T : class
    {
        // A record's own clone, then the one property.
        var clone = (T)typeof(T).GetMethod("<Clone>$")!.Invoke(record, null)!;
        var property = typeof(T).GetProperty(name)!;
        property.SetValue(clone, Other(property, property.GetValue(record)));
        return clone;
    }

    private static object Other(PropertyInfo property, object? value)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type == typeof(string)) return value + "x";
        if (type == typeof(bool)) return !(bool)value!;
        if (type == typeof(int)) return (int)value! + 1;
        if (type == typeof(long)) return (long)(value ?? 0L) + 1;
        if (type == typeof(TimeSpan)) return (TimeSpan)value! + TimeSpan.FromSeconds(1);
        if (type.IsEnum) return Enum.ToObject(type, Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture) + 1);
        if (type == typeof(PipelineId)) return PipelineId.Parse("other");
        if (type == typeof(DatasetName)) return DatasetName.Parse("other.name");
        if (type == typeof(SourcePosition)) return new SourcePosition { File = "other" };
        if (type == typeof(System.Collections.Immutable.ImmutableArray<string>)) return System.Collections.Immutable.ImmutableArray.Create("other");
        if (type == typeof(System.Collections.Immutable.ImmutableArray<DatasetName>)) return System.Collections.Immutable.ImmutableArray.Create(DatasetName.Parse("other.name"));
        if (type == typeof(System.Collections.Immutable.ImmutableArray<ColumnSpec>)) return System.Collections.Immutable.ImmutableArray.Create(Column with { Name = "other" });
        if (type == typeof(System.Collections.Immutable.ImmutableArray<CheckSpec>)) return System.Collections.Immutable.ImmutableArray.Create(Check with { Name = "other" });
        if (type == typeof(System.Collections.Immutable.ImmutableArray<StepSpec>)) return System.Collections.Immutable.ImmutableArray<StepSpec>.Empty;
        if (type == typeof(System.Collections.Immutable.ImmutableArray<SourceSpec>)) return System.Collections.Immutable.ImmutableArray<SourceSpec>.Empty;
        if (type == typeof(System.Collections.Immutable.ImmutableArray<ParameterSpec>)) return System.Collections.Immutable.ImmutableArray<ParameterSpec>.Empty;
        if (type == typeof(System.Collections.Immutable.ImmutableArray<Problem>)) return System.Collections.Immutable.ImmutableArray.Create(new Problem { Code = "x", Message = "x" });
        if (type == typeof(System.Collections.Immutable.ImmutableArray<ColumnLineage>)) return System.Collections.Immutable.ImmutableArray.Create(new ColumnLineage { Column = "id", Sources = [] });
        if (type == typeof(System.Collections.Immutable.ImmutableSortedDictionary<string, string>)) return System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("header", "false");
        throw new InvalidOperationException($"this test does not know how to change a {type}: teach it");
    }
}
