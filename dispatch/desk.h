/*
 * desk - step(state, input, now) -> what is to be written and said
 *
 * The heart. Deterministic and pure: the same inputs on the same rows give the
 * same rows; time is an argument, nothing here reads a clock or a file. The
 * desk role writes what a step returns in one transaction with its neighbours
 * of the batch, and says it after the commit. If the batch fails, this object
 * has seen what never happened: free it, make a new one, load it again.
 *
 * Everything that can refuse (no room, fault) is settled by the caller before
 * a step; a step itself fails only for want of memory.
 *
 * Membership is design.md 2.3: the nearest open incident of the family within
 * that incident's radius and window, ties to the lower id; else a new one. An
 * unplaced report (place.h says why) opens its own unplaced incident, or joins the
 * one the same tokened source opened for the same family inside its window.
 *
 * Keys. What came first under a key is what its number on the receipt means:
 *
 *	same print               nothing is stored, the same receipt (REPEATED)
 *	other print              an ADDITION row in the first's incident, the first's
 *	                         receipt (ADDED for a form, CONFLICT for the API); it
 *	                         may raise the class, is no new report, and is stored
 *	                         once however often it comes. From the first's own
 *	                         sender it corrects the place of an incident that
 *	                         has no other report and no place of an operator's:
 *	                         a second row, MOVED_IN. The token is given to the
 *	                         first's sender only
 *	first not read yet       (raw or quarantined) cannot be compared: a report in
 *	                         its own right, and from now on the first
 *	RAW under a known key    kept, with its own receipt; when it is read, it is
 *	                         the first, a repeat (INTERPRETED row that counts
 *	                         nothing) or an addition, as if it came now
 *
 * An operator's place (step_act.c) makes a report join as if it had come with
 * it: the nearest open incident within its radius, else its own incident moves
 * when it is the only report there, else a new one opens. A move is two rows, out
 * of one incident and into another; the one that gave up its last report closes
 * and says where it went, and whoever looks for a report by its number is led
 * there. The second carries what the report gave, so that each incident's sums
 * can be made anew. What the sender said stays in its row.
 *
 * Exact repeats of unread bytes under a key are not stored again either.
 */
#ifndef DISPATCH_DESK_H
#define DISPATCH_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/duty.h"
#include "dispatch/escalation.h"
#include "dispatch/office.h"
#include "dispatch/outbox.h"
#include "dispatch/receipt.h"
#include "dispatch/umbrella.h"
#include "geo/area.h"
#include "geo/store.h"
#include "proto/arena.h"
#include "vedetta/v1/frame.pb-c.h"

struct desk;
struct no_news;

enum {
	DESK_KEYS_KEPT_MS = 8 * 86400 * 1000, /* fits int: 691,200,000 */
};

struct desk_options {
	uint8_t receipt_key[RECEIPT_KEY_BYTES];
	size_t keys_max; /* idempotency keys held in memory */
};

/* NULL when memory is short. */
struct desk *desk_new(const struct desk_options *options);
void desk_free(struct desk *d);

/* ---- loading: incidents first, then rows in order (store_load's order) */

/* Incidents in any order; of one that is damaged the id alone is good. */
int desk_load_incident(struct desk *d, const struct store_incident *incident);
/* STORE_RAW rows are remembered when they still want interpreting. */
int desk_load_row(struct desk *d, const struct store_row *row);
/*
 * Before desk_loaded(): the row that opened a damaged incident, as far as it can be
 * read; what it says is the incident's again. 0 or -ENOMEM.
 */
int desk_remake(struct desk *d, const struct store_row *row, struct arena *arena);
/* The record to keep of it; its texts are the desk's own. False: it has none. */
bool desk_record_of(const struct desk *d, uint64_t id, struct store_incident *record);

/* Call once when all is loaded. 0 or -ENOMEM. */
int desk_loaded(struct desk *d, uint64_t last_seq, int64_t now_ms);

/*
 * After desk_loaded(): the row whose personal part is wanted next, or 0; at most
 * twice PILE_SPOTS and PILE_KNOWN of them (pile.h).
 */
