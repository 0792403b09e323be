/* datagrid
description: How punctual departures are at each airport, and how it ranks in its state
tags: [on-time]
columns:
  rank_in_state: { description: 1 is the most punctual of the state's airports }
expect:
  - { not_null: [origin, flights] }
  - { unique: [origin] }
  - { name: enough flights to judge, that: flights >= 100, otherwise: warn }
*/
with departures as (
  select
    origin,
    count(*) as flights,
    avg(delay_minutes) as average_delay_minutes,
    quantile_cont(delay_minutes, 0.95) as p95_delay_minutes,
    count_if(is_late) / count(*) as late_share
  from silver.flights
  group by origin
)
select
  departures.origin,
  airports.name,
  airports.city,
  airports.state,
  departures.flights,
  round(departures.average_delay_minutes, 2) as average_delay_minutes,
  departures.p95_delay_minutes,
  round(departures.late_share, 4) as late_share,
  rank() over (partition by airports.state order by departures.late_share) as rank_in_state
from departures
left join silver.airports as airports on airports.iata = departures.origin
