/* datagrid
description: Takings of each day
expect:
  - { unique: [day] }
*/
select ordered_at::date as day, count(*) as orders, sum(amount)::decimal(10, 2) as takings
from silver.orders
group by all
