-- Queries of every shape that a model may have: each must pass the gate, bind, and give exact lineage.
-- A line with @ and a name starts a query. The tables are in BenignQueries.

-- @ tpch-01
SELECT l_returnflag, l_linestatus, sum(l_quantity) AS quantity, sum(l_extendedprice * (1 - l_discount)) AS revenue, avg(l_discount) AS discount, count(*) AS n
FROM tpch.lineitem WHERE l_shipdate <= DATE '1998-12-01' - INTERVAL 90 DAY
GROUP BY l_returnflag, l_linestatus ORDER BY l_returnflag, l_linestatus

-- @ tpch-02
SELECT s_acctbal, s_name, n_name, p_partkey
FROM tpch.part, tpch.supplier, tpch.partsupp, tpch.nation, tpch.region
WHERE p_partkey = ps_partkey AND s_suppkey = ps_suppkey AND p_size < 8 AND s_nationkey = n_nationkey AND n_regionkey = r_regionkey
  AND ps_supplycost = (
    SELECT min(ps_supplycost) FROM tpch.partsupp ps2, tpch.supplier s2, tpch.nation n2
    WHERE part.p_partkey = ps2.ps_partkey AND s2.s_suppkey = ps2.ps_suppkey AND s2.s_nationkey = n2.n_nationkey)
ORDER BY s_acctbal DESC, n_name, s_name, p_partkey LIMIT 100

-- @ tpch-03
SELECT l_orderkey, sum(l_extendedprice * (1 - l_discount)) AS revenue, o_orderdate
FROM tpch.customer JOIN tpch.orders ON c_custkey = o_custkey JOIN tpch.lineitem ON l_orderkey = o_orderkey
WHERE c_mktsegment <> 'x' AND o_orderdate < DATE '2030-01-01'
GROUP BY l_orderkey, o_orderdate ORDER BY revenue DESC, o_orderdate LIMIT 10

-- @ tpch-04
SELECT o_orderpriority, count(*) AS orders FROM tpch.orders
WHERE EXISTS (SELECT * FROM tpch.lineitem WHERE l_orderkey = o_orderkey AND l_commitdate < l_receiptdate)
GROUP BY o_orderpriority ORDER BY o_orderpriority

-- @ tpch-05
SELECT n_name, sum(l_extendedprice * (1 - l_discount)) AS revenue
FROM tpch.customer, tpch.orders, tpch.lineitem, tpch.supplier, tpch.nation
WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND l_suppkey = s_suppkey AND s_nationkey = n_nationkey
GROUP BY n_name ORDER BY revenue DESC

-- @ tpch-06
SELECT sum(l_extendedprice * l_discount) AS revenue FROM tpch.lineitem WHERE l_discount BETWEEN 0.01 AND 0.5 AND l_quantity < 24

-- @ tpch-07
SELECT supplier_nation, customer_nation, shipped, sum(volume) AS volume
FROM (
  SELECT n1.n_name AS supplier_nation, n2.n_name AS customer_nation, year(l_shipdate) AS shipped, l_extendedprice * (1 - l_discount) AS volume
  FROM tpch.supplier, tpch.lineitem, tpch.orders, tpch.customer, tpch.nation n1, tpch.nation n2
  WHERE s_suppkey = l_suppkey AND o_orderkey = l_orderkey AND c_custkey = o_custkey AND s_nationkey = n1.n_nationkey AND c_nationkey = n2.n_nationkey
) AS shipping
GROUP BY ALL ORDER BY ALL

-- @ tpch-08
SELECT o_year, sum(CASE WHEN nation = 'a' THEN volume ELSE 0 END) / sum(volume) AS share
FROM (
  SELECT extract(year FROM o_orderdate) AS o_year, l_extendedprice * (1 - l_discount) AS volume, n_name AS nation
  FROM tpch.part, tpch.lineitem, tpch.orders, tpch.supplier, tpch.nation
  WHERE p_partkey = l_partkey AND l_orderkey = o_orderkey AND s_suppkey = l_suppkey AND s_nationkey = n_nationkey
) GROUP BY o_year

