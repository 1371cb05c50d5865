-- What a campaign is for; and of who is reminded, of what, and what they said. The year of birth is
-- emptied when they have a result.
ALTER TABLE campaign ADD COLUMN kind TEXT NOT NULL DEFAULT 'recall';
ALTER TABLE campaign_entry ADD COLUMN appointment_ms BIGINT;
ALTER TABLE campaign_entry ADD COLUMN place TEXT;
ALTER TABLE campaign_entry ADD COLUMN born BIGINT;
ALTER TABLE campaign_entry ADD COLUMN answer TEXT;
