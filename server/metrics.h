/*
 * metrics - one counter page per role, summed by whoever is asked
 *
 * The supervisor makes a page (shared memory) for each role and hands it over;
 * the role adds, everybody else only reads. A page outlives its role's crash, so
 * counters never go back. Each row of the table in metrics.c has name, type,
 * help and labels; /metrics is that table, summed (gauges: summed or the
 * largest, as the row says), in the Prometheus text format 0.0.4.
 */
#ifndef SERVER_METRICS_H
#define SERVER_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct evbuffer;

/* Sorted by stage: the direction data flows. Add rows where they belong. */
enum metric {
	/* fronts */
	METRIC_CONNECTIONS, /* gauge */
	METRIC_REQUESTS,    /* whole requests taken */
	METRIC_ANSWERS_2XX,
	METRIC_ANSWERS_3XX,
	METRIC_ANSWERS_4XX,
	METRIC_ANSWERS_5XX,
	METRIC_HTTP_REFUSED_SYNTAX, /* six, in the order of enum http_refusal */
	METRIC_HTTP_REFUSED_TOO_LARGE,
	METRIC_HTTP_REFUSED_TOO_SLOW,
	METRIC_HTTP_REFUSED_UNSUPPORTED,
	METRIC_HTTP_REFUSED_PER_ADDRESS,
	METRIC_HTTP_REFUSED_CONNECTIONS,
	METRIC_HTTP_REFUSED_DESCRIPTORS,
	METRIC_INTAKE_IN,  /* report posts */
	METRIC_INTAKE_OUT, /* answered with a receipt */
	METRIC_INTAKE_REFUSED_INVALID,
	METRIC_INTAKE_REFUSED_FULL, /* our queue */
	METRIC_INTAKE_REFUSED_TIMEOUT,
	METRIC_INTAKE_REFUSED_NO_ROOM,
	METRIC_INTAKE_REFUSED_FAULT,
	METRIC_INTAKE_QUEUE, /* gauge: inputs awaiting the desk */
	METRIC_INTAKE_RESENT,
	/* desk */
	METRIC_DESK_IN,
	METRIC_DESK_STORED,
	METRIC_DESK_REPEATED,
	METRIC_DESK_ADDED,
	METRIC_DESK_CONFLICTS,
	METRIC_DESK_ACTED,
	METRIC_DESK_ACTIONS_REFUSED,
	METRIC_DESK_QUARANTINED,
	METRIC_DESK_RAW,
	METRIC_DESK_REFUSED_NO_ROOM,
	METRIC_DESK_REFUSED_FAULT,
	METRIC_DESK_QUEUE, /* gauge: inputs in the open batch */
	METRIC_DESK_BATCHES,
	METRIC_DESK_RELOADS,
	METRIC_DESK_LAST_SEQ,           /* gauge */
	METRIC_DESK_INCIDENTS_OPEN,     /* gauge */
	METRIC_DESK_INCIDENTS_UNPLACED, /* gauge */
	METRIC_DESK_REPORTS_LIVE,       /* gauge */
	METRIC_DUTY_STEPS_LACKING,      /* gauge */
	METRIC_EXERCISE_REPORTS,
	METRIC_EXERCISE_INCIDENTS_OPEN, /* gauge */
	METRIC_EXERCISE_REPORTS_LIVE,   /* gauge */
	METRIC_EXERCISE_UMBRELLAS_OPEN, /* gauge */
	METRIC_EXERCISE_WAITING,        /* gauge */
	METRIC_EXERCISE_CLOSED,
	METRIC_DESK_KEYS, /* gauge */
	METRIC_DESK_KEYS_PUSHED_OUT,
	METRIC_DESK_RAW_WAITING, /* gauge */
	METRIC_DESK_UMBRELLAS_OPEN,
	METRIC_DESK_UMBRELLAS_MAXI,
	METRIC_DESK_UMBRELLA_POINTS,
	METRIC_DESK_UMBRELLAS_BEHIND,
	METRIC_DESK_RAW_MODE,         /* gauge 0, 1 */
	METRIC_ESCALATION_WAITING,    /* gauge */
	METRIC_ESCALATION_UNANSWERED, /* gauge */
	METRIC_ESCALATION_NOBODY,     /* gauge */
	METRIC_ESCALATION_PAGES,
	METRIC_ESCALATION_UNSENT,
	METRIC_DUTY_UNREACHABLE, /* gauge */
	/* deliveries */
	METRIC_DELIVERIES_SENT_EMAIL, /* four, in the order of DeliveryMeans */
	METRIC_DELIVERIES_SENT_WEB_PUSH,
	METRIC_DELIVERIES_SENT_WEBHOOK,
	METRIC_DELIVERIES_SENT_TELEGRAM,
	METRIC_DELIVERIES_REFUSED,
	METRIC_DELIVERIES_GIVEN_UP,
	METRIC_DELIVERIES_CANCELLED,
	METRIC_DELIVERIES_FAILED,   /* attempts */
	METRIC_DELIVERIES_UNKNOWN,  /* attempts */
	METRIC_DELIVERIES_QUEUE,    /* gauge */
	METRIC_DELIVERIES_OLDEST_S, /* gauge */
	METRIC_DELIVERIES_BREAKERS, /* gauge */
	METRIC_COURIER_UP,          /* gauge 0, 1 */
	METRIC_COURIER_JOBS,        /* gauge */
	METRIC_OIDC_READY,          /* gauge 0, 1 */
	METRIC_OIDC_CONFIRMED,      /* logins: by what the provider said of them */
	METRIC_OIDC_REFUSED,
	METRIC_OIDC_AWAY,
	METRIC_OIDC_LOGOUTS_CONFIRMED, /* its logout tokens */
	METRIC_OIDC_LOGOUTS_REFUSED,
	METRIC_OIDC_LOGOUTS_AWAY,
	METRIC_STORE_WAL_BYTES,  /* gauge */
	METRIC_STORE_FREE_BYTES, /* gauge */
	METRIC_STORE_FAULTS,
	METRIC_STORE_DAMAGED_ROWS,
	/* board and streams */
	METRIC_BOARD_INCIDENTS, /* gauge, largest */
	METRIC_BOARD_STATES_IN,
	METRIC_STREAMS, /* gauge */
	METRIC_STREAM_EVENTS,
	METRIC_STREAM_CUT_SLOW,
	METRIC_STREAM_RESETS,
	METRIC_LINES_CUT_STUCK,
	/* readers */
	METRIC_QUESTIONS_IN,
	METRIC_QUESTIONS_OUT,
	METRIC_QUESTIONS_REFUSED_FULL,
	METRIC_QUESTIONS_REFUSED_TIMEOUT,
	METRIC_QUESTIONS_NOT_FOUND,
	METRIC_QUESTIONS_TOO_SLOW,
	METRIC_QUESTIONS_FAULT,
	METRIC_QUESTIONS_QUEUE, /* gauge */
	/* index */
	METRIC_INDEX_SEQ,      /* gauge */
	METRIC_INDEX_LAG_ROWS, /* gauge */
	METRIC_INDEX_LAG_S,    /* gauge */
	METRIC_INDEX_ROWS,
	METRIC_INDEX_ANEW,
	METRIC_INDEX_WAITS, /* gauge 0, 1 */
	/* supervisor */
	METRIC_ROLE_STARTS,
	METRIC_ROLE_CRASHES,
	METRIC_ROLES_RUNNING, /* gauge */
	METRIC_START_TIME_S,  /* gauge: Unix time of the supervisor's start */
	METRICS,
};

