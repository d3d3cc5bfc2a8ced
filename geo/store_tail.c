/*
 * The end of the log when the file is opened: which number was given last, and
 * which of the last rows are not what was written.
 *
 * A desk that does not start in an emergency is worse than one that starts without
 * a row and says so. So a damaged row is noted and gone on behind; its number is
 * never given again.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "geo/store_internal.h"

enum {
	PROVEN_ROWS = 1000,
	LOOKED_AT = 8, /* rows at the end of a table, for its last number */
};

/* ---- what is damaged */

/* Where it is, or would be. */
static size_t
place_of(const struct store_damage *d, uint64_t seq)
{
	size_t at = d->n;

	while (at > 0 && d->seqs[at - 1] >= seq) {
		at--;
	}
	return at;
}

bool
store_is_damaged(const struct store_damage *d, uint64_t seq)
{
	size_t at = d->n == 0 || seq > d->seqs[d->n - 1] ? d->n : place_of(d, seq);

	return at < d->n && d->seqs[at] == seq;
}

int
store_note_damage(struct store_damage *d, uint64_t seq)
{
	size_t at = place_of(d, seq);

	if (at < d->n && d->seqs[at] == seq) {
		return 0;
	}
	if (d->n == STORE_DAMAGE_MOST) {
		return -EUCLEAN;
	}
	memmove(&d->seqs[at + 1], &d->seqs[at], (d->n - at) * sizeof(d->seqs[0]));
	d->seqs[at] = seq;
	d->n++;
	return 0;
}

static void
forgive(struct store_damage *d, uint64_t seq)
{
	size_t at = place_of(d, seq);

	if (at < d->n && d->seqs[at] == seq) {
		d->n--;
		memmove(&d->seqs[at], &d->seqs[at + 1],
			(d->n - at) * sizeof(d->seqs[0]));
	}
}

int
store_lose_up_to(struct store *s, uint64_t seq)
{
	int r = 0;

	if (seq > s->committed.seq + STORE_DAMAGE_MOST) {
		return -EUCLEAN;
	}
	while (r == 0 && s->committed.seq < seq) {
		r = store_note_damage(&s->lost, ++s->committed.seq);
		memset(s->committed.hash, 0, CHAIN_HASH_BYTES);
	}
	s->running = s->committed;
	return r;
}

/* ---- the last number */

/*
 * The highest number that was given to a row of the table. Rows are found in the
 * order they were written; the last one's own number may be what is damaged, and
 * is not believed when it does not follow the others. Whoever has it on a receipt has
 * a personal part, too.
 */
static int
last_number(struct store *s, const char *sql, uint64_t *last)
{
	sqlite3_stmt *statement;
	uint64_t end = 0;
	uint64_t before = 0;
	size_t n = 0;
	int code = sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL);

	if (code != SQLITE_OK) {
		return store_errno(s->db, code);
	}
	while (n < LOOKED_AT && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		uint64_t seq = (uint64_t)sqlite3_column_int64(statement, 0);

		if (n++ == 0) {
			end = seq;
		} else if (seq > before && seq <= INT64_MAX) {
			before = seq;
		}
	}
	sqlite3_finalize(statement);
	if (code != SQLITE_ROW && code != SQLITE_DONE) {
		return store_errno(s->db, code);
	}
	if (n > 1 && (end < before || end > before + STORE_DAMAGE_MOST)) {
		end = before;
	}
	*last = end;
	return 0;
}

/* The newest row that is there says since when the clock must go on. */
static int
read_head(struct store *s, uint64_t seq)
{
	sqlite3_stmt *rows = s->statements[STORE_SQL_ROWS];
	struct store_sight sight;
	static const uint8_t none[CHAIN_HASH_BYTES];
	int code;

	s->committed.seq = seq;
	sqlite3_bind_int64(
		rows, 1, (sqlite3_int64)(seq > LOOKED_AT ? seq - LOOKED_AT : 1));
	sqlite3_bind_int64(rows, 2, (sqlite3_int64)seq);
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		(void)store_look_at_row(rows, seq, none, &sight);
		s->committed.at_ms = sight.row.at_ms;
		if (sight.row.seq == seq) {
			memcpy(s->committed.hash, sight.hash, CHAIN_HASH_BYTES);
		}
	}
	sqlite3_reset(rows);
	/* The page of the last rows cannot be written to either. */
	return code == SQLITE_DONE ? 0 : store_errno(s->db, code);
}

/* ---- the proof */

struct walk {
	uint64_t seq; /* looked at next */
	uint64_t last;
	uint8_t hash[CHAIN_HASH_BYTES]; /* of the row before */
	uint8_t made[CHAIN_HASH_BYTES]; /* what that row's hash should be */
	bool has_made;
};

/* Its content is proven by the row behind it: its hash alone was damaged. */
static int
heal(struct store *s, uint64_t seq, const uint8_t hash[CHAIN_HASH_BYTES])
{
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(
		s->db, "UPDATE log SET hash = ?2 WHERE seq = ?1", -1, &statement, NULL);
	int r;

	if (code != SQLITE_OK) {
		return store_errno(s->db, code);
	}
	sqlite3_bind_int64(statement, 1, (sqlite3_int64)seq);
	sqlite3_bind_blob(statement, 2, hash, CHAIN_HASH_BYTES, SQLITE_STATIC);
	r = store_step(s, statement);
	sqlite3_finalize(statement);
	if (r == 0) {
		forgive(&s->lost, seq);
	}
	return r;
}

