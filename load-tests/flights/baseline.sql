-- The flights example as one hand-written DuckDB script: the same tables, as Parquet, with the same checks from the same files. Reading the big
-- table back from its files beats keeping it in memory, and small tables are kept. Statements after a line "-- check" are left out when the
-- script is measured without checks. {data} is the folder of vega-datasets, {out} holds an empty folder for each dataset.

create macro must(name, bad_rows) as if(bad_rows > 0, error(name || ': ' || bad_rows || ' rows'), 0);
create temp table findings (dataset varchar, name varchar, bad_rows bigint);

-- bronze.strike_reports
create temp table strike_reports as
select
  "Flight Date" as struck_on, "Airport Name" as airport_name, "Origin State" as state_name, "Aircraft Airline Operator" as operator,
  "Aircraft Make Model" as aircraft, "Phase of flight" as phase, "Time of day" as time_of_day, "Wildlife Species" as species,
  "Wildlife Size" as wildlife_size, "Effect Amount of damage" as damage, "Cost Repair" as cost_repair, "Cost Other" as cost_other,
  "Cost Total $" as cost_total, "Speed IAS in knots" as speed_knots
from '{data}/birdstrikes.csv';

-- check
select
  must('not_null', count_if(struck_on is null or airport_name is null or state_name is null)),
  must('costs add up', count_if((cost_total = cost_repair + cost_other) is not true)),
  must('row_count', if(count(*) < 1, 1, 0))
from strike_reports;

copy strike_reports to '{out}/bronze.strike_reports/data.parquet' (format parquet);

-- silver.airports
create temp table airports_checked as
select
  iata, name, nullif(city, 'NA') as city, nullif(state, 'NA') as state, country, latitude, longitude,
  regexp_full_match(iata, '[A-Z]{3}') as has_iata_code,
  city <> 'NA' and state <> 'NA' as place_known,
  (state not in ('GU', 'CQ') or longitude > 0) is true as in_the_east
from '{data}/airports.csv';

create temp table airports as
select * exclude (place_known, in_the_east) from airports_checked where place_known and in_the_east;

-- check
select
  must('coordinates', count_if((latitude between -90 and 90 and longitude between -180 and 180) is not true)),
  must('unique', count(*) - count(distinct iata)),
  must('row_count', if(count(*) between 3000 and 5000, 0, 1))
from airports;

-- check
insert into findings
select 'silver.airports', 'one code per airport', count(*) from (select 1 from airports group by name, city, state having count(*) > 1);

copy airports to '{out}/silver.airports/data.parquet' (format parquet);

-- check
copy (
  select * exclude (place_known, in_the_east),
    list_filter([if(not place_known, 'city and state are known', null), if(not in_the_east, 'Marianas lie in the east', null)],
      lambda x: x is not null) as check_names
  from airports_checked where not (place_known and in_the_east)
) to '{out}/silver.airports__quarantine/data.parquet' (format parquet);

-- silver.flights
create temp view flights_checked as
select
  date_trunc('month', date)::date as flight_month, date::date as flight_date, date as departed_at, hour(date)::integer as departure_hour,
  origin, destination, distance::integer as distance_miles, delay::integer as delay_minutes, delay > 15 as is_late
from '{data}/flights-3m.parquet'
where date < '2001-07-01';

copy (from flights_checked where (delay_minutes between -120 and 1440) is true)
to '{out}/silver.flights' (format parquet, partition_by (flight_month));

-- check
copy (select *, ['plausible delay'] as check_names from flights_checked where (delay_minutes between -120 and 1440) is not true)
to '{out}/silver.flights__quarantine/data.parquet' (format parquet);

create temp view flights as from read_parquet('{out}/silver.flights/*/*.parquet', hive_partitioning = true, hive_types = { 'flight_month': date });

-- check
select
  must('not_null', count_if(departed_at is null or origin is null or destination is null or delay_minutes is null)),
  must('goes somewhere', count_if((origin <> destination and distance_miles > 0) is not true)),
  must('row_count', if(count(*) < 2900000, 1, 0))
