using System.Globalization;

namespace DataGrid.LoadTests.Benches;

/// <summary>Validating a project of two thousand models.</summary>
internal sealed class ValidateBench : IBench
{
    private const int Models = 2000;
    private const double MostSeconds = 2;

    public string Name => "validate";

    public string Description => "validating a project of 2 000 models, the whole command";

    public async Task<BenchReport> RunAsync(BenchContext context)
    {
        var project = context.Fresh("project");
        Write(project);
        var measured = await Contest.RunAsync(context.Rounds, new Contender("datagrid validate", "s", async _ =>
            (await Child.RunAsync([context.Cli, "validate", project])).Succeeded().Elapsed.TotalSeconds));
        return new BenchReport { Bench = Name, Measured = measured, Judged = [new Judged("validate", measured[0].Samples, MostSeconds, Unit: "s")] };
    }

    // Layers of fifty models, each reading two of the layer before, with a join, a group-by and three checks.
    private static void Write(string project)
    {
        const int PerLayer = 50;
        Directory.CreateDirectory(Path.Combine(project, "data"));
        File.WriteAllText(Path.Combine(project, "data/events.csv"), "id,happened,kind,amount\n1,2024-01-01 00:00:00,a,1.5\n2,2024-01-02 00:00:00,b,2.5\n");
        File.WriteAllText(Path.Combine(project, "datagrid.yaml"), "pipeline: big\nsources:\n  raw.events:\n    files: data/events.csv\n");
        for (var number = 0; number < Models; number++)
        {
            var (layer, place) = (number / PerLayer, number % PerLayer);
            var folder = Directory.CreateDirectory(Path.Combine(project, $"models/layer_{Letters(layer)}")).FullName;
            string Input(int offset) => layer == 0 ? "raw.events" : $"layer_{Letters(layer - 1)}.model_{Letters((place + offset) % PerLayer)}";
            var sql = layer == 0
                ? $"select id::bigint as id, happened::timestamp as happened, kind, amount::double as amount from raw.events where id % {PerLayer} <> {place}"
                : $"""
                   with grouped as (select kind, sum(amount) as total from {Input(1)} group by kind)
                   select l.id, l.happened, upper(l.kind) as kind, l.amount + coalesce(grouped.total, 0) as amount
                   from {Input(0)} as l left join grouped on grouped.kind = l.kind
                   """;
            File.WriteAllText(Path.Combine(folder, $"model_{Letters(place)}.sql"),
                $$"""
                /* datagrid
                description: Model {{number.ToString(CultureInfo.InvariantCulture)}}
                expect:
                  - { not_null: [id, happened] }
                  - { that: amount is not null, otherwise: warn }
                  - { unique: [id] }
                */
                {{sql}}
                """);
        }
    }

    private static string Letters(int number) => $"{(char)('a' + number / 26)}{(char)('a' + number % 26)}";
}