-- @ tpch-09
SELECT n_name, year(o_orderdate) AS o_year, sum(l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity) AS profit
FROM tpch.part, tpch.supplier, tpch.lineitem, tpch.partsupp, tpch.orders, tpch.nation
WHERE s_suppkey = l_suppkey AND ps_suppkey = l_suppkey AND ps_partkey = l_partkey AND p_partkey = l_partkey AND o_orderkey = l_orderkey
  AND s_nationkey = n_nationkey AND p_name LIKE '%a%'
GROUP BY n_name, o_year ORDER BY n_name, o_year DESC

-- @ tpch-10
SELECT c_custkey, c_name, sum(l_extendedprice * (1 - l_discount)) AS revenue, c_acctbal
FROM tpch.customer, tpch.orders, tpch.lineitem
WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND l_returnflag <> 'q'
GROUP BY c_custkey, c_name, c_acctbal ORDER BY revenue DESC LIMIT 20

-- @ tpch-11
SELECT ps_partkey, sum(ps_supplycost * ps_availqty) AS value
FROM tpch.partsupp, tpch.supplier WHERE ps_suppkey = s_suppkey
GROUP BY ps_partkey
HAVING sum(ps_supplycost * ps_availqty) > (SELECT sum(ps_supplycost * ps_availqty) * 0.0001 FROM tpch.partsupp)
ORDER BY value DESC

-- @ tpch-12
SELECT l_shipmode, sum(CASE WHEN o_orderpriority = 'a' OR o_orderpriority = 'b' THEN 1 ELSE 0 END) AS high, count_if(o_orderpriority NOT IN ('a', 'b')) AS low
FROM tpch.orders JOIN tpch.lineitem ON o_orderkey = l_orderkey
WHERE l_commitdate < l_receiptdate GROUP BY l_shipmode ORDER BY l_shipmode

-- @ tpch-13
SELECT c_count, count(*) AS custdist
FROM (
  SELECT c_custkey, count(o_orderkey) FROM tpch.customer LEFT OUTER JOIN tpch.orders ON c_custkey = o_custkey AND o_comment NOT LIKE '%z%z%'
  GROUP BY c_custkey
) AS c_orders (c_custkey, c_count)
GROUP BY c_count ORDER BY custdist DESC, c_count DESC

-- @ tpch-14
SELECT 100.0 * sum(CASE WHEN p_type LIKE 'a%' THEN l_extendedprice * (1 - l_discount) ELSE 0 END) / sum(l_extendedprice * (1 - l_discount)) AS promo
FROM tpch.lineitem, tpch.part WHERE l_partkey = p_partkey

-- @ tpch-15
WITH revenue AS (
  SELECT l_suppkey AS supplier_no, sum(l_extendedprice * (1 - l_discount)) AS total FROM tpch.lineitem GROUP BY l_suppkey)
SELECT s_suppkey, s_name, total FROM tpch.supplier, revenue WHERE s_suppkey = supplier_no AND total = (SELECT max(total) FROM revenue) ORDER BY s_suppkey

-- @ tpch-16
SELECT p_brand, p_type, p_size, count(DISTINCT ps_suppkey) AS suppliers
FROM tpch.partsupp, tpch.part
WHERE p_partkey = ps_partkey AND p_brand <> 'z' AND ps_suppkey NOT IN (SELECT s_suppkey FROM tpch.supplier WHERE s_name LIKE '%c%')
GROUP BY p_brand, p_type, p_size ORDER BY suppliers DESC, p_brand, p_type, p_size

-- @ tpch-17
SELECT sum(l_extendedprice) / 7.0 AS yearly
FROM tpch.lineitem, tpch.part
WHERE p_partkey = l_partkey AND l_quantity < (SELECT 1.2 * avg(l_quantity) FROM tpch.lineitem WHERE l_partkey = p_partkey)

-- @ tpch-18
SELECT c_name, c_custkey, o_orderkey, o_orderdate, sum(l_quantity) AS quantity
FROM tpch.customer, tpch.orders, tpch.lineitem
WHERE o_orderkey IN (SELECT l_orderkey FROM tpch.lineitem GROUP BY l_orderkey HAVING sum(l_quantity) > 5) AND c_custkey = o_custkey AND o_orderkey = l_orderkey
GROUP BY c_name, c_custkey, o_orderkey, o_orderdate ORDER BY o_orderdate LIMIT 100

-- @ tpch-19
SELECT sum(l_extendedprice * (1 - l_discount)) AS revenue FROM tpch.lineitem, tpch.part
WHERE (p_partkey = l_partkey AND p_brand = 'a' AND l_quantity BETWEEN 1 AND 11) OR (p_partkey = l_partkey AND p_size > 2 AND l_shipmode IN ('a', 'b'))