from flights;

-- check
insert into findings
select 'silver.flights', 'origin is a known airport', count(*) from flights anti join airports on iata = origin
union all
select 'silver.flights', 'destination is a known airport', count(*) from flights anti join airports on iata = destination
union all
select 'silver.flights', 'reported once', count(*)
from (select 1 from flights group by departed_at, origin, destination, delay_minutes having count(*) > 1);

-- silver.routes
create temp table routes as
with flown as (
  select origin, destination, count(*) as flights, min(distance_miles) as distance_miles, max(distance_miles) as longest_distance_miles
  from flights
  group by origin, destination
)
select
  flown.origin, flown.destination, start.city as origin_city, finish.city as destination_city, flown.flights, flown.distance_miles,
  flown.longest_distance_miles,
  round(7917.6 * asin(sqrt(
    sin(radians(finish.latitude - start.latitude) / 2) ^ 2
    + cos(radians(start.latitude)) * cos(radians(finish.latitude)) * sin(radians(finish.longitude - start.longitude) / 2) ^ 2
  )), 1) as great_circle_miles
from flown
left join airports as start on start.iata = flown.origin
left join airports as finish on finish.iata = flown.destination;

-- check
select
  must('unique', count(*) - count(distinct (origin, destination))),
  must('one distance per route', count_if((distance_miles = longest_distance_miles) is not true))
from routes;

-- check
insert into findings
select 'silver.routes', unnest(['as long as the map says', 'both ends are on the map']), unnest([
  count_if(abs(distance_miles - great_circle_miles) > 10), count_if(great_circle_miles is null)])
from routes;

copy routes to '{out}/silver.routes/data.parquet' (format parquet);

-- silver.strikes
create temp table strikes_checked as
select distinct
  struck_on, airport_name, state_name, rtrim(operator, '*') as operator, aircraft, phase, time_of_day, species, wildlife_size,
  not starts_with(species, 'Unknown') as species_is_known, damage, cost_repair, cost_other, cost_total, speed_knots,
  (damage is null or damage in ('None', 'Minor', 'Medium', 'Substantial')) is true as known_damage
from strike_reports
where (speed_knots > 0 or speed_knots is null or phase = 'Parked') is true;

create temp view strikes as select * exclude (known_damage) from strikes_checked where known_damage;

-- check
select must('time of day', count_if((time_of_day is null or time_of_day in ('Dawn', 'Day', 'Dusk', 'Night')) is not true)) from strikes;

-- check
insert into findings
select 'silver.strikes', unnest(['no damage costs nothing', 'substantial damage costs something']), unnest([
  count_if((damage <> 'None' or cost_total = 0) is not true), count_if((damage <> 'Substantial' or cost_total > 0) is not true)])
from strikes;

copy strikes to '{out}/silver.strikes/data.parquet' (format parquet);

-- check
copy (select * exclude (known_damage), ['accepted damage'] as check_names from strikes_checked where not known_damage)
to '{out}/silver.strikes__quarantine/data.parquet' (format parquet);

-- gold.daily_traffic
create temp table daily_traffic as
select
  flight_date, count(*) as flights, round(avg(delay_minutes), 2) as average_delay_minutes, count_if(is_late)::bigint as late_flights,
  round(count_if(is_late) / count(*), 4) as late_share
from flights
group by flight_date;

-- check
select
  must('keys', count(*) - count(distinct flight_date) + count_if(flight_date is null)),
  must('a share is a share', count_if((late_share between 0 and 1) is not true)),
  must('every flight is counted', if(sum(flights) <> (select count(*) from flights), 1, 0))
from daily_traffic;

-- check
insert into findings select 'gold.daily_traffic', 'an ordinary day', count_if(flights < 14000) from daily_traffic;

copy daily_traffic to '{out}/gold.daily_traffic/data.parquet' (format parquet);

