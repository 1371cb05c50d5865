-- Whose year of birth is stored: what is left of a campaign that is over is emptied, and found at a start.
CREATE INDEX campaign_entry_born ON campaign_entry (shard, campaign, id) WHERE born IS NOT NULL;
