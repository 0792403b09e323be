/* datagrid
description: One row per wildlife strike, with reports that came twice counted once
columns:
  struck_on: { description: Day of the flight }
  operator: { description: "Airline as it was called then, without the report's footnote marks" }
  species_is_known: { description: Whether anybody could tell what was hit }
expect:
  # Fifteen reports carry the codes B and C of an older form.
  - { accepted: { column: damage, values: [None, Minor, Medium, Substantial] }, otherwise: quarantine }
  - { name: moving when it struck, that: "speed_knots > 0 or speed_knots is null or phase = 'Parked'", otherwise: drop }
  - { name: no damage costs nothing, that: "damage <> 'None' or cost_total = 0", otherwise: warn }
  - { name: substantial damage costs something, that: "damage <> 'Substantial' or cost_total > 0", otherwise: warn }
  - { accepted: { column: time_of_day, values: [Dawn, Day, Dusk, Night] } }
*/
select distinct
  struck_on,
  airport_name,
  state_name,
  rtrim(operator, '*') as operator,
  aircraft,
  phase,
  time_of_day,
  species,
  wildlife_size,
  not starts_with(species, 'Unknown') as species_is_known,
  damage,
  cost_repair,
  cost_other,
  cost_total,
  speed_knots
from bronze.strike_reports