-- gold.delay_by_airport
create temp table delay_by_airport as
with departures as (
  select
    origin, count(*) as flights, avg(delay_minutes) as average_delay_minutes, quantile_cont(delay_minutes, 0.95) as p95_delay_minutes,
    count_if(is_late) / count(*) as late_share
  from flights
  group by origin
)
select
  departures.origin, airports.name, airports.city, airports.state, departures.flights,
  round(departures.average_delay_minutes, 2) as average_delay_minutes, departures.p95_delay_minutes, round(departures.late_share, 4) as late_share,
  rank() over (partition by airports.state order by departures.late_share) as rank_in_state
from departures
left join airports on airports.iata = departures.origin;

-- check
select
  must('not_null', count_if(origin is null or flights is null)),
  must('unique', count(*) - count(distinct origin))
from delay_by_airport;

-- check
insert into findings select 'gold.delay_by_airport', 'enough flights to judge', count_if(flights < 100) from delay_by_airport;

copy delay_by_airport to '{out}/gold.delay_by_airport/data.parquet' (format parquet);

-- gold.delay_by_hour
create temp table delay_by_hour as
with hours as (
  select flight_month, departure_hour, count(*) as flights, avg(delay_minutes) as average_delay_minutes
  from flights
  group by flight_month, departure_hour
)
select
  flight_month, departure_hour, flights, round(average_delay_minutes, 2) as average_delay_minutes,
  round(average_delay_minutes - lag(average_delay_minutes) over day, 2) as change_minutes
from hours
window day as (partition by flight_month order by departure_hour);

-- check
select
  must('unique', count(*) - count(distinct (flight_month, departure_hour))),
  must('row_count', if(count(*) between 120 and 144, 0, 1))
from delay_by_hour;

copy delay_by_hour to '{out}/gold.delay_by_hour/data.parquet' (format parquet);

-- gold.busiest_routes
create temp table busiest_routes as
select
  origin, origin_city, row_number() over busiest as place, destination, destination_city, flights, distance_miles,
  round(flights / sum(flights) over (partition by origin), 4) as share_of_departures
from routes
window busiest as (partition by origin order by flights desc, destination)
qualify place <= 10;

-- check
select
  must('unique', count(*) - count(distinct (origin, place))),
  must('ten at most', count_if((place between 1 and 10) is not true))
from busiest_routes;

copy busiest_routes to '{out}/gold.busiest_routes/data.parquet' (format parquet);

-- gold.strikes_by_month
create temp table strikes_by_month as
with traffic as (
  select date_trunc('month', flight_date)::date as month, sum(flights)::bigint as flights from daily_traffic group by all
),
struck as (
  select date_trunc('month', struck_on)::date as month, count(*) as strikes, sum(cost_total)::bigint as cost_total from strikes group by all
)
select
  traffic.month, traffic.flights, coalesce(struck.strikes, 0) as strikes, coalesce(struck.cost_total, 0) as cost_total,
  round(100000 * coalesce(struck.strikes, 0) / traffic.flights, 2) as strikes_per_100k_flights
from traffic
left join struck using (month);

-- check
select must('unique', count(*) - count(distinct month)), must('row_count', if(count(*) = 6, 0, 1)) from strikes_by_month;

-- check
insert into findings select 'gold.strikes_by_month', 'birds migrate in spring', count_if((strikes > 0) is not true) from strikes_by_month;

copy strikes_by_month to '{out}/gold.strikes_by_month/data.parquet' (format parquet);

-- gold.strike_costs
create temp table strike_costs as
select
  species, count(*) as strikes, count_if(damage <> 'None')::bigint as with_damage, sum(cost_total)::bigint as cost_total,
  max(cost_total) as worst_case, round(avg(cost_total), 2) as cost_per_strike
from strikes
where species_is_known
group by species;

-- check
select must('unique', count(*) - count(distinct species)), must('not negative', count_if((cost_total >= 0) is not true)) from strike_costs;

copy strike_costs to '{out}/gold.strike_costs/data.parquet' (format parquet);

select * from findings where bad_rows > 0 order by all;
