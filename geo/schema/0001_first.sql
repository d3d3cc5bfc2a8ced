-- The desk's file, first form. A migration that was ever applied is never
-- edited: each file keeps the SHA-256 of its text and refuses another.

PRAGMA application_id = 0x56454454; -- "VEDT"

CREATE TABLE migration (
	number INTEGER PRIMARY KEY,
	sha256 BLOB NOT NULL
) STRICT;

CREATE TABLE meta (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	epoch TEXT NOT NULL -- 16 hex digits, drawn when the file was made
) STRICT;

-- Appended in key order, never changed. Columns that are read at every start
-- come first, bytes last. 64-bit numbers are kept as signed ones of equal bits.
CREATE TABLE log (
	seq INTEGER PRIMARY KEY,
	at_ms INTEGER NOT NULL,
	kind INTEGER NOT NULL,
	subject INTEGER NOT NULL,
	prev INTEGER NOT NULL,
	about INTEGER NOT NULL,
	source INTEGER NOT NULL,
	facts INTEGER NOT NULL,
	print INTEGER NOT NULL,
	key BLOB,
	digest BLOB, -- of the personal part; NULL: never had one
	hash BLOB NOT NULL,
	body BLOB NOT NULL
) STRICT;

-- Only the rare rows of raw mode are in these, so a report pays nothing.
CREATE INDEX log_raw ON log (kind) WHERE kind = 4;
CREATE INDEX log_interpreted ON log (about) WHERE kind = 5;

-- What may be erased: the row goes with its salt, the log stays.
CREATE TABLE personal (
	seq INTEGER PRIMARY KEY,
	salt BLOB NOT NULL,
	personal BLOB NOT NULL
) STRICT;

CREATE TABLE incident (
	id INTEGER PRIMARY KEY,
	seq INTEGER NOT NULL,
	hazard INTEGER NOT NULL,
	status INTEGER NOT NULL,
	class_no INTEGER NOT NULL,
	unplaced INTEGER NOT NULL,
	quarantined INTEGER NOT NULL,
	exercise INTEGER NOT NULL,
	lat_deg REAL,
	lon_deg REAL,
	accuracy_m REAL NOT NULL,
	place_kind INTEGER NOT NULL,
	words TEXT,
	opened_ms INTEGER NOT NULL,
	linked INTEGER NOT NULL,
	version INTEGER NOT NULL,
	checksum INTEGER NOT NULL
) STRICT;
