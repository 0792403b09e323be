/* datagrid
description: One row per order, with what it came to
columns:
  amount: { description: Price times quantity }
expect:
  - { name: sells at least one, that: quantity > 0, otherwise: quarantine }
  - { references: { column: sku, to: raw.products.sku } }
  - { unique: [order_id] }
*/
select
  orders.order_id,
  orders.ordered_at,
  orders.sku,
  orders.quantity,
  orders.quantity * products.price as amount
from raw.orders as orders
left join raw.products as products on products.sku = orders.sku
