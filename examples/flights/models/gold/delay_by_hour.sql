/* datagrid
description: How delay builds up over the day, month by month
columns:
  change_minutes: { description: Average delay against that of the hour before }
expect:
  - { unique: [flight_month, departure_hour] }
  - { row_count: { min: 120, max: 144 } }
*/
with hours as (
  select
    flight_month,
    departure_hour,
    count(*) as flights,
    avg(delay_minutes) as average_delay_minutes
  from silver.flights
  group by flight_month, departure_hour
)
select
  flight_month,
  departure_hour,
  flights,
  round(average_delay_minutes, 2) as average_delay_minutes,
  round(average_delay_minutes - lag(average_delay_minutes) over day, 2) as change_minutes
from hours
window day as (partition by flight_month order by departure_hour)
