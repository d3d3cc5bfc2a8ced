-- The newest state of things that have one (geo/store_record.h): accounts,
-- sessions. Written when it changes, never per report.
CREATE TABLE record (
	kind INTEGER NOT NULL,
	id INTEGER NOT NULL,
	seq INTEGER NOT NULL, -- the row of the log that changed it last; 0: none
	packed BLOB NOT NULL,
	checksum INTEGER NOT NULL,
	PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- What people did, among many more rows of what was reported. A report pays one
-- comparison: the list, for which SQLite makes a table each time, is not looked at.
CREATE INDEX log_doing ON log (seq) WHERE kind > 5 AND kind IN (6, 9, 12, 14, 15, 16, 17);
