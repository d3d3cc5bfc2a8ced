-- What goes out (dispatch/outbox.h): a row for each delivery there ever was,
-- written when its state changes. Where to and what it says is in the log.
CREATE TABLE delivery (
	id INTEGER PRIMARY KEY, -- the row of the log that queued it
	seq INTEGER NOT NULL,
	means INTEGER NOT NULL,
	state INTEGER NOT NULL,
	reason INTEGER NOT NULL,
	status INTEGER NOT NULL, -- what the other end said last
	attempts INTEGER NOT NULL,
	losses INTEGER NOT NULL, -- attempts in which the courier went away
	urgency INTEGER NOT NULL,
	exercise INTEGER NOT NULL,
	unwanted INTEGER NOT NULL, -- cancelled while on its way
	incident INTEGER NOT NULL, -- 0: about none
	account INTEGER NOT NULL, -- 0: nobody's
	bucket INTEGER NOT NULL, -- what is paced together
	key_hash INTEGER NOT NULL,
	group_hash INTEGER NOT NULL, -- 0: of no group
	queued_ms INTEGER NOT NULL,
	next_ms INTEGER NOT NULL, -- no attempt before
	not_after_ms INTEGER NOT NULL,
	ended_ms INTEGER NOT NULL, -- 0: not ended
	checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX delivery_open ON delivery (id) WHERE ended_ms = 0;
