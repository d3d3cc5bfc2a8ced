#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "geo/store_area.h"
#include "geo/store_delivery.h"
#include "geo/store_internal.h"
#include "geo/store_umbrella.h"

enum {
	/* Rows in one read transaction: the WAL is never pinned for long. */
	SLICE_ROWS = 4096,
};

static const uint8_t no_digest[CHAIN_HASH_BYTES];

/* NULL when the column is not a blob of that many bytes. */
static const uint8_t *
blob_of(sqlite3_stmt *rows, int column, int bytes)
{
	const uint8_t *blob = sqlite3_column_blob(rows, column);

	return sqlite3_column_bytes(rows, column) == bytes ? blob : NULL;
}

/* Fills in the personal part; NULL or what is wrong with it. */
static const char *
take_personal(sqlite3_stmt *rows, struct store_row *row, const uint8_t **digest)
{
	uint8_t made[CHAIN_HASH_BYTES];
	bool has_digest = sqlite3_column_type(rows, COLUMN_DIGEST) != SQLITE_NULL;
	bool is_there = sqlite3_column_type(rows, COLUMN_SALT) != SQLITE_NULL;

	*digest = no_digest;
	if (!has_digest) {
		return is_there ? "a personal part that the log does not know" : NULL;
	}
	*digest = blob_of(rows, COLUMN_DIGEST, CHAIN_HASH_BYTES);
	if (*digest == NULL || memcmp(*digest, no_digest, sizeof(no_digest)) == 0) {
		*digest = no_digest;
		return "the personal part's digest is not one";
	}
	if (!is_there) {
		row->erased = true;
		return NULL;
	}
	const uint8_t *salt = blob_of(rows, COLUMN_SALT, CHAIN_SALT_BYTES);
	const uint8_t *personal = sqlite3_column_blob(rows, COLUMN_PERSONAL);
	if (salt == NULL) {
		return "the personal part's salt is not one";
	}
	row->personal = personal != NULL ? personal : no_digest;
	row->personal_bytes = (size_t)sqlite3_column_bytes(rows, COLUMN_PERSONAL);
	chain_digest(salt, row->personal, row->personal_bytes, made);
	return memcmp(made, *digest, sizeof(made)) == 0
		       ? NULL
		       : "the personal part was changed";
}

const char *
store_look_at_row(sqlite3_stmt *rows, uint64_t seq,
	const uint8_t previous[CHAIN_HASH_BYTES], struct store_sight *sight)
{
	struct store_row *row = &sight->row;
	const uint8_t *digest;
	const uint8_t *stored = blob_of(rows, COLUMN_HASH, CHAIN_HASH_BYTES);
	bool numbers = store_numbers(rows, row);
	const char *wrong = take_personal(rows, row, &digest);

	row->body = sqlite3_column_blob(rows, COLUMN_BODY);
	row->body_bytes = (size_t)sqlite3_column_bytes(rows, COLUMN_BODY);
	chain_next(previous, row, digest, sight->made);
	sight->is_chained = false;
	memset(sight->hash, 0, CHAIN_HASH_BYTES);
	if (stored == NULL) {
		return "its hash is not one";
	}
	memcpy(sight->hash, stored, CHAIN_HASH_BYTES);
	if (row->seq != seq) {
		return "rows before it are gone";
	}
	if (!numbers) {
		return "its key is not one";
	}
	if (memcmp(sight->made, stored, CHAIN_HASH_BYTES) != 0) {
		return "it is not what was written, or the row before is not";
	}
	sight->is_chained = true;
	return wrong;
}

const char *
store_take_row(sqlite3_stmt *rows, uint64_t seq,
	const uint8_t previous[CHAIN_HASH_BYTES], struct store_row *row,
	uint8_t hash[CHAIN_HASH_BYTES])
{
	struct store_sight sight;
	const char *wrong = store_look_at_row(rows, seq, previous, &sight);

	*row = sight.row;
	memcpy(hash, sight.hash, CHAIN_HASH_BYTES);
	return wrong;
}

static int
say_gone(uint64_t seq, uint64_t *bad_seq, const struct store_why *why)
{
	*bad_seq = seq;
	store_say(why, "row %" PRIu64 " of the log is gone", seq);
	return STORE_DAMAGED;
}

