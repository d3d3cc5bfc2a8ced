#include "server/drill_plan.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct drill_report *
drill_plan_add(struct drill_plan *plan, const char *part)
{
	struct drill_report *r;

	assert(plan->n < DRILL_REPORTS_MAX);
	r = &plan->reports[plan->n++];
	memset(r, 0, sizeof(*r));
	r->part = part;
	r->hazard = r->kind = r->about = r->signs = r->people = "";
	r->lang = "it";
	return r;
}

/* ---- as CSV */

static void
put_degrees(FILE *out, int32_t udeg)
{
	int32_t size = udeg < 0 ? -udeg : udeg;

	fprintf(out, "%s%" PRId32 ".%06" PRId32, udeg < 0 ? "-" : "", size / 1000000,
		size % 1000000);
}

/* Quoted whatever it holds: simple, and the same for every reader. */
static void
put_text(FILE *out, const char *text)
{
	(void)fputc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"') {
			(void)fputc('"', out);
		}
		(void)fputc(*text, out);
	}
	(void)fputc('"', out);
}

static void
put_report(FILE *out, const struct drill_report *r)
{
	fprintf(out, "%" PRIu32 ".%02" PRIu32 ",%s,p%" PRIu32 ",%s,", r->at_cmin / 100,
		r->at_cmin % 100, r->part, r->sender, r->hazard);
	if (r->has_point) {
		put_degrees(out, r->point.lat_udeg);
	}
	(void)fputc(',', out);
	if (r->has_point) {
		put_degrees(out, r->point.lon_udeg);
	}
	(void)fputc(',', out);
	if (r->accuracy_m > 0) {
		fprintf(out, "%" PRIu32, r->accuracy_m);
	}
	fprintf(out, ",%s,", r->kind);
	put_text(out, r->words);
	fprintf(out, ",%s,%s,%s,%s,", r->about, r->signs, r->people, r->lang);
	put_text(out, r->text);
	(void)fputc('\n', out);
}

static int
by_time(const void *left, const void *right)
{
	const struct drill_report *const *a = left;
	const struct drill_report *const *b = right;

	if ((*a)->at_cmin != (*b)->at_cmin) {
		return (*a)->at_cmin < (*b)->at_cmin ? -1 : 1;
	}
	return (*a > *b) - (*a < *b); /* places in one array */
}

char *
drill_plan_csv(const struct drill_plan *plan, size_t *bytes)
{
	const struct drill_report **order = calloc(plan->n + 1, sizeof(*order));
	char *text = NULL;
	FILE *out = order == NULL ? NULL : open_memstream(&text, bytes);
	bool failed;

	if (out == NULL) {
		free(order);
		return NULL;
	}
	for (size_t i = 0; i < plan->n; i++) {
		order[i] = &plan->reports[i];
	}
	qsort(order, plan->n, sizeof(*order), by_time);
	fprintf(out, "minutes,part,sender,hazard,lat,lon,accuracy,kind,words,about,"
		     "signs,people,lang,text\n");
	for (size_t i = 0; i < plan->n; i++) {
		put_report(out, order[i]);
	}
	free(order);
	failed = ferror(out) != 0;
	if (fclose(out) != 0 || failed) {
		free(text);
		return NULL;
	}
	return text;
}