/* Microseconds, in powers of two up to about 67 s. */
enum metric_latency {
	LATENCY_REQUEST,    /* whole request to answer, report posts */
	LATENCY_QUESTION,   /* front -> reader -> front */
	LATENCY_COMMIT,     /* COMMIT of one batch */
	LATENCY_BATCH_WAIT, /* first input of a batch to its commit's end */
	LATENCY_INDEX,      /* first row of a slice to its place in the index */
	LATENCIES,
};

struct metrics_page;

size_t metrics_page_bytes(void);

/* Tells this process which page is its own (mapped shared, zeroed once). */
void metrics_use(struct metrics_page *page);

/* All three do nothing before metrics_use(): unit tests need no page. */
void metrics_add(enum metric m, uint64_t n);
void metrics_set(enum metric m, uint64_t value);
void metrics_observe_us(enum metric_latency l, uint64_t us);

/* Reading another role's page. */
uint64_t metrics_value(const struct metrics_page *page, enum metric m);

/* Zeroes the gauges of a role that is gone. */
void metrics_clear_gauges(struct metrics_page *page);

/* Appends the whole exposition of these pages, role by role summed. */
int metrics_write(
	const struct metrics_page *const *pages, size_t n_pages, struct evbuffer *out);

/*
 * The end of the log's chain as the desk noted it last: vedetta_chain_head_info, so
 * that whoever collects counters keeps it on another machine (vedetta verify
 * --head).
 */
enum {
	METRICS_HASH_BYTES = 32,
};

void metrics_set_head(uint64_t row, const uint8_t hash[METRICS_HASH_BYTES]);

/* False: none was noted yet, or another one is being noted just now. */
bool metrics_head(const struct metrics_page *const *pages, size_t n_pages,
	uint64_t *row, uint8_t hash[METRICS_HASH_BYTES]);

#endif
