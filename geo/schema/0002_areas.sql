-- Areas: who sees what happens at a place. Rows of an import count from the
-- moment its own row is in area_import; until then, and for ever after a crash,
-- they are nobody's. A later import's row of a code stands for the earlier one.
CREATE TABLE area_import (
	number INTEGER PRIMARY KEY,
	seq INTEGER NOT NULL, -- its row in the log
	ticket INTEGER NOT NULL, -- drawn by the importer, who may ask for it later
	looked INTEGER NOT NULL -- open incidents were looked up again: 1
) STRICT;

CREATE TABLE area (
	number INTEGER PRIMARY KEY,
	import INTEGER NOT NULL,
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	level INTEGER NOT NULL,
	parent TEXT NOT NULL, -- '': none
	polygon BLOB, -- packed; NULL: no ground of its own
	checksum INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX area_code ON area (code, import);

-- Apart, so that figures come and go without the ground.
CREATE TABLE area_residents (
	number INTEGER PRIMARY KEY,
	import INTEGER NOT NULL,
	code TEXT NOT NULL,
	residents INTEGER NOT NULL,
	lat_deg REAL,
	lon_deg REAL,
	checksum INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX area_residents_code ON area_residents (code, import);

-- The smallest areas that see it, by code, a space between; * before one of
-- which it may be anywhere. fit 0: not looked up yet.
ALTER TABLE incident ADD COLUMN areas TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN area_fit INTEGER NOT NULL DEFAULT 0;
