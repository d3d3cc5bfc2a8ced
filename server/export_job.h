/*
 * export_job - the one export a console front is having made
 *
 * Asked for, made by a helper process (export_help.h), then fetched once. One
 * at a time; one that nobody fetches for a minute is thrown away, so is one whose
 * helper does not come within five seconds. The bytes go from the helper to the
 * client as fast as the client takes them, never faster.
 */
#ifndef SERVER_EXPORT_JOB_H
#define SERVER_EXPORT_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "dispatch/scope.h"
#include "server/asker.h"

struct export_job;

enum {
	EXPORT_JOB_ID_BYTES = 17,
	EXPORT_JOB_NAME_BYTES = 96,
	EXPORT_JOB_WHAT_BYTES = 160,
};

enum export_job_state {
	EXPORT_JOB_WAITING, /* for its helper */
	EXPORT_JOB_MAKING,
	EXPORT_JOB_READY,
	EXPORT_JOB_SENDING,
	EXPORT_JOB_REFUSED, /* no helper came: another export is being made */
	EXPORT_JOB_FAILED,  /* and told once; also what is over */
};

struct export_job_view {
	enum export_job_state state;
	char id[EXPORT_JOB_ID_BYTES];
	uint64_t n_done, n_all;           /* rows */
	uint64_t bytes, n_rows;           /* when ready */
	uint64_t account, session;        /* whose it is */
	char what[EXPORT_JOB_WHAT_BYTES]; /* one line, for the log */
	bool noted;                       /* that it was made is in the log */
	char name[EXPORT_JOB_NAME_BYTES]; /* of the file, when ready */
};

/* Whose it is, and what goes to the helper. */
struct export_job_order {
	const char *format, *layer; /* known words */
	bool personal;
	const struct scope *scope; /* NULL: everything */
	const uint64_t *umbrellas; /* of a limited one */
	size_t n_umbrellas;
	uint64_t account, session;
};

/* front: its number, in the id. NULL when memory is short, or it does not fit. */
struct export_job *export_job_new(struct event_base *base, uint32_t front,
	const struct export_job_order *order, int64_t now_ms);

/* The front whose job has this id; 0: it is no id. */
uint32_t export_job_front(const char *id);

/* Accepts NULL. */
void export_job_free(struct export_job *j);

/* The helper's line: takes it over. */
void export_job_take(struct export_job *j, int fd);

struct export_job_view export_job_view(const struct export_job *j);

/* It was written down that it was made. */
void export_job_noted(struct export_job *j);

/* Is it over: to be freed? Also gives up what waits too long. */
bool export_job_is_over(struct export_job *j, int64_t now_ms);

/*
 * Begins the answer of a ready one; after a HEAD it is still there to fetch. 0
 * or -ENOMEM.
 */
int export_job_send(struct export_job *j, const struct asker *asker, const char *type);

#endif
