namespace DataGrid.Cli.Commands;

/// <summary>The files of a new project: one input with one bad row, a cleaned table, a summary.</summary>
internal static class StarterProject
{
    public static IReadOnlyList<(string Path, string Text)> Files(string name) =>
    [
        ("datagrid.yaml", $$"""
            pipeline: {{name}}
            description: What this pipeline is for
            owner: you@example.com

            sources:
              raw.orders:
                files: data/orders-*.csv
                description: Orders, one file a day
            """ + "\n"),
        ("data/orders-2024-05-06.csv", """
            order_id,ordered_at,product,quantity,price
            1,2024-05-06 07:41:00,Espresso,1,2.20
            2,2024-05-06 07:52:00,Flat White,2,3.80
            3,2024-05-06 08:03:00,Croissant,3,2.40
            4,2024-05-06 10:02:00,Espresso,-2,2.20
            """ + "\n"),
        ("models/silver/orders.sql", """
            /* datagrid
            description: One row per order, with what it came to
            columns:
              amount: { description: Price times quantity }
            expect:
              - { name: sells at least one, that: quantity > 0, otherwise: quarantine }
              - { not_null: [order_id, ordered_at, product] }
              - { unique: [order_id] }
            */
            select order_id, ordered_at, product, quantity, (quantity * price)::decimal(10, 2) as amount
            from raw.orders
            """ + "\n"),
        ("models/gold/daily_sales.sql", """
            /* datagrid
            description: Takings of each day
            expect:
              - { unique: [day] }
            */
            select ordered_at::date as day, count(*) as orders, sum(amount)::decimal(10, 2) as takings
            from silver.orders
            group by all
            """ + "\n"),
        (".gitignore", ".datagrid/\n"),
    ];
}
