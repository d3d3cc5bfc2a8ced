/*
 * exporter - gathers one moment of the desk into an export
 *
 * What is there up to one row of the log and nothing behind it: incidents and
 * the end of the log are read in one short transaction, the reports up to there
 * in slices, each a transaction of its own, so that no reader holds up the WAL.
 * Outlines are the index's, which may be behind and never is ahead: how far
 * they reach is in the file (`meta`).
 *
 * Who has no right to what is personal gets no words, names, numbers or places
 * in words, and no exact point: a placed report stands on its incident's,
 * rounded to 0.001 degrees, as incidents and the corners of outlines are; an
 * incident's outline of less than three reports is left out. Who sees some areas
 * only gets what is seen there (export_scope.h): a report is where it is at the
 * end of the file.
 */
#ifndef SERVER_EXPORTER_H
#define SERVER_EXPORTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/export.h"
#include "geo/store.h"
#include "server/export_scope.h"

enum exporter_answer {
	EXPORTER_STOPPED = 1, /* told() said so */
	EXPORTER_REFUSED = 2, /* see why */
};

struct exporter_order {
	const char *data_dir;
	const char *path; /* of the file to make */
	bool nameless;    /* gone from there at once: moment's fd is the file */
	bool personal;    /* the right to it is the caller's to prove */
	struct export_scope *scope; /* borrowed; NULL: everything */
	int64_t now_ms;
	/* Rows done of all; other than 0 stops. */
	int (*told)(void *arg, uint64_t n_done, uint64_t n_all);
	void *arg;
};

/* What the file is of. */
struct exporter_moment {
	char epoch[STORE_EPOCH_BYTES];
	uint64_t seq;
	uint64_t outlines_seq;
	int fd; /* of a nameless one, the caller's; otherwise -1 */
};

/*
 * Makes and finishes the file, which the caller closes. 0, an answer, or -errno;
 * on anything but 0 and EXPORTER_STOPPED a sentence is in why.
 */
int exporter_run(struct export **out, struct exporter_moment *moment,
	const struct exporter_order *order, char *why, size_t why_bytes);

#endif
