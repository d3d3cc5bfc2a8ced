-- What operators decided about an incident, and what went between desk and citizens.
-- Only these rare rows are in the indexes.
CREATE INDEX log_decided ON log (subject) WHERE kind = 12;
CREATE INDEX log_message ON log (about, subject) WHERE kind = 13;
