#include "geo/store_area.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "geo/measure.h"
#include "geo/store_internal.h"

enum areas_column {
	AREA_NUMBER,
	AREA_IMPORT,
	AREA_CODE,
	AREA_NAME,
	AREA_LEVEL,
	AREA_PARENT,
	AREA_POLYGON,
	AREA_CHECKSUM,
	AREA_FIGURES, /* the import they came with; NULL: none are known */
	AREA_RESIDENTS,
	AREA_LAT_DEG,
	AREA_LON_DEG,
	AREA_FIGURES_CHECKSUM,
};

/* ---- sums: these rows are not in the chain of the log */

static int64_t
sum_of(crypto_generichash_state *state)
{
	uint8_t hash[crypto_generichash_BYTES];
	int64_t sum;

	crypto_generichash_final(state, hash, sizeof(hash));
	memcpy(&sum, hash, sizeof(sum));
	return sum;
}

static void
add_text(crypto_generichash_state *state, const char *text)
{
	crypto_generichash_update(state, (const uint8_t *)text, strlen(text) + 1);
}

static int64_t
sum_of_area(uint64_t import, const struct store_area *a)
{
	const uint64_t numbers[] = {import, a->level, a->polygon != NULL};
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, crypto_generichash_BYTES);
	crypto_generichash_update(&state, (const uint8_t *)numbers, sizeof(numbers));
	add_text(&state, a->code);
	add_text(&state, a->name);
	add_text(&state, a->parent);
	if (a->polygon != NULL) {
		crypto_generichash_update(&state, a->polygon, a->polygon_bytes);
	}
	return sum_of(&state);
}

static int64_t
sum_of_residents(uint64_t import, const struct store_residents *r)
{
	/* -0.0 comes back from the file as 0.0. */
	const double at[] = {r->has_center ? r->center.lat_deg + 0.0 : 0,
		r->has_center ? r->center.lon_deg + 0.0 : 0};
	const uint64_t numbers[] = {import, (uint64_t)r->residents, r->has_center};
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, crypto_generichash_BYTES);
	crypto_generichash_update(&state, (const uint8_t *)numbers, sizeof(numbers));
	crypto_generichash_update(&state, (const uint8_t *)at, sizeof(at));
	add_text(&state, r->code);
	return sum_of(&state);
}

/* ---- the writer */

int
store_area_next(struct store *s, uint64_t *import)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_AREA_NEXT];
	int r;

	if (s->broken != 0) {
		return s->broken;
	}
	r = store_step(s, statement);
	if (r != 1) {
		return r < 0 ? r : store_bad_row(s);
	}
	*import = (uint64_t)sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return 0;
}

static bool
fits(const char *text, size_t room)
{
	return text != NULL && text[0] != '\0' && strnlen(text, room) < room;
}

/* Runs a statement that puts one row, or none when there is one already. */
static int
put_one(struct store *s, sqlite3_stmt *statement, int code)
{
	int r = code == SQLITE_OK ? store_step(s, statement)
				  : store_fault(s, sqlite3_errcode(s->db));

	sqlite3_clear_bindings(statement);
	return r == 0 && sqlite3_changes(s->db) == 0 ? -EINVAL : r;
}

int
store_put_area(struct store *s, uint64_t import, const struct store_area *a)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_PUT_AREA];
	int code = SQLITE_OK;

	if (s->broken != 0) {
		return s->broken;
	}
	assert(!sqlite3_get_autocommit(s->db));
	if (!fits(a->code, AREA_CODE_BYTES) || !fits(a->name, AREA_NAME_BYTES) ||
		a->level < AREA_NATION || a->level > AREA_SECTOR ||
		strnlen(a->parent, AREA_CODE_BYTES) == AREA_CODE_BYTES) {
		return -EINVAL;
	}
	code |= sqlite3_bind_int64(statement, 1, (sqlite3_int64)import);
	code |= sqlite3_bind_text(statement, 2, a->code, -1, SQLITE_STATIC);
	code |= sqlite3_bind_text(statement, 3, a->name, -1, SQLITE_STATIC);
	code |= sqlite3_bind_int(statement, 4, (int)a->level);
	code |= sqlite3_bind_text(statement, 5, a->parent, -1, SQLITE_STATIC);
	if (a->polygon != NULL) {
		code |= sqlite3_bind_blob64(
			statement, 6, a->polygon, a->polygon_bytes, SQLITE_STATIC);
	}
	code |= sqlite3_bind_int64(statement, 7, sum_of_area(import, a));
	return put_one(s, statement, code);
}

