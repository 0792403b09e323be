/* datagrid
description: One row per flight, cleaned, laid out by month
partition_by: [flight_month]
tags: [on-time]
columns:
  flight_month: { description: First day of the month of departure }
  departed_at: { description: "Scheduled departure, local time of the origin" }
  departure_hour: { description: "Hour of the scheduled departure, 0 to 23" }
  is_late: { description: "More than 15 minutes behind schedule, as the Department of Transportation counts it" }
expect:
  - { not_null: [departed_at, origin, destination, delay_minutes] }
  # The file ends with a handful of departures at midnight of 1 July: they belong to the next delivery.
  - { name: in the first half of 2001, that: "departed_at < '2001-07-01'", otherwise: drop }
  - { name: plausible delay, that: delay_minutes between -120 and 1440, otherwise: quarantine }
  - { name: goes somewhere, that: origin <> destination and distance_miles > 0 }
  - { name: origin is a known airport, references: { column: origin, to: silver.airports.iata }, otherwise: warn }
  - { name: destination is a known airport, references: { column: destination, to: silver.airports.iata }, otherwise: warn }
  # There is no flight number, so two equal rows may still be two flights: worth a warning, not a removal.
  - { name: reported once, unique: [departed_at, origin, destination, delay_minutes], otherwise: warn }
  - { row_count: { min: 2900000 } }
*/
select
  date_trunc('month', departed_at)::date as flight_month,
  departed_at::date as flight_date,
  departed_at,
  hour(departed_at)::integer as departure_hour,
  origin,
  destination,
  distance_miles,
  delay_minutes,
  delay_minutes > 15 as is_late
from bronze.flights