-- @ tpch-20
SELECT s_name FROM tpch.supplier, tpch.nation
WHERE s_suppkey IN (
  SELECT ps_suppkey FROM tpch.partsupp
  WHERE ps_partkey IN (SELECT p_partkey FROM tpch.part WHERE p_name LIKE '%a%')
    AND ps_availqty > (SELECT 0.1 * sum(l_quantity) FROM tpch.lineitem WHERE l_partkey = ps_partkey AND l_suppkey = ps_suppkey))
  AND s_nationkey = n_nationkey
ORDER BY s_name

-- @ tpch-21
SELECT s_name, count(*) AS waiting FROM tpch.supplier, tpch.lineitem l1, tpch.orders
WHERE s_suppkey = l1.l_suppkey AND o_orderkey = l1.l_orderkey AND l1.l_receiptdate > l1.l_commitdate
  AND EXISTS (SELECT * FROM tpch.lineitem l2 WHERE l2.l_orderkey = l1.l_orderkey AND l2.l_suppkey <> l1.l_suppkey)
  AND NOT EXISTS (SELECT * FROM tpch.lineitem l3 WHERE l3.l_orderkey = l1.l_orderkey AND l3.l_suppkey <> l1.l_suppkey AND l3.l_receiptdate > l3.l_commitdate)
GROUP BY s_name ORDER BY waiting DESC, s_name LIMIT 100

-- @ tpch-22
SELECT country, count(*) AS customers, sum(c_acctbal) AS balance
FROM (
  SELECT substring(c_phone FROM 1 FOR 1) AS country, c_acctbal FROM tpch.customer
  WHERE c_acctbal > (SELECT avg(c_acctbal) FROM tpch.customer WHERE c_acctbal > 0.0) AND NOT EXISTS (SELECT * FROM tpch.orders WHERE o_custkey = c_custkey)
) AS sales GROUP BY country ORDER BY country

-- @ star
SELECT * FROM raw.t

-- @ star-exclude-replace
SELECT * EXCLUDE (b) REPLACE (a + 1 AS a) FROM raw.t

-- @ star-rename
SELECT * RENAME (a AS first) FROM raw.u

-- @ star-two-tables
SELECT t.*, u.e FROM raw.t t JOIN raw.u u USING (a)

-- @ columns-regex
SELECT COLUMNS('^(a|c)$') FROM raw.t

-- @ columns-lambda
SELECT min(COLUMNS(x -> x IN ('a', 'c'))) FROM raw.t

-- @ from-first
FROM raw.u SELECT a, e WHERE g > 1

-- @ from-only
FROM raw.u

-- @ alias-reuse
SELECT a + 1 AS x, x * 2 AS y, y - x AS z FROM raw.t WHERE y > 0

-- @ cte-plain
WITH x AS (SELECT a, c FROM raw.t WHERE c > 0), y AS (SELECT a, sum(c) AS total FROM x GROUP BY a) SELECT y.a, total, e FROM y JOIN raw.u ON u.a = y.a

-- @ cte-materialized
WITH x AS MATERIALIZED (SELECT a FROM raw.t), y AS NOT MATERIALIZED (SELECT a FROM raw.u) SELECT x.a, y.a AS other FROM x LEFT JOIN y ON x.a = y.a

-- @ cte-nested
WITH outside AS (WITH inside AS (SELECT a, b FROM raw.t) SELECT a, upper(b) AS big FROM inside) SELECT * FROM outside

-- @ cte-shadows-dataset
WITH t AS (SELECT e AS name FROM raw.u) SELECT name FROM t

-- @ cte-recursive
WITH RECURSIVE up AS (
  SELECT k, parent, 0 AS depth FROM raw.v WHERE parent IS NOT NULL
  UNION ALL
  SELECT up.k, v.parent, up.depth + 1 FROM up JOIN raw.v v ON v.k = up.parent WHERE up.depth < 4)
SELECT k, max(depth) AS depth, count(parent) AS parents FROM up GROUP BY k

-- @ cte-recursive-distinct
WITH RECURSIVE reach (k, target) AS (SELECT k, parent FROM raw.v UNION SELECT reach.k, v.parent FROM reach JOIN raw.v v ON reach.target = v.k) SELECT * FROM reach

