/*
 * incident - the unit that is ranked and acted on, in memory
 *
 * What its rows in the log have said so far: the best class and what gave it,
 * all signs, the most people, distinct senders, the trend; and what operators did
 * (work.h), whose class holds against the rule's. incident_take() and
 * incident_give_up() are the only ways any of it changes, when a row comes and
 * when the log is read back alike, so both give the same.
 *
 * A report posted from another site's page (cross-site) counts as a report, but
 * adds no sender and no trend: one page can borrow a thousand visitors.
 * Where, since when and linked to what is the stored record's (store_incident).
 */
#ifndef DISPATCH_INCIDENT_H
#define DISPATCH_INCIDENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "dispatch/areas.h"
#include "dispatch/facts.h"
#include "dispatch/fold.h"
#include "dispatch/hazard.h"
#include "dispatch/members.h"
#include "dispatch/place.h"
#include "dispatch/sources.h"
#include "dispatch/trend.h"
#include "dispatch/work.h"
#include "geo/store.h"
#include "vedetta/v1/silence.pb-c.h"

enum {
	CLASS_NONE = 6, /* of a new incident before its first report is taken */
};

/* What few incidents have. */
struct incident_rare {
	uint64_t linked;
	uint64_t merged_into; /* where its last report went; 0: nowhere */
	uint64_t decided_seq; /* row of an operator's last decision */
	struct work *work;    /* owned; NULL: nobody did anything, nothing got worse */
	/* Owned: nobody reported it, it says that there is no news. NULL: else. */
	Vedetta__V1__Silence *silence;
	struct sources sources; /* of its members, when they are many */
	uint32_t version;
};

/* In this order nothing is padding: there can be one for each report. */
struct incident {
	TAILQ_ENTRY(incident) link; /* of the roster */
	uint64_t id;
	uint64_t seq; /* row that changed it last */
	int64_t opened_ms;
	int64_t last_report_ms;
	struct geo_point point; /* in_grid: it stays as it is */
	char *words;            /* owned; NULL: none */
	const struct hazard *hazard;
	struct members members;
	struct fold_firsts firsts;        /* owned by memory's fold */
	const struct incident_rare *rare; /* never NULL; incident_rare() to write */
	struct trend trend;
	uint32_t accuracy_cm; /* incident_accuracy_m() */
	uint32_t n_sources;   /* different senders */
	uint32_t n_reports;
	uint32_t n_folded; /* of these; shown under another */
	struct areas areas;
	uint8_t signs;
	uint8_t people;
	uint8_t class_no; /* that holds: an operator's, or the rule's */
	uint8_t rule_class;
	uint8_t reason; /* of the rule's class: rank_reason(); 0 before any row */
	uint8_t place_kind;
	uint8_t status : 2;     /* enum IncidentStatus */
	uint8_t why : 3;        /* enum place_why of the row that opened it */
	uint8_t kept_class : 3; /* its record's, while it is loaded */
	bool has_point : 1;
	bool unplaced : 1;
	bool quarantined : 1;
	bool exercise : 1;
	bool piled : 1;      /* its reports made a pile */
	bool superseded : 1; /* a younger one is linked to it and stands in its place */
	bool in_grid : 1;
	bool is_stale : 1;        /* its areas want looking up again */
	uint32_t umbrella_member; /* kept and understood by umbrella_member.c alone */
};

_Static_assert(sizeof(struct incident) <= 184, "192 with its allocation");

/*
 * Without any report yet, and without a class, which comes from its rows. NULL
 * when memory is short.
 */
struct incident *incident_new(const struct store_incident *record);
void incident_free(struct incident *i);

/* What few have, its own from now on; NULL when memory is short. */
struct incident_rare *incident_rare(struct incident *i);

/* An operator decided something about it. 0 or -ENOMEM. */
int incident_count_decision(struct incident *i);

/* < 0: not known. */
double incident_accuracy_m(const struct incident *i);

/* Its work, made when there is none; NULL when memory is short. */
struct work *incident_work(struct incident *i);

/* The class that holds, after work or reports changed. */
void incident_settle(struct incident *i);

/* All its rows were loaded. What rows could not say any more, its record does. */
void incident_loaded(struct incident *i);

/* Takes what one row gave, and notes whether that is worse. 0 or -ENOMEM. */
int incident_take(struct incident *i, const struct member *member, uint64_t seq);

/*
 * Gives up what belongs to these reports (ascending), and sums up anew. The last one
 * leaves nothing behind, and its class stays. 0 or -ENOMEM.
 */
int incident_give_up(struct incident *i, const uint64_t *reports, size_t n);

/*
 * Takes the body of a STORE_SILENCE row: there is no news, or it is over. 0 or
 * -ENOMEM.
 */
int incident_take_silence(struct incident *i, const uint8_t *body, size_t bytes);

/* Puts it where the place says. 0 or -ENOMEM. */
int incident_move(struct incident *i, const struct place *place);

/* Open, and its last report no longer ago than its window. */
bool incident_is_joinable(const struct incident *i, int64_t now_ms);

/* A younger one stands in its place, and no operator has opened it again. */
bool incident_is_replaced(const struct incident *i);

/* Why it is unplaced; PLACE_IS_PLACED when it is not. */
enum place_why incident_why(const struct incident *i);

/* Its place is a known central point, or one that many gave. */
bool incident_is_at_centroid(const struct incident *i);

/* words and areas in *out are the incident's own. */
void incident_to_store(const struct incident *i, struct store_incident *out);

#endif
