-- Who did what with a call or a callback is told in its story, and what whoever leads chose for a seat in
-- the seat's: few rows beside all that the two tables have.
CREATE INDEX access_log_about ON access_log (shard, about, id) WHERE about IS NOT NULL;
CREATE INDEX state_interval_supervised ON state_interval (shard, seat, since_ms)
    WHERE supervisor IS NOT NULL;
