/*
 * The end of an export: what each incident has, the extents of the layers, and
 * the triggers of the R-tree extension (OGC 12-128r17, F.3). They call functions
 * that the program which edits the file brings along, so they come last.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "geo/export_internal.h"

static int
make_triggers(struct export *x, const char *t)
{
#define BOX                                                                            \
	"(NEW.id, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), "           \
	"ST_MaxY(NEW.geom))"
#define FULL "(NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))"
#define BARE "(NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))"
	int r = export_run(x,
		"CREATE TRIGGER rtree_%s_geom_insert AFTER INSERT ON %s WHEN " FULL
		" BEGIN INSERT OR REPLACE INTO rtree_%s_geom VALUES " BOX "; END;"
		"CREATE TRIGGER rtree_%s_geom_update1 AFTER UPDATE OF geom ON %s "
		"WHEN OLD.id = NEW.id AND " FULL
		" BEGIN INSERT OR REPLACE INTO rtree_%s_geom VALUES " BOX "; END;"
		"CREATE TRIGGER rtree_%s_geom_update2 AFTER UPDATE OF geom ON %s "
		"WHEN OLD.id = NEW.id AND " BARE
		" BEGIN DELETE FROM rtree_%s_geom WHERE id = OLD.id; END",
		t, t, t, t, t, t, t, t, t);

	if (r == 0) {
		r = export_run(x,
			"CREATE TRIGGER rtree_%s_geom_update3 AFTER UPDATE ON %s "
			"WHEN OLD.id != NEW.id AND " FULL
			" BEGIN DELETE FROM rtree_%s_geom WHERE id = OLD.id; "
			"INSERT OR REPLACE INTO rtree_%s_geom VALUES " BOX "; END;"
			"CREATE TRIGGER rtree_%s_geom_update4 AFTER UPDATE ON %s "
			"WHEN OLD.id != NEW.id AND " BARE
			" BEGIN DELETE FROM rtree_%s_geom WHERE id IN (OLD.id, "
			"NEW.id); END;"
			"CREATE TRIGGER rtree_%s_geom_delete AFTER DELETE ON %s "
			"WHEN OLD.geom NOT NULL BEGIN DELETE FROM rtree_%s_geom WHERE "
			"id = OLD.id; END",
			t, t, t, t, t, t, t, t, t, t);
	}
	return r;
#undef BOX
#undef FULL
#undef BARE
}

static int
count_rows(struct export *x, enum export_layer layer)
{
	sqlite3_stmt *s = NULL;
	int r = export_prepare(
		x, &s, "SELECT count(*) FROM %s", export_table(layer)->name);
	int code = r == 0 ? sqlite3_step(s) : SQLITE_ERROR;

	if (code == SQLITE_ROW) {
		x->rows[layer] = (uint64_t)sqlite3_column_int64(s, 0);
	}
	(void)sqlite3_finalize(s);
	return r != 0 ? r : export_fault(code);
}

static int
describe(struct export *x, enum export_layer layer)
{
	const char *t = export_table(layer)->name;
	int r = count_rows(x, layer);

	if (r != 0 || export_table(layer)->geometry == EXPORT_NO_GEOMETRY) {
		return r;
	}
	r = export_run(x,
		"UPDATE gpkg_contents SET (min_x, min_y, max_x, max_y) = "
		"(SELECT min(minx), min(miny), max(maxx), max(maxy) "
		"FROM rtree_%s_geom) WHERE table_name = '%s'",
		t, t);
	return r == 0 ? make_triggers(x, t) : r;
}

static int
sync_file(const struct export *x)
{
	int fd, r;

	if (x->path == NULL) {
		return 0; /* it has no name to be found under */
	}
	fd = open(x->path, O_RDONLY | O_CLOEXEC);
	r = fd < 0 || fsync(fd) != 0 ? -errno : 0;

	if (fd >= 0) {
		(void)close(fd);
	}
	return r;
}

int
export_finish(struct export *x)
{
	int r = export_run(x, "CREATE INDEX reports_incident ON reports (incident_id);"
			      "UPDATE incidents SET (reports, last_report_at) = "
			      "(SELECT count(*), max(received_at) FROM reports "
			      "WHERE incident_id = incidents.id)");

	for (int i = 0; r == 0 && i < EXPORT_LAYERS; i++) {
		r = describe(x, (enum export_layer)i);
	}
	if (r == 0) {
		r = export_run(x, "COMMIT");
	}
	return r == 0 ? sync_file(x) : r;
}

uint64_t
export_rows(const struct export *x, enum export_layer layer)
{
	return x->rows[layer];
}
