/* datagrid
description: What each kind of animal costs the airlines
expect:
  - { unique: [species] }
  - { name: costs are not negative, that: cost_total >= 0 }
*/
select
  species,
  count(*) as strikes,
  count_if(damage <> 'None')::bigint as with_damage,
  sum(cost_total)::bigint as cost_total,
  max(cost_total) as worst_case,
  round(avg(cost_total), 2) as cost_per_strike
from silver.strikes
where species_is_known
group by species
