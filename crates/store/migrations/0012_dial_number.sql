-- The audit walks the dials of each number in their order, along this index alone.
CREATE INDEX dial_number ON dial (shard, number, id, placed_ms, ended_ms);