static int
lose_next(struct store *s, struct walk *w)
{
	memset(w->hash, 0, CHAIN_HASH_BYTES);
	w->has_made = false;
	return store_note_damage(&s->lost, w->seq++);
}

/* The row that the statement stands on, whose number is the next. */
static int
prove_row(struct store *s, struct walk *w, sqlite3_stmt *rows, bool *heals)
{
	struct store_sight sight;
	const char *wrong = store_look_at_row(rows, w->seq, w->hash, &sight);
	int r = 0;

	*heals = false;
	if (!sight.is_chained && w->has_made) {
		wrong = store_look_at_row(rows, w->seq, w->made, &sight);
		*heals = sight.is_chained;
	}
	if (wrong != NULL && store_unproven_row(s) != -EUCLEAN) {
		return -ENOMEM;
	}
	if (wrong != NULL) {
		r = store_note_damage(
			sight.is_chained ? &s->wordless : &s->lost, w->seq);
	}
	if (!*heals) {
		memcpy(w->hash, sight.hash, CHAIN_HASH_BYTES);
		memcpy(w->made, sight.made, CHAIN_HASH_BYTES);
		w->has_made = !sight.is_chained;
		w->seq++;
	}
	return r;
}

/* As far as rows come in order; what is in the way is lost. */
static int
prove_some(struct store *s, struct walk *w)
{
	sqlite3_stmt *rows = s->statements[STORE_SQL_ROWS];
	bool heals = false;
	int code = SQLITE_DONE;
	int r = 0;

	sqlite3_bind_int64(rows, 1, (sqlite3_int64)w->seq);
	sqlite3_bind_int64(rows, 2, (sqlite3_int64)w->last);
	while (r == 0 && !heals && (code = sqlite3_step(rows)) == SQLITE_ROW) {
		uint64_t seq = (uint64_t)sqlite3_column_int64(rows, COLUMN_SEQ);

		if (seq < w->seq || seq > w->last) {
			continue; /* its number is not its own */
		}
		while (r == 0 && w->seq < seq) {
			r = lose_next(s, w);
		}
		if (r == 0) {
			r = prove_row(s, w, rows, &heals);
		}
	}
	sqlite3_reset(rows);
	if (r != 0) {
		return r;
	}
	if (heals) {
		memcpy(w->hash, w->made, CHAIN_HASH_BYTES);
		w->has_made = false;
		return heal(s, w->seq - 1, w->hash);
	}
	if (code != SQLITE_DONE && (code & 0xff) != SQLITE_CORRUPT) {
		return store_errno(s->db, code);
	}
	return w->seq <= w->last ? lose_next(s, w) : 0;
}

/* The hash the proof starts from; zeros for the first row. */
static int
hash_before(struct store *s, uint64_t seq, uint8_t hash[CHAIN_HASH_BYTES])
{
	sqlite3_stmt *rows = s->statements[STORE_SQL_ROWS];
	struct store_row row;
	int r;

	memset(hash, 0, CHAIN_HASH_BYTES);
	if (seq <= 1) {
		return 0;
	}
	sqlite3_bind_int64(rows, 1, (sqlite3_int64)seq - 1);
	sqlite3_bind_int64(rows, 2, (sqlite3_int64)seq - 1);
	r = store_step(s, rows);
	if (r == 1) {
		store_take_row(rows, seq - 1, hash, &row, hash);
		sqlite3_reset(rows);
		r = 0;
	}
	return r;
}

static int
prove(struct store *s)
{
	uint64_t last = s->committed.seq;
	struct walk w = {.last = last};
	int r;

	w.seq = last > PROVEN_ROWS ? last - PROVEN_ROWS + 1 : 1;
	r = hash_before(s, w.seq, w.hash);
	while (r == 0 && w.seq <= last) {
		r = prove_some(s, &w);
	}
	if (r == 0) {
		/* Healed or not, what comes next is chained to what stands there. */
		memcpy(s->committed.hash, w.hash, CHAIN_HASH_BYTES);
	}
	return r;
}

int
store_find_tail(struct store *s, const struct store_why *why)
{
	uint64_t last = 0;
	uint64_t personal = 0;
	int r = last_number(s, "SELECT seq FROM log ORDER BY seq DESC", &last);

	if (r == 0) {
		r = last_number(
			s, "SELECT seq FROM personal ORDER BY seq DESC", &personal);
	}
	if (r == 0) {
		r = read_head(s, last);
	}
	if (r == 0) {
		r = prove(s);
	}
	if (r == 0 && store_lose_up_to(s, personal) != 0) {
		store_say(why, "rows %" PRIu64 " to %" PRIu64 " of the log are gone",
			last + 1, personal);
		return STORE_DAMAGED;
	}
	return r;
}
