/* datagrid
description: One row per airport whose place we trust
columns:
  iata: { description: "IATA code, or the FAA's local code where there is none" }
  has_iata_code: { description: Whether the code is one of IATA's three letters }
expect:
  - { name: city and state are known, not_null: [city, state], otherwise: quarantine }
  # Guam and the Northern Marianas lie at 145 degrees east; the file has most of them in the eastern Pacific.
  - { name: Marianas lie in the east, that: "state is null or state not in ('GU', 'CQ') or longitude > 0", otherwise: quarantine }
  - { name: coordinates are on earth, that: latitude between -90 and 90 and longitude between -180 and 180 }
  - { unique: [iata] }
  - { name: one code per airport, unique: [name, city, state], otherwise: warn }
  - { row_count: { min: 3000, max: 5000 } }
*/
select
  iata,
  name,
  nullif(city, 'NA') as city,
  nullif(state, 'NA') as state,
  country,
  latitude,
  longitude,
  regexp_full_match(iata, '[A-Z]{3}') as has_iata_code
from raw.airports
