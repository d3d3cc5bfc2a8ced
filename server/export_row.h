/*
 * export_row - rows of the log, incidents and outlines as rows of an export
 *
 * The right to what is personal decides here about places; about columns the
 * file itself does.
 */
#ifndef SERVER_EXPORT_ROW_H
#define SERVER_EXPORT_ROW_H

#include <stdbool.h>

#include "dispatch/receipt.h"
#include "geo/export.h"
#include "geo/index_ask.h"
#include "geo/store.h"
#include "geo/store_area.h"
#include "geo/store_umbrella.h"
#include "proto/arena.h"

enum export_row_answer {
	EXPORT_ROW_NONE = 1, /* nothing to export stands in this row */
};

/* Rounded to a thousandth of a degree: 111 m by 80 m in Italy. */
struct geo_point export_row_coarse(struct geo_point exact);

void export_row_incident(
	const struct store_incident *incident, bool personal, struct export_row *out);

void export_row_umbrella(const struct store_umbrella *umbrella, struct export_row *out);

/*
 * Without what it has from its incident; folded into a row, whose report has another
 * number if it was read late. Strings live in the arena. 0 or
 * EXPORT_ROW_NONE.
 */
int export_row_report(const struct store_row *row, const struct receipt_keys *codes,
	bool personal, struct arena *arena, struct export_row *out);

/* incident may be NULL: not known. */
void export_row_join(struct export_row *report, const struct export_incident *incident,
	bool personal);

/*
 * *ground is the caller's to free while it uses *out. EXPORT_ROW_NONE when there is
 * none to show. 0, an answer, or -ENOMEM.
 */
int export_row_ground(
	const struct index_outline *outline, bool personal, struct polygon **ground);
int export_row_outline(const struct index_outline *outline, bool personal,
	struct polygon **ground, struct export_row *out);

/* The same; ground is NULL for an area without any. 0 or -ENOMEM. */
int export_row_area(
	const struct store_area *area, struct polygon **ground, struct export_row *out);

#endif
