using System.Text;
using System.Text.Json;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Storage;
using FsCheck;
using FsCheck.Fluent;

namespace DataGrid.Core.Tests.Contracts;

/// <summary>Whatever the text is: it is refused with a reason, or what it became can be written and read again.</summary>
public sealed class IdProperties
{
    /// <summary>Texts near the rules: much of what is allowed, some of what is not.</summary>
    private static Arbitrary<string> NearNames =>
        Gen.ListOf(Gen.Elements("aBz09__.-/\\ é\0\n\u0131".ToCharArray())).Select(static letters => new string([.. letters])).ToArbitrary();

    [Fact]
    public void Every_dataset_name_that_is_taken_comes_back_from_its_text() =>
        Prop.ForAll(NearNames, static text => !DatasetName.TryParse(text, out var name, out var why)
            ? why!.Length > 0
            : DatasetName.Parse(name.ToString()) == name && Json(name) == name && name.ToString().Equals(text, StringComparison.OrdinalIgnoreCase)).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_object_path_that_is_taken_stays_below_its_root() =>
        Prop.ForAll(NearNames, static text => !ObjectPath.TryParse(text, out var path, out var why)
            ? why!.Length > 0
            : Json(path) == path && Path.GetFullPath(Path.Combine(Root, path.Value)).StartsWith(Root + Path.DirectorySeparatorChar, StringComparison.Ordinal)).QuickCheckThrowOnFailure();

    [Fact]
    public void The_hash_of_any_text_is_that_of_its_bytes() =>
        Prop.ForAll<NonNull<string>>(static text => StableHash.Of(text.Get)
            == Encoding.UTF8.GetBytes(text.Get).Aggregate(14695981039346656037UL, static (hash, b) => unchecked((hash ^ b) * 1099511628211UL))).QuickCheckThrowOnFailure();

    private static string Root { get; } = Path.Combine(Path.GetTempPath(), "root");

    private static T Json<T>(T value) => JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(value, DataGridJson.Options), DataGridJson.Options)!;
}