int
store_walk(struct store *s, uint64_t first, uint64_t last,
	uint8_t hash[CHAIN_HASH_BYTES], store_look look, uint64_t *bad_seq,
	const struct store_why *why)
{
	sqlite3_stmt *rows = s->statements[STORE_SQL_ROWS];
	struct store_row row;
	uint64_t seq = first;
	int r;

	sqlite3_bind_int64(rows, 1, (sqlite3_int64)first);
	sqlite3_bind_int64(rows, 2, (sqlite3_int64)last);
	while ((r = store_step(s, rows)) == 1) {
		const char *wrong = store_take_row(rows, seq, hash, &row, hash);
		if (wrong != NULL) {
			sqlite3_reset(rows);
			*bad_seq = seq;
			store_say(why, "row %" PRIu64 " of the log: %s", seq, wrong);
			return STORE_DAMAGED;
		}
		r = look != NULL ? look(s, &row, why) : 0;
		if (r != 0) {
			sqlite3_reset(rows);
			*bad_seq = seq;
			return r;
		}
		seq++;
	}
	if (r == 0 && seq != last + 1) {
		return say_gone(seq, bad_seq, why);
	}
	return r;
}

/* A number from a statement of one row and one column. */
static int
ask_number(struct store *s, enum store_statement which, uint64_t *number)
{
	int r = store_step(s, s->statements[which]);

	*number = 0;
	if (r == 1) {
		*number = (uint64_t)sqlite3_column_int64(s->statements[which], 0);
		sqlite3_reset(s->statements[which]);
		return 0;
	}
	return r;
}

/* Each against its checksum, then the newest change against the log's end. */
static int
verify_incidents(struct store *s, uint64_t *bad_seq, const struct store_why *why)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_LOAD_INCIDENTS];
	struct store_incident incident;
	uint64_t newest = 0;
	uint64_t last;
	int r;

	sqlite3_bind_null(statement, 1);
	sqlite3_bind_int64(statement, 2, INT64_MIN);
	sqlite3_bind_null(statement, 3);
	while ((r = store_step(s, statement)) == 1) {
		if (!store_take_incident(statement, &incident)) {
			r = store_bad_row(s);
			sqlite3_reset(statement);
			if (r != -EUCLEAN) {
				return r;
			}
			*bad_seq = incident.id;
			store_say(why, "incident %" PRIu64 " is not what was written",
				incident.id);
			return STORE_DAMAGED;
		}
		newest = incident.seq > newest ? incident.seq : newest;
	}
	if (r == 0) {
		r = ask_number(s, STORE_SQL_LAST, &last);
	}
	if (r == 0 && newest > last) {
		return say_gone(last + 1, bad_seq, why);
	}
	return r;
}

static int
pass_area(void *arg, const struct store_area *area)
{
	*(uint64_t *)arg = area->number;
	return 0;
}

/* The areas that count, each against its checksum. */
static int
verify_areas(struct store *s, const struct store_why *why)
{
	uint64_t after = 0;
	unsigned n = SLICE_ROWS;
	int r = 0;

	while (r == 0 && n == SLICE_ROWS) {
		r = store_read_areas(s, 0, after, SLICE_ROWS, pass_area, &after, &n);
	}
	if (r == -EUCLEAN) {
		store_say(why, "the areas are not what was imported");
		return STORE_DAMAGED;
	}
	return r;
}

struct records_seen {
	uint64_t damaged_id;
	uint64_t newest; /* row of any */
};

static int
look_at_record(struct records_seen *seen, uint64_t id, uint64_t seq, bool is_damaged)
{
	if (is_damaged) {
		seen->damaged_id = id;
		return -EUCLEAN;
	}
	seen->newest = seq > seen->newest ? seq : seen->newest;
	return 0;
}

static int
look_at_umbrella(void *arg, const struct store_umbrella *u)
{
	return look_at_record(arg, u->id, u->seq, u->damaged);
}

static int
look_at_delivery(void *arg, const struct store_delivery *d)
{
	return look_at_record(arg, d->id, d->seq, d->damaged);
}

