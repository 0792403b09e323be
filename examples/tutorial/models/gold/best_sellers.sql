/* datagrid
description: Products by what they brought in
*/
select products.name, sum(orders.quantity)::bigint as sold, sum(orders.amount)::decimal(10, 2) as takings
from silver.orders as orders
join raw.products as products using (sku)
group by products.name
order by takings desc
