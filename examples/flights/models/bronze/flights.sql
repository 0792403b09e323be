/* datagrid
description: The carriers' flights under our names; nothing is stored
materialize: view
columns:
  departed_at: { description: "Scheduled departure, local time of the origin" }
  delay_minutes: { description: Minutes after schedule; negative when early }
  distance_miles: { description: Length of the route in statute miles }
  origin: { description: Code of the departure airport }
  destination: { description: Code of the arrival airport }
*/
select
  date as departed_at,
  delay::integer as delay_minutes,
  distance::integer as distance_miles,
  origin,
  destination
from raw.flights
