/* datagrid
description: One row per pair of airports that were connected, with the distance as flown and as the crow flies
columns:
  great_circle_miles: { description: "Distance between the airports' coordinates; NULL where one of them is not trusted" }
expect:
  - { unique: [origin, destination] }
  - { name: one distance per route, that: distance_miles = longest_distance_miles }
  - { name: as long as the map says, that: great_circle_miles is null or abs(distance_miles - great_circle_miles) <= 10, otherwise: warn }
  - { name: both ends are on the map, that: great_circle_miles is not null, otherwise: warn }
*/
with flown as (
  select
    origin,
    destination,
    count(*) as flights,
    min(distance_miles) as distance_miles,
    max(distance_miles) as longest_distance_miles
  from silver.flights
  group by origin, destination
)
select
  flown.origin,
  flown.destination,
  start.city as origin_city,
  finish.city as destination_city,
  flown.flights,
  flown.distance_miles,
  flown.longest_distance_miles,
  round(7917.6 * asin(sqrt(
    sin(radians(finish.latitude - start.latitude) / 2) ^ 2
    + cos(radians(start.latitude)) * cos(radians(finish.latitude)) * sin(radians(finish.longitude - start.longitude) / 2) ^ 2
  )), 1) as great_circle_miles
from flown
left join silver.airports as start on start.iata = flown.origin
left join silver.airports as finish on finish.iata = flown.destination