-- @ cte-recursive-swap
WITH RECURSIVE r AS (SELECT k AS x, parent AS y, w AS z, 0 AS n FROM raw.v UNION ALL SELECT y, z, x, n + 1 FROM r WHERE n < 3) SELECT x, n FROM r

-- @ cte-recursive-key
WITH RECURSIVE r (k, n) USING KEY (k) AS (SELECT k, 1 FROM raw.v UNION SELECT r.k, r.n + 1 FROM r, recurring.r AS before WHERE r.k = before.k AND r.n < 3) SELECT * FROM r

-- @ sub-scalar
SELECT a, (SELECT max(f) FROM raw.u) AS latest FROM raw.t

-- @ sub-scalar-correlated
SELECT a, (SELECT max(f) FROM raw.u WHERE u.a = t.a) AS latest FROM raw.t t

-- @ sub-count-correlated
SELECT a, (SELECT count(*) FROM raw.u WHERE u.a < t.a) AS smaller FROM raw.t t

-- @ sub-exists
SELECT b FROM raw.t t WHERE EXISTS (FROM raw.u u WHERE u.a = t.a AND u.g > 0)

-- @ sub-not-exists
SELECT b FROM raw.t t WHERE NOT EXISTS (FROM raw.u u WHERE u.e = t.b)

-- @ sub-exists-value
SELECT a, EXISTS (SELECT 1 FROM raw.u u WHERE u.a > t.a) AS has_larger FROM raw.t t

-- @ sub-in
SELECT b FROM raw.t WHERE a IN (SELECT a FROM raw.u WHERE g > 1)

-- @ sub-not-in
SELECT b FROM raw.t WHERE a NOT IN (SELECT a FROM raw.u WHERE a IS NOT NULL)

-- @ sub-in-pairs
SELECT c FROM raw.t WHERE (a, b) IN (SELECT a, e FROM raw.u)

-- @ sub-in-value
SELECT a, a IN (SELECT a FROM raw.u) AS known FROM raw.t

-- @ sub-any
SELECT b FROM raw.t WHERE a > ANY (SELECT a FROM raw.u)

-- @ sub-all
SELECT b FROM raw.t WHERE a >= ALL (SELECT w FROM raw.v)

-- @ sub-nested-correlated
SELECT a, (SELECT count(*) FROM raw.u u WHERE u.a = t.a AND u.e = (SELECT max(t2.b) FROM raw.t t2 WHERE t2.a = u.a)) AS n FROM raw.t t

-- @ sub-array
SELECT a, ARRAY(SELECT u.e FROM raw.u u WHERE u.a = t.a ORDER BY u.f, u.e) AS names FROM raw.t t

-- @ sub-in-select-of-cte
WITH top AS (SELECT max(g) AS g FROM raw.u) SELECT a, g FROM raw.u WHERE g = (FROM top)

-- @ lateral
SELECT t.a, q.e, q.n FROM raw.t t, LATERAL (SELECT e, count(*) AS n FROM raw.u u WHERE u.a = t.a GROUP BY e) q

-- @ lateral-limit
SELECT t.a, q.z FROM raw.t t, LATERAL (SELECT t.a + u.a AS z FROM raw.u u ORDER BY u.g, u.a LIMIT 1) q

-- @ lateral-left
SELECT t.b, q.w FROM raw.t t LEFT JOIN LATERAL (SELECT v.w FROM raw.v v WHERE v.k = t.a) q ON true

-- @ join-left
SELECT t.a, t.b, u.e FROM raw.t t LEFT JOIN raw.u u ON u.a = t.a AND u.g > 1

-- @ join-right
SELECT t.b, u.a, u.e FROM raw.t t RIGHT JOIN raw.u u ON u.a = t.a

-- @ join-full-using
SELECT a, b, e FROM raw.t FULL JOIN raw.u USING (a)

-- @ join-natural
SELECT * FROM raw.u NATURAL JOIN (SELECT a, name FROM raw.v CROSS JOIN (SELECT 1 AS a))

-- @ join-semi
SELECT a, b FROM raw.t SEMI JOIN raw.u USING (a)

-- @ join-anti
SELECT a, b FROM raw.t t ANTI JOIN raw.u u ON u.a > t.a

