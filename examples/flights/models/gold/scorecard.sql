/* datagrid
description: "The busy airports with a grade, in words for a dashboard; nothing is stored"
materialize: view
columns:
  grade: { description: "A when at most 15 % of departures are late, then B to 20 %, C to 25 %, D" }
*/
select
  origin as airport,
  city,
  state,
  flights,
  late_share,
  case
    when late_share <= 0.15 then 'A'
    when late_share <= 0.20 then 'B'
    when late_share <= 0.25 then 'C'
    else 'D'
  end as grade
from gold.delay_by_airport
where flights >= 10000
