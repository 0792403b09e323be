/* datagrid
description: "Flights and punctuality of each day; a run counts the days since $since anew and keeps the others"
materialize: merge
keys: [flight_date]
columns:
  late_share: { description: "Late flights out of all flights, 0 to 1" }
expect:
  - { name: a share is a share, that: late_share between 0 and 1 }
  - { name: an ordinary day, that: flights >= 14000, otherwise: warn }
  - name: every flight is counted
    query: |
      select total.flights, counted.flights
      from (select count(*) as flights from silver.flights) as total,
        (select sum(flights) as flights from gold.daily_traffic) as counted
      where total.flights <> counted.flights
*/
select
  flight_date,
  count(*) as flights,
  round(avg(delay_minutes), 2) as average_delay_minutes,
  count_if(is_late)::bigint as late_flights,
  round(count_if(is_late) / count(*), 4) as late_share
from silver.flights
where flight_date >= $since
group by flight_date