-- @ join-inequality
SELECT t.b, v.name FROM raw.t t JOIN raw.v v ON t.a < v.k OR t.b = v.name

-- @ join-cross
SELECT t.b, v.name FROM raw.t t CROSS JOIN raw.v v

-- @ join-positional
SELECT t.a, v.w FROM raw.t t POSITIONAL JOIN raw.v v

-- @ join-asof
SELECT tr.symbol, tr.moment, tr.price, q.bid FROM raw.trades tr ASOF LEFT JOIN raw.quotes q ON q.symbol = tr.symbol AND q.moment <= tr.moment

-- @ join-self
SELECT child.name, mother.name AS parent FROM raw.v child LEFT JOIN raw.v mother ON mother.k = child.parent

-- @ agg-plain
SELECT b, count(*) AS n, count(a) AS known, sum(a) AS total, avg(c) AS mean, min(d) AS first, max(d) AS last FROM raw.t GROUP BY b

-- @ agg-no-group
SELECT count(*) AS n, sum(c) AS total FROM raw.t WHERE a > 1

-- @ agg-filter-distinct-order
SELECT a, count(DISTINCT b) AS names, sum(c) FILTER (WHERE b > 'b') AS some, string_agg(b, ',' ORDER BY c, b) AS list FROM raw.t GROUP BY a

-- @ agg-arg
SELECT b, arg_max(a, c) AS a_of_max, first(c ORDER BY d, c) AS c_of_first, quantile_cont(c, 0.5) AS median, list(a ORDER BY a) AS all_a FROM raw.t GROUP BY b

-- @ agg-having
SELECT b, sum(c) AS total FROM raw.t GROUP BY b HAVING count(*) > 1 AND max(a) > 2

-- @ agg-grouping-sets
SELECT a, b, grouping(a, b) AS level, sum(c) AS total FROM raw.t GROUP BY GROUPING SETS ((a), (b), ())

-- @ agg-rollup
SELECT a, b, count(*) AS n FROM raw.t GROUP BY ROLLUP (a, b)

-- @ agg-cube
SELECT a, b, max(c) AS top FROM raw.t GROUP BY CUBE (a, b)

-- @ agg-group-all
SELECT a % 2 AS odd, b, sum(c) AS total FROM raw.t GROUP BY ALL

-- @ agg-of-agg
SELECT max(total) AS top FROM (SELECT sum(c) AS total FROM raw.t GROUP BY b)

-- @ agg-macro
SELECT b, geomean(abs(c) + 1) AS g, weighted_avg(c, a) AS w, json_group_array(a) AS j FROM (FROM raw.t ORDER BY a, c) GROUP BY b

-- @ distinct
SELECT DISTINCT a, b FROM raw.t

-- @ distinct-on
SELECT DISTINCT ON (a) a, b, c FROM raw.t ORDER BY a, c, b

-- @ order-limit
SELECT b FROM raw.t ORDER BY c DESC NULLS LAST, a LIMIT 3 OFFSET 1

-- @ order-percent
SELECT a FROM raw.t ORDER BY c LIMIT 50%

-- @ order-all
SELECT a, b FROM raw.t ORDER BY ALL

-- @ limit-subquery
SELECT a FROM raw.t ORDER BY c, a LIMIT (SELECT min(k) FROM raw.v)

-- @ union-all
SELECT a, b FROM raw.t UNION ALL SELECT a, e FROM raw.u

-- @ union
SELECT a FROM raw.t UNION SELECT k FROM raw.v

-- @ union-by-name
SELECT a, b FROM raw.t UNION ALL BY NAME SELECT e, a FROM raw.u

-- @ intersect
SELECT a FROM raw.t INTERSECT SELECT a FROM raw.u

-- @ except
SELECT a FROM raw.t EXCEPT ALL SELECT a FROM raw.u

-- @ set-nested
(SELECT a FROM raw.t EXCEPT SELECT a FROM raw.u) UNION ALL (SELECT k FROM raw.v ORDER BY w, k LIMIT 2)

-- @ values
SELECT v.x, u.e FROM (VALUES (1, 'one'), (2, 'two')) AS v (x, y) JOIN raw.u u ON u.a = v.x

-- @ values-of-columns
SELECT a, (VALUES (t.c)) AS c FROM raw.t t

