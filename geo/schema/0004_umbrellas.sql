-- What hangs together (dispatch/umbrella.h): a row for each umbrella there ever
-- was, written when its life changes, never per report.
CREATE TABLE umbrella (
	id INTEGER PRIMARY KEY, -- the row of the log that opened it
	seq INTEGER NOT NULL,
	event_group INTEGER NOT NULL,
	exercise INTEGER NOT NULL,
	status INTEGER NOT NULL,
	anchor INTEGER NOT NULL, -- the row of one of its core reports
	merged_into INTEGER NOT NULL, -- 0: not merged
	opened_ms INTEGER NOT NULL,
	ended_ms INTEGER NOT NULL, -- 0: open
	checksum INTEGER NOT NULL
) STRICT;