uint64_t desk_next_spot(const struct desk *d);
/* That row, with its personal part if it was not erased. */
void desk_load_spot(struct desk *d, const struct store_row *row, struct arena *arena);

/*
 * After desk_loaded(): the report whose personal part is wanted next, since later
 * ones may fold into it (fold.h), or 0; at most FOLD_FIRSTS_MAX and as many of
 * exercises as FOLD_DRILL_FIRSTS_MAX.
 */
uint64_t desk_next_first(const struct desk *d);
/* That row, with its personal part if it was not erased. */
void desk_load_first(struct desk *d, const struct store_row *row, struct arena *arena);

/* One more municipality's central point, beside those of the areas. 0 or -ENOMEM. */
int desk_add_centroid(struct desk *d, struct geo_point at);

/* ---- stepping */

enum desk_input_kind {
	DESK_REPORT = 1,     /* report is set */
	DESK_QUARANTINE = 2, /* crashed the desk twice: keep the bytes */
	DESK_RAW = 3,        /* raw mode: keep the bytes, interpret later */
	/* `about` is what desk_next_raw() said; its key is known here. */
	DESK_INTERPRET = 4,        /* report is set */
	DESK_INTERPRET_FAILED = 5, /* nobody can read it: like QUARANTINE */
	DESK_ACT = 6,              /* action is set */
};

enum {
	DESK_PLACES_MAX = 2,
};

/* Where a report is, as the log has it; both NULL: nobody can say. */
struct desk_place {
	uint64_t report;
	const Vedetta__V1__Report *said;
	const Vedetta__V1__PlaceAction *put; /* said later: holds against the other */
};

struct desk_input {
	enum desk_input_kind kind;
	bool has_key;
	uint8_t key[STORE_KEY_BYTES];
	const Vedetta__V1__ReportInput *report; /* checked by validate_report() */
	const Vedetta__V1__ActionInput *action; /* checked by validate_action() */
	const uint8_t *raw; /* the frame's body, for QUARANTINE and RAW */
	size_t raw_bytes;
	uint64_t about;
	const struct desk_place *places; /* of ACT: desk_places_wanted() */
	size_t n_places;
	bool own; /* of ACT: the desk does it, having asked who may */
};

enum {
	DESK_ROWS_FEW = 2,
	DESK_INCIDENTS_MAX = 2,
};

struct desk_out {
	size_t n_rows;          /* 0 for a plain repeat */
	struct store_row *rows; /* `few`, or as many as it takes, in the arena */
	struct store_row few[DESK_ROWS_FEW];
	size_t n_incidents; /* whose records changed */
	struct store_incident incidents[DESK_INCIDENTS_MAX];
	/* Answer to the input's front; strings in the arena. */
	Vedetta__V1__InputAnswer answer;
};

/*
 * Reports whose places an action is about to need: where incidents are when their
 * first report goes. Without these they stay where they were. Returns how many.
 */
size_t desk_places_wanted(const struct desk *d, const struct desk_input *input,
	uint64_t out[DESK_PLACES_MAX]);

/*
 * Takes one input. What *out points to lives in the arena or in the input. The
 * arena needs room for the report packed once more and 4 KiB. The answer's
 * class is that of the incident, 0 in raw mode.
 * Returns 0 or -ENOMEM (then the desk must be reloaded).
 */
int desk_step(struct desk *d, const struct desk_input *input, int64_t now_ms,
	struct arena *arena, struct desk_out *out);

/* ---- areas */

/*
 * Looks up in this map from now on (NULL: in none). Open incidents that were
 * never looked up since a report came, or all of them, are looked up again. Its
 * central points are known from now on as no places, and no others. The
 * map is borrowed, until another is used.
 */
void desk_use_areas(struct desk *d, struct area_map *map, bool all);

/* Names or parents are others: what waits is written though its codes stay. */
void desk_retell_areas(struct desk *d);

/* Areas were imported: the row that says so, with the body given. */
void desk_areas_row(struct desk *d, int64_t now_ms, const uint8_t *body,
	size_t body_bytes, struct desk_out *out);

/* Is there a map, and somebody to be looked up again in it? */
bool desk_relook_waits(const struct desk *d);

