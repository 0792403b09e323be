/* datagrid
description: Wildlife strikes of 2001 set against the flights of the same month
columns:
  strikes_per_100k_flights: { description: "From a sample of airports, so good for comparing months and not for the risk itself" }
expect:
  - { unique: [month] }
  - { row_count: { min: 6, max: 6 } }
  - { name: birds migrate in spring, that: strikes > 0, otherwise: warn }
*/
with traffic as (
  select date_trunc('month', flight_date)::date as month, sum(flights)::bigint as flights
  from gold.daily_traffic
  group by all
),
strikes as (
  select date_trunc('month', struck_on)::date as month, count(*) as strikes, sum(cost_total)::bigint as cost_total
  from silver.strikes
  group by all
)
select
  traffic.month,
  traffic.flights,
  coalesce(strikes.strikes, 0) as strikes,
  coalesce(strikes.cost_total, 0) as cost_total,
  round(100000 * coalesce(strikes.strikes, 0) / traffic.flights, 2) as strikes_per_100k_flights
from traffic
left join strikes using (month)