/* What a walk over all records of a kind ended with; the newest as above. */
static int
judge_records(struct store *s, const char *kind, int r, const struct records_seen *seen,
	uint64_t *bad_seq, const struct store_why *why)
{
	uint64_t last = 0;

	if (r == -EUCLEAN && seen->damaged_id != 0) {
		*bad_seq = seen->damaged_id;
		store_say(why, "%s %" PRIu64 " is not what was written", kind,
			seen->damaged_id);
		return STORE_DAMAGED;
	}
	if (r == 0) {
		r = ask_number(s, STORE_SQL_LAST, &last);
	}
	if (r == 0 && seen->newest > last) {
		return say_gone(last + 1, bad_seq, why);
	}
	return r;
}

/* All there ever were, each against its checksum. */
static int
verify_records(struct store *s, uint64_t *bad_seq, const struct store_why *why)
{
	struct records_seen umbrellas = {0};
	struct records_seen deliveries = {0};
	int r = store_load_umbrellas(s, 0, look_at_umbrella, &umbrellas);

	r = judge_records(s, "umbrella", r, &umbrellas, bad_seq, why);
	if (r != 0) {
		return r;
	}
	r = store_load_deliveries(s, 0, look_at_delivery, &deliveries);
	return judge_records(s, "delivery", r, &deliveries, bad_seq, why);
}

/* SQLite's own look at pages and trees, where no row's hash reaches. */
static int
verify_pages(struct store *s, const struct store_why *why)
{
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(
		s->db, "PRAGMA quick_check(1)", -1, &statement, NULL);
	int r;

	if (code != SQLITE_OK) {
		return store_fault(s, code);
	}
	r = store_step(s, statement);
	if (r == 1) {
		const char *word = (const char *)sqlite3_column_text(statement, 0);
		if (word != NULL && strcmp(word, "ok") == 0) {
			r = 0;
		} else {
			store_say(
				why, "the file: %s", word != NULL ? word : "no memory");
			r = STORE_DAMAGED;
		}
	}
	sqlite3_finalize(statement);
	return r;
}

/*
 * The end of the log: what the file says, or what the writer committed. Rows of
 * the other tables that point past it tell of a tail that was cut off.
 */
static int
find_end(
	struct store *s, uint64_t *last, uint64_t *bad_seq, const struct store_why *why)
{
	uint64_t personal;
	int r = ask_number(s, STORE_SQL_LAST_PERSONAL, &personal);

	if (r == 0) {
		r = ask_number(s, STORE_SQL_LAST, last);
	}
	if (r != 0) {
		return r;
	}
	uint64_t known = s->committed.seq > personal ? s->committed.seq : personal;
	if (*last < known) {
		return say_gone(*last + 1, bad_seq, why);
	}
	return 0;
}

static int
verify(struct store *s, uint64_t *bad_seq, const struct store_why *why,
	void (*progress)(void *arg, uint64_t seq, uint64_t of), void *arg)
{
	uint8_t hash[CHAIN_HASH_BYTES] = {0};
	uint64_t last;
	int r = find_end(s, &last, bad_seq, why);

	for (uint64_t first = 1; r == 0 && first <= last; first += SLICE_ROWS) {
		uint64_t to = last - first < SLICE_ROWS ? last : first + SLICE_ROWS - 1;
		r = store_walk(s, first, to, hash, store_verify_told, bad_seq, why);
		if (r == 0 && progress != NULL) {
			progress(arg, to, last);
		}
	}
	if (r == 0) {
		r = verify_incidents(s, bad_seq, why);
	}
	if (r == 0) {
		r = verify_areas(s, why);
	}
	if (r == 0) {
		r = verify_records(s, bad_seq, why);
	}
	if (r == 0) {
		r = store_verify_untold(s, bad_seq, why);
	}
	if (r == 0) {
		r = verify_pages(s, why);
	}
	return r;
}

int
store_verify(struct store *s, uint64_t *bad_seq, char *why, size_t why_bytes,
	void (*progress)(void *arg, uint64_t seq, uint64_t of), void *arg)
{
	struct store_why sentence = {why, why_bytes};

	*bad_seq = 0;
	if (s->broken != 0) {
		return s->broken;
	}
	int r = verify(s, bad_seq, &sentence, progress, arg);
	if (r == -EUCLEAN) {
		store_say(&sentence, "the file cannot be read: %s",
			sqlite3_errmsg(s->db));
		return STORE_DAMAGED;
	}
	return r;
}