/* Sequence of the row to read for an incident that is looked up again, or 0. */
uint64_t desk_relook_want(struct desk *d);

/*
 * Takes that row (NULL: it cannot be read). There is something to write only
 * when an incident is through and its areas are others now. 0 or -ENOMEM.
 */
int desk_relook_take(struct desk *d, const struct store_row *row, int64_t now_ms,
	struct arena *arena, struct desk_out *out);

/* ---- accounts and sessions (office.h) */

/* Goes with the desk. */
struct office *desk_office(struct desk *d);

/*
 * Was it asked under this key before? Its answer is that of then: the account it is
 * about, or that another came under the key.
 */
bool desk_knows_office(const struct desk *d, const uint8_t *key, uint64_t print,
	int64_t now_ms, Vedetta__V1__OfficeAnswer *answer);

/*
 * What the office wants written becomes rows of the log; its records do not. 0 or
 * -ENOMEM.
 */
int desk_take_office(struct desk *d, int64_t now_ms, const struct office_out *from,
	struct desk_out *out);

/* ---- umbrellas (umbrella.h): the desk's own rows */

/* Before desk_loaded(). 0 or -ENOMEM. */
int desk_load_umbrella(struct desk *d, const struct store_umbrella *umbrella);

/* The row that desk_load_mark() wants, or 0: rows older than those loaded. */
uint64_t desk_next_mark(const struct desk *d);
void desk_load_mark(struct desk *d, const struct store_row *row);

/*
 * They follow behind desk_loaded(), while steps are taken already: rows of the
 * log from this time on, in order, up to the last one there is, then
 * desk_umbrellas_catch_up() before the next step. personal may be erased. The
 * arena needs room for a report. 0, -ENOMEM (reload) or 1: not yet, much has run
 * out and goes in slices; ask again, from this row on.
 *
 * They fall behind again when a report comes while more than a slice has run out
 * since the last call: then the log is followed from the row after
 * desk_umbrellas_followed() (0: from desk_umbrellas_wanted_ms() on). So does what
 * is to be done have an end, and they have more until then.
 */
int64_t desk_umbrellas_wanted_ms(const struct desk *d);
int desk_umbrellas_follow(struct desk *d, const struct store_row *row, int64_t now_ms,
	struct arena *arena);
int desk_umbrellas_catch_up(struct desk *d, int64_t now_ms);
bool desk_umbrellas_are_current(const struct desk *d);
uint64_t desk_umbrellas_followed(const struct desk *d);
bool desk_umbrellas_have_more(const struct desk *d);

/*
 * What has run out goes, though no input came. 0, -ENOMEM (reload) or 1: a slice of
 * it went, call it again.
 */
int desk_pass_time(struct desk *d, int64_t now_ms);

/*
 * What the last of the calls above, or step, brings about in rows of the desk's
 * own: to be appended in the same batch, until it says 0. Returns 1 with the
 * next (in the arena), or -ENOMEM (reload).
 */
int desk_own_next(struct desk *d, struct arena *arena, struct umbrella_row *out);

/* To tell of them. Goes with the desk. */
struct umbrellas *desk_umbrellas(struct desk *d);

/* ---- no news (no_news.h): the desk's own incidents */

/*
 * Is there a municipality from which reports are missing? Call it once a second,
 * and when it says 1 desk_silence_next() until that says 0: each 1 is a row and
 * a record to write. Both return -ENOMEM, too (reload).
 */
int desk_look_for_silence(struct desk *d, int64_t now_ms, int64_t wait_ms);
int desk_silence_next(
	struct desk *d, int64_t now_ms, struct arena *arena, struct desk_out *out);

/* To tell of it. Goes with the desk. */
struct no_news *desk_no_news(struct desk *d);

/* ---- duty and escalation (duty.h, escalation.h) */

/* A record of the file, in any order. 0 or -ENOMEM. */
int desk_load_duty(struct desk *d, const struct store_record *record);

/* Goes with the desk. */
struct duty *desk_duty(struct desk *d);

/*
 * What somebody says about duty. With a row there is a record to be put, too; the
 * answer is made in any case. key may be NULL. 0 or -ENOMEM (reload).
 */