int
store_put_residents(
	struct store *s, uint64_t import, const struct store_residents *residents)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_PUT_RESIDENTS];
	int code = SQLITE_OK;

	if (s->broken != 0) {
		return s->broken;
	}
	assert(!sqlite3_get_autocommit(s->db));
	if (!fits(residents->code, AREA_CODE_BYTES) || residents->residents < 0 ||
		(residents->has_center && !point_is_valid(residents->center))) {
		return -EINVAL;
	}
	code |= sqlite3_bind_int64(statement, 1, (sqlite3_int64)import);
	code |= sqlite3_bind_text(statement, 2, residents->code, -1, SQLITE_STATIC);
	code |= sqlite3_bind_int64(statement, 3, residents->residents);
	if (residents->has_center) {
		code |= sqlite3_bind_double(statement, 4, residents->center.lat_deg);
		code |= sqlite3_bind_double(statement, 5, residents->center.lon_deg);
	}
	code |= sqlite3_bind_int64(statement, 6, sum_of_residents(import, residents));
	return put_one(s, statement, code);
}

int
store_end_areas(struct store *s, uint64_t import, uint64_t seq, uint64_t ticket)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_END_AREAS];

	if (s->broken != 0) {
		return s->broken;
	}
	assert(!sqlite3_get_autocommit(s->db));
	sqlite3_bind_int64(statement, 1, (sqlite3_int64)import);
	sqlite3_bind_int64(statement, 2, (sqlite3_int64)seq);
	sqlite3_bind_int64(statement, 3, (sqlite3_int64)ticket);
	return store_step(s, statement);
}

int
store_areas_looked(struct store *s, uint64_t import)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_AREAS_LOOKED];

	if (s->broken != 0) {
		return s->broken;
	}
	assert(!sqlite3_get_autocommit(s->db));
	sqlite3_bind_int64(statement, 1, (sqlite3_int64)import);
	return store_step(s, statement);
}

static int
sweep(struct store *s, enum store_statement which, uint64_t except, unsigned most,
	unsigned *n)
{
	sqlite3_stmt *statement = s->statements[which];
	int r;

	sqlite3_bind_int64(statement, 1, (sqlite3_int64)except);
	sqlite3_bind_int64(statement, 2, most);
	r = store_step(s, statement);
	if (r == 0) {
		*n += (unsigned)sqlite3_changes(s->db);
	}
	return r;
}

int
store_sweep_areas(struct store *s, uint64_t except, unsigned most, bool *more)
{
	unsigned n = 0;
	int r = store_begin(s);

	*more = false;
	if (r != 0) {
		return r;
	}
	r = sweep(s, STORE_SQL_SWEEP_AREAS, except, most, &n);
	if (r == 0 && n < most) {
		r = sweep(s, STORE_SQL_SWEEP_RESIDENTS, except, most - n, &n);
	}
	if (r == 0 && n > 0) {
		*more = n == most;
		return store_commit(s);
	}
	store_rollback(s);
	return r;
}

/* ---- readers too */

int
store_read_area_state(struct store *s, struct store_area_state *state)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_AREA_STATE];
	int r = store_begin_question(s);

	if (r != 0) {
		return r;
	}
	r = store_step(s, statement);
	if (r >= 0) {
		*state = (struct store_area_state){.is_looked = true};
	}
	if (r == 1) {
		state->import = (uint64_t)sqlite3_column_int64(statement, 0);
		state->is_looked = sqlite3_column_int(statement, 1) != 0;
		sqlite3_reset(statement);
	}
	return store_end_question(s, r < 0 ? r : 0);
}

