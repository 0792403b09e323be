using Orleans;

namespace DataGrid.Runtime.Tests;

/// <summary>
/// Everything that the runtime offers under Orleans' names must be Orleans' own. The list holds the whole public surface, as Orleans 10
/// publishes it, of every type that the runtime has; so a name that drifts shows even where Orleans itself cannot be had. Where it can,
/// the list is compared with it.
/// </summary>
public sealed class OrleansSurfaceTests
{
    private static readonly HashSet<string> Listed =
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "OrleansSurface.txt")).ToHashSet(StringComparer.Ordinal);

    [Fact]
    public void A_name_of_our_own_would_be_seen() =>
        Assert.Contains(PublicSurface.Of(typeof(Drifted)), line => line.EndsWith("Drifted.Extra(System.Int32 number = default) : System.Void", StringComparison.Ordinal));

#if ORLEANS
    [Fact]
    public void Every_listed_name_is_one_of_Orleans()
    {
        Type[] types = [typeof(Grain), typeof(IClusterClient), typeof(Orleans.Hosting.ISiloBuilder), typeof(ReminderEntry), typeof(IdAttribute), typeof(Orleans.Serialization.Serializer)];
        var orleans = types.Select(type => type.Assembly).Distinct().SelectMany(assembly => PublicSurface.Of(assembly, _ => true)).ToHashSet(StringComparer.Ordinal);
        Assert.Equal([], Listed.Where(line => !orleans.Contains(line)).Order(StringComparer.Ordinal));
    }
#else
    [Fact]
    public void Every_public_name_under_Orleans_is_one_of_Orleans()
    {
        var ours = PublicSurface.Of(typeof(Grain).Assembly, type => type.Namespace!.StartsWith("Orleans", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(ours);
        Assert.Equal([], ours.Where(line => !Listed.Contains(line)));
    }
#endif

    public sealed class Drifted
    {
        public static void Extra(int number = 1) => _ = number;
    }
}
