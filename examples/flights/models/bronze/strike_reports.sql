/* datagrid
description: Wildlife strike reports as they arrive; a run reads only files that no run has read before
materialize: append
incremental: raw.birdstrikes
columns:
  damage: { description: "None, Minor, Medium or Substantial, as the reporter wrote it" }
  cost_total: { description: US dollars }
  speed_knots: { description: "Indicated air speed at the strike, in knots; often not reported" }
expect:
  - { not_null: [struck_on, airport_name, state_name] }
  - { name: costs add up, that: cost_total = cost_repair + cost_other }
  - { row_count: { min: 1 } }
*/
select
  "Flight Date" as struck_on,
  "Airport Name" as airport_name,
  "Origin State" as state_name,
  "Aircraft Airline Operator" as operator,
  "Aircraft Make Model" as aircraft,
  "Phase of flight" as phase,
  "Time of day" as time_of_day,
  "Wildlife Species" as species,
  "Wildlife Size" as wildlife_size,
  "Effect Amount of damage" as damage,
  "Cost Repair" as cost_repair,
  "Cost Other" as cost_other,
  "Cost Total $" as cost_total,
  "Speed IAS in knots" as speed_knots
from raw.birdstrikes