int
store_read_area_parent(struct store *s, const char *code, char parent[AREA_CODE_BYTES])
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_AREA_PARENT];
	int r = store_begin_question(s);

	if (r != 0) {
		return r;
	}
	sqlite3_bind_text(statement, 1, code, -1, SQLITE_STATIC);
	r = store_step(s, statement);
	if (r == 1) {
		(void)snprintf(parent, AREA_CODE_BYTES, "%s",
			(const char *)sqlite3_column_text(statement, 0));
		sqlite3_reset(statement);
	}
	sqlite3_clear_bindings(statement);
	return store_end_question(s, r < 0 ? r : r == 1 ? 0 : STORE_NONE);
}

int
store_read_ticket(struct store *s, uint64_t ticket)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_AREA_TICKET];
	int r = store_begin_question(s);

	if (r != 0) {
		return r;
	}
	sqlite3_bind_int64(statement, 1, (sqlite3_int64)ticket);
	r = store_step(s, statement);
	if (r == 1) {
		sqlite3_reset(statement);
	}
	return store_end_question(s, r < 0 ? r : r == 1 ? 0 : STORE_NONE);
}

static bool
take_figures(sqlite3_stmt *q, struct store_area *a)
{
	struct store_residents r = {.code = a->code};

	a->residents = -1;
	if (sqlite3_column_type(q, AREA_FIGURES) == SQLITE_NULL) {
		return true;
	}
	r.residents = sqlite3_column_int64(q, AREA_RESIDENTS);
	r.has_center = sqlite3_column_type(q, AREA_LAT_DEG) != SQLITE_NULL;
	r.center.lat_deg = sqlite3_column_double(q, AREA_LAT_DEG);
	r.center.lon_deg = sqlite3_column_double(q, AREA_LON_DEG);
	a->residents = r.residents;
	a->has_center = r.has_center;
	a->center = r.center;
	return sum_of_residents((uint64_t)sqlite3_column_int64(q, AREA_FIGURES), &r) ==
	       sqlite3_column_int64(q, AREA_FIGURES_CHECKSUM);
}

/* False: it is not what was written, or memory is short. */
static bool
take_area(sqlite3_stmt *q, struct store_area *a)
{
	uint64_t import = (uint64_t)sqlite3_column_int64(q, AREA_IMPORT);

	*a = (struct store_area){
		.number = (uint64_t)sqlite3_column_int64(q, AREA_NUMBER),
		.code = (const char *)sqlite3_column_text(q, AREA_CODE),
		.name = (const char *)sqlite3_column_text(q, AREA_NAME),
		.level = (enum area_level)sqlite3_column_int(q, AREA_LEVEL),
		.parent = (const char *)sqlite3_column_text(q, AREA_PARENT),
		.polygon = sqlite3_column_blob(q, AREA_POLYGON),
		.polygon_bytes = (size_t)sqlite3_column_bytes(q, AREA_POLYGON),
	};
	return a->code != NULL && a->name != NULL && a->parent != NULL &&
	       sum_of_area(import, a) == sqlite3_column_int64(q, AREA_CHECKSUM) &&
	       take_figures(q, a);
}

int
store_read_areas(struct store *s, uint64_t with, uint64_t after, unsigned most,
	int (*visit)(void *arg, const struct store_area *area), void *arg, unsigned *n)
{
	sqlite3_stmt *q = s->statements[STORE_SQL_AREAS];
	struct store_area area;
	int r = store_begin_question(s);

	*n = 0;
	if (r != 0) {
		return r;
	}
	sqlite3_bind_int64(q, 1, (sqlite3_int64)with);
	sqlite3_bind_int64(q, 2, (sqlite3_int64)after);
	sqlite3_bind_int64(q, 3, most);
	while ((r = store_step(s, q)) == 1) {
		r = take_area(q, &area) ? visit(arg, &area) : store_unproven_row(s);
		if (r != 0) {
			break;
		}
		++*n;
	}
	sqlite3_reset(q);
	return store_end_question(s, r);
}
