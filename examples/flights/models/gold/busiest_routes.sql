/* datagrid
description: The ten busiest routes out of each airport
expect:
  - { unique: [origin, place] }
  - { name: ten at most, that: place between 1 and 10 }
*/
select
  origin,
  origin_city,
  row_number() over busiest as place,
  destination,
  destination_city,
  flights,
  distance_miles,
  round(flights / sum(flights) over (partition by origin), 4) as share_of_departures
from silver.routes
window busiest as (partition by origin order by flights desc, destination)
qualify place <= 10