int desk_take_duty(struct desk *d, const Vedetta__V1__DutyInput *input,
	const uint8_t *key, int64_t now_ms, struct arena *arena, struct desk_out *out,
	struct store_record *record);

/*
 * Whom the desk wakes by itself, until it says 0: a step (1), or a message (2, with
 * *page); each is a row. Or -ENOMEM (reload).
 */
int desk_wake_next(struct desk *d, int64_t now_ms, struct arena *arena,
	struct desk_out *out, struct escalation_page *page);

/*
 * What an exercise left open is closed, one decision each, by whoever ended it: 1 with
 * the row of one, 2 with that of the exercise's record (all are through), then 0; or
 * -ENOMEM (reload). Real incidents, and what somebody decided about since, stay.
 */
enum {
	DESK_CLEARED_ONE = 1,
	DESK_CLEARED_ALL = 2,
};
int desk_clear_next(struct desk *d, int64_t now_ms, struct arena *arena,
	struct desk_out *out, struct store_record *record);

/* Is there any of it left to do? */
bool desk_is_clearing(const struct desk *d);

/*
 * Somebody asks whether messages reach them: 0 with the answer and, when *page
 * has means, its row, made and applied; or -ENOMEM (reload).
 */
int desk_test_contacts(struct desk *d, const Vedetta__V1__DutyInput *input,
	const uint8_t *key, int64_t now_ms, struct arena *arena, struct desk_out *out,
	struct escalation_page *page);

/*
 * What became of its messages, before that: OUTBOX_ROW while deliveries are taken
 * back that nobody wants any more, then 0; or -ENOMEM (reload).
 */
int desk_settle_next(
	struct desk *d, const struct outbox_turn *turn, struct outbox_row *out);

void desk_escalation_figures(const struct desk *d, struct escalation_figures *out);

/* The last messages and what became of them, into the view. 0 or -ENOMEM. */
int desk_tell_pages(
	const struct desk *d, struct arena *arena, Vedetta__V1__DutyNow *out);

/* What a message says of an incident; good until the next step or map. */
struct desk_description {
	const char *hazard;
	const char *area; /* name of a smallest one; "": not known */
	int64_t opened_ms;
};

/* False: there is no such incident. */
bool desk_describe(
	const struct desk *d, uint64_t incident, struct desk_description *out);

/* ---- what goes out (outbox.h) */

/* Before desk_loaded(), in order of their ids. 0 or -ENOMEM. */
int desk_load_delivery(struct desk *d, const struct store_delivery *delivery);

/* Goes with the desk. */
struct outbox *desk_outbox(struct desk *d);

/* For its calls: the rows it makes are numbered behind all others. */
struct outbox_turn desk_outbox_turn(
	struct desk *d, int64_t now_ms, struct arena *arena);

/* ---- the rest */

/* The next RAW row to interpret (oldest first), or 0. */
uint64_t desk_next_raw(const struct desk *d);

/* ---- the board: incidents in order of last change */

/*
 * Remembers how far one console front has been told. The desk keeps it right
 * when incidents move to the end of the list.
 */
struct desk_cursor;

/* Starts before the first. NULL when memory is short. Freed before the desk. */
struct desk_cursor *desk_cursor_new(struct desk *d);
void desk_cursor_free(struct desk_cursor *c);

/*
 * The next changed incident as its console state, made in the arena; NULL at
 * the end (or when the arena is full: *short_of_memory). An incident that
 * changed several times since is told once, as it is now.
 */
Vedetta__V1__Incident *desk_cursor_next(
	struct desk_cursor *c, struct arena *arena, bool *short_of_memory);

/* Sequence of the last step. */
uint64_t desk_last_seq(const struct desk *d);

/* ---- figures */

struct desk_figures {
	uint64_t incidents_open; /* real ones, as the next two */
	uint64_t incidents_unplaced;
	uint64_t reports; /* live: in open incidents */
	uint64_t drills_open;
	uint64_t drill_reports;
	uint64_t keys;
	uint64_t keys_pushed_out;
	uint64_t raw_waiting;
	uint64_t open_by_class[6]; /* [1] to [5]; real ones */
};

void desk_figures(const struct desk *d, struct desk_figures *out);

#endif
