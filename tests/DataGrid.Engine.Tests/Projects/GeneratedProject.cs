using System.Globalization;
using System.Text;

namespace DataGrid.Engine.Tests.Projects;

/// <summary>Writes large projects: layers of models that read up to three of the layer before, ten columns each, with checks.</summary>
internal static class GeneratedProject
{
    private const int Layers = 10;

    public static void Write(ProjectFixture project, int models, int sources = 20)
    {
        var yaml = new StringBuilder("pipeline: generated\nsources:\n");
        for (var i = 0; i < sources; i++) yaml.Append(CultureInfo.InvariantCulture, $"  raw.s{i}: {{ files: data/s{i}.csv, columns: {{ id: bigint, day: date, amount: double, name: varchar }} }}\n");
        project.Write("datagrid.yaml", yaml.ToString());
        for (var i = 0; i < sources; i++) project.Write($"data/s{i}.csv", "id,day,amount,name\n1,2001-01-01,2.5,x\n2,2001-01-02,3.5,y\n");
        var width = Math.Max(1, models / Layers);
        for (var i = 0; i < models; i++) project.Write($"models/l{i / width}/m{i}.sql", Model(i, width, sources));
    }

    private static string Model(int number, int width, int sources)
    {
        var layer = number / width;
        string Upstream(int offset) => layer == 0
            ? $"raw.s{(number + offset) % sources}"
            : string.Create(CultureInfo.InvariantCulture, $"l{layer - 1}.m{((layer - 1) * width) + ((number + (offset * 7)) % width)}");
        var total = layer == 0 ? "amount" : "total";
        return $$"""
            /* datagrid
            description: Model {{number}} of a generated project
            materialize: {{(number % 7 == 6 ? "view" : "table")}}
            columns:
              total: { description: The sum }
            expect:
              - { not_null: [id] }
              - { that: "total >= 0 or total is null", otherwise: warn }
              - { row_count: { min: 0 } }
            */
            WITH joined AS (
              SELECT a.id, a.day, a.name, a.{{total}} AS amount, b.{{total}} AS other
              FROM {{Upstream(0)}} AS a
              LEFT JOIN {{Upstream(1)}} AS b ON a.id = b.id
              WHERE a.day >= DATE '2001-01-01'
            )
            SELECT
              id,
              day,
              upper(name) AS name,
              CAST(sum(amount) AS DOUBLE) AS total,
              count(*) AS n,
              max(other) AS largest,
              min(CASE WHEN other > 0 THEN other ELSE amount END) AS smallest,
              date_trunc('month', day) AS month,
              id % 10 AS bucket,
              coalesce(name, 'none') AS label
            FROM joined
            GROUP BY ALL
            """;
    }
}