-- @ window-rank
SELECT a, rank() OVER (PARTITION BY b ORDER BY c) AS place, dense_rank() OVER (ORDER BY d) AS day_number FROM raw.t

-- @ window-frame
SELECT a, sum(c) OVER (PARTITION BY b ORDER BY d, a, c ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS moving FROM raw.t

-- @ window-named
SELECT a, lag(c, 1, 0.0) OVER w AS before, first_value(b) OVER w AS first FROM raw.t WINDOW w AS (PARTITION BY a ORDER BY d, c, b)

-- @ window-exclude-filter
SELECT a, avg(c) FILTER (WHERE b <> 'a') OVER (PARTITION BY a) AS some, count(*) OVER () AS n FROM raw.t

-- @ window-range
SELECT moment, count(*) OVER (PARTITION BY symbol ORDER BY moment RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW) AS recent FROM raw.trades

-- @ window-over-agg
SELECT b, sum(sum(c)) OVER (ORDER BY b) AS running FROM raw.t GROUP BY b

-- @ qualify
SELECT a, b FROM raw.t QUALIFY row_number() OVER (PARTITION BY a ORDER BY c, b) = 1

-- @ case
SELECT CASE WHEN a > 2 THEN b WHEN c > 0 THEN 'c' ELSE e END AS chosen FROM raw.t LEFT JOIN raw.u USING (a)

-- @ case-simple
SELECT CASE b WHEN 'a' THEN 1 WHEN 'b' THEN 2 END AS code, if(a > 1, c, 0) AS c FROM raw.t

-- @ functions
SELECT coalesce(b, 'none') AS b, nullif(a, 1) AS a, greatest(a, 2) AS g, upper(b) || '-' || substr(b, 1, 1) AS s, round(c, 1) AS r, b LIKE 'a%' AS likes, b ILIKE '%A%' AS ilikes,
  regexp_replace(b, '[ab]', 'x', 'g') AS x, split_part(b, 'a', 1) AS p, md5(b) AS m, hash(a) AS h, date_trunc('month', d) AS mo, strftime(d, '%Y') AS y, d + INTERVAL 1 DAY AS next,
  date_diff('day', d, DATE '2024-01-01') AS days, extract(dow FROM d) AS dow, try_cast(b AS INTEGER) AS i, a::DECIMAL(10, 2) AS dec, c IS DISTINCT FROM 1 AS other, -a AS neg, a BETWEEN 1 AND 2 AS btw
FROM raw.t

-- @ functions-more
SELECT format('{}-{}', a, b) AS f, printf('%d', a) AS pf, lpad(b, 5, '0') AS lp, a & 1 AS bit, a ** 2 AS sq, a // 2 AS half, a % 2 AS odd, b COLLATE NOCASE = 'A' AS same, trim(b) AS tr,
  to_json({'a': a, 'b': b}) AS js, bar(a, 0, 10) AS ba, ascii(b) AS asc, chr(65) AS ch, levenshtein(b, 'abc') AS lev, epoch(ts) AS ep, ts AT TIME ZONE 'UTC' AS utc, list_sort(l) AS ls, typeof(a) AS ty
FROM raw.t

-- @ structs
SELECT s.x, s['y'] AS y, {'a': a, 'b': b} AS packed, struct_insert(s, z := a) AS wider, row(a, b) AS r, t AS whole FROM raw.t t

-- @ lists
SELECT l[1] AS first, l[2:3] AS part, len(l) AS n, list_contains(l, a) AS has, [a, a + 1] AS made, list_concat(l, [a]) AS more, list_aggregate(l, 'sum') AS total, array_to_string(l, ',') AS text FROM raw.t

-- @ lambdas
SELECT list_transform(l, x -> x + a) AS moved, list_filter(l, lambda x: x > a) AS larger, [x * 2 FOR x IN l IF x > 1] AS twice, list_reduce(l, (x, y) -> x + y) AS total FROM raw.t WHERE len(l) > 0

-- @ maps
SELECT m['a'] AS of_a, map_keys(m) AS keys, cardinality(m) AS n, MAP {'x': a} AS made, map_from_entries([(b, c)]) AS entries FROM raw.t

-- @ json
SELECT j->'$.x' AS x, j->>'$.y' AS y, json_extract_string(j, '$.z') AS z, json_array_length(j) AS n FROM raw.t

-- @ unnest-select
SELECT a, unnest(l) AS item FROM raw.t

-- @ unnest-from
SELECT a, x.item FROM raw.t, unnest(l) AS x(item)

-- @ unnest-ordinality
SELECT a, item, place FROM raw.t, unnest(l) WITH ORDINALITY AS x(item, place)

-- @ unnest-struct
SELECT unnest(s) FROM raw.t

-- @ unnest-recursive
SELECT a, unnest([{'p': a, 'q': [b]}], recursive := true) FROM raw.t

-- @ unnest-subscripts
SELECT a, generate_subscripts(l, 1) AS i FROM raw.t

-- @ range
SELECT r.range AS n, u.e FROM range(3) r JOIN raw.u u ON u.a = r.range

-- @ series-of-column
SELECT t.a, g.n FROM raw.t t, generate_series(1, t.a) AS g(n)

-- @ json-each
SELECT a, e.key, e.value FROM raw.t, json_each(j) AS e

-- @ dates
SELECT day FROM (SELECT unnest(range(DATE '2024-01-01', DATE '2024-01-04', INTERVAL 1 DAY)) AS day) ANTI JOIN raw.t ON t.d = day

-- @ pivot-static
SELECT * FROM (PIVOT raw.t ON b IN ('a', 'b') USING sum(c) AS total, count(*) AS n GROUP BY a)

-- @ pivot-standard
SELECT * FROM (SELECT a, b, c FROM raw.t) PIVOT (sum(c) FOR b IN ('a', 'b', 'c'))

-- @ pivot-wide
SELECT * FROM (SELECT a, b, c FROM raw.t) PIVOT (sum(c) FOR a IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25))

