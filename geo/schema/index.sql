-- The index: everything in it is made from the log and can be made again.
-- Another version (user_version, geo/index.c) is deleted and made anew.

PRAGMA application_id = 0x56494E44; -- "VIND"

CREATE TABLE state (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	epoch TEXT NOT NULL, -- of the log it follows
	seq INTEGER NOT NULL, -- the last row it holds
	areas INTEGER NOT NULL -- which areas its rows were given
) STRICT;

-- One row for each log row that holds a report; geometry is SpatiaLite's.
CREATE TABLE report (
	seq INTEGER PRIMARY KEY,
	number INTEGER NOT NULL,
	incident INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	kind INTEGER NOT NULL,
	hazard INTEGER NOT NULL,
	class_no INTEGER NOT NULL,
	exercise INTEGER NOT NULL,
	own INTEGER NOT NULL, -- placed, it counts for umbrellas
	hangs INTEGER NOT NULL, -- it does
	accuracy_m REAL NOT NULL,
	lat_deg REAL,
	lon_deg REAL,
	channel TEXT NOT NULL,
	geometry BLOB
) STRICT;

CREATE INDEX report_incident ON report (incident);
CREATE INDEX report_hazard ON report (hazard);
CREATE INDEX report_class ON report (class_no);
CREATE INDEX report_number ON report (number) WHERE number <> seq;

CREATE VIRTUAL TABLE report_place USING rtree(seq, west, east, south, north);
CREATE VIRTUAL TABLE report_words USING fts5(text, place, detail = none,
	tokenize = "unicode61 remove_diacritics 2");

-- Parents included, so an area finds what its parts hold; '': in no area.
CREATE TABLE report_area (
	area TEXT NOT NULL,
	seq INTEGER NOT NULL,
	PRIMARY KEY (area, seq)
) STRICT, WITHOUT ROWID;

-- Rows of each minute of arrival lie between these.
CREATE TABLE minute (
	minute INTEGER PRIMARY KEY,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL
) STRICT;

-- area '*': all reports; '': those in no area.
CREATE TABLE tally (
	area TEXT NOT NULL,
	hour INTEGER NOT NULL,
	hazard INTEGER NOT NULL,
	class_no INTEGER NOT NULL,
	exercise INTEGER NOT NULL,
	reports INTEGER NOT NULL,
	PRIMARY KEY (area, hour, hazard, class_no, exercise)
) STRICT, WITHOUT ROWID;

CREATE TABLE incident (
	id INTEGER PRIMARY KEY,
	seq INTEGER NOT NULL,
	hazard INTEGER NOT NULL,
	status INTEGER NOT NULL,
	class_no INTEGER NOT NULL,
	unplaced INTEGER NOT NULL,
	exercise INTEGER NOT NULL,
	reports INTEGER NOT NULL,
	opened_ms INTEGER NOT NULL,
	last_ms INTEGER NOT NULL,
	lat_deg REAL,
	lon_deg REAL,
	geometry BLOB
) STRICT;

-- Incidents whose outline is older than their reports.
CREATE TABLE stale (id INTEGER PRIMARY KEY) STRICT;

CREATE TABLE outline (
	id INTEGER PRIMARY KEY, -- the incident's or the umbrella's: both are rows of the log
	event_group INTEGER NOT NULL, -- of an umbrella; 0: an incident
	exercise INTEGER NOT NULL, -- of an umbrella
	reports INTEGER NOT NULL,
	ring BLOB NOT NULL, -- doubles, longitude and latitude in turn
	geometry BLOB NOT NULL
) STRICT;

CREATE VIRTUAL TABLE outline_place USING rtree(id, west, east, south, north);
CREATE INDEX outline_group ON outline (event_group) WHERE event_group > 0;

-- Borders, each as fine as it is, then simplified for views from afar.
CREATE TABLE area (
	id INTEGER PRIMARY KEY, -- scale in the upper half, place in the map in the lower
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	level INTEGER NOT NULL,
	scale INTEGER NOT NULL, -- 0: the finest
	rings BLOB NOT NULL, -- doubles: number of corners, longitude and latitude of each
	geometry BLOB NOT NULL
) STRICT;

CREATE VIRTUAL TABLE area_place USING rtree(id, west, east, south, north);