-- @ unpivot
SELECT * FROM (UNPIVOT (SELECT a, c, c * 2 AS twice FROM raw.t) ON c, twice INTO NAME which VALUE amount)

-- @ unpivot-standard
SELECT name, value FROM raw.v UNPIVOT (value FOR which IN (k, parent, w))

-- @ parameters
SELECT a, $label AS label FROM raw.t WHERE d >= $day AND a < $most LIMIT $n

-- @ comments
/* datagrid
description: a model
*/
SELECT a -- the key
FROM raw.t /* the table /* nested */ */

-- @ quoted
SELECT "a", t."b" AS "a column with spaces; and -- more" FROM "raw"."t" AS "t" WHERE "b" = 'it''s' OR b = $$x;y$$

-- @ case-insensitive
select A, B from RAW.T where Raw.t.C > 0

-- @ constants-only
SELECT 1 AS one, 'x' AS x, DATE '2024-01-01' AS d, [1, 2] AS l, NULL::INTEGER AS nothing

-- @ filter-constant
SELECT a FROM raw.t WHERE false

-- @ deep-ctes
WITH a1 AS (SELECT a, b, c FROM raw.t), a2 AS (SELECT a, b, c + 1 AS c FROM a1), a3 AS (SELECT a, b, c FROM a2 WHERE a > 0), a4 AS (SELECT a, min(b) AS b, sum(c) AS c FROM a3 GROUP BY a)
SELECT a4.a, a4.b, a4.c, u.e FROM a4 LEFT JOIN raw.u u ON u.a = a4.a ORDER BY a4.c, u.e

-- @ anti-join-null
SELECT u.a, u.e FROM raw.u u LEFT JOIN raw.t t ON t.a = u.a WHERE t.a IS NULL

-- @ percentile-within
SELECT b, percentile_cont(0.5) WITHIN GROUP (ORDER BY c) AS median, mode(a) AS most FROM raw.t GROUP BY b

-- @ histogram
SELECT histogram(a) AS h, approx_count_distinct(b) AS n, bool_or(a > 2) AS any_large FROM raw.t

-- @ try
SELECT try(1 / a) AS inverse, error('stop') IS NULL AS never FROM raw.t WHERE a IS NULL AND false

-- @ struct-column-star
SELECT s.* FROM raw.t

-- @ time-bucket
SELECT time_bucket(INTERVAL 1 HOUR, moment) AS hour, symbol, max(price) - min(price) AS spread FROM raw.trades GROUP BY ALL

-- @ window-in-cte-filtered
WITH ranked AS (SELECT symbol, moment, price, row_number() OVER (PARTITION BY symbol ORDER BY moment DESC, price) AS n FROM raw.trades) SELECT symbol, price FROM ranked WHERE n <= 2
