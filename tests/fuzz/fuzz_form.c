/*
 * fuzz_form - a posted form to a report, a query to a filter
 *
 * The first line is the content type ("?": the rest is a query). A form that is
 * accepted survives packing and unpacking, and its report is as fit for the
 * desk as one that came by JSON.
 */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "proto/json.h"
#include "proto/scan.h"
#include "server/filter.h"
#include "server/form.h"
#include "server/intake.h"

enum {
	ARENA_MAX = 1 << 20,
};

static void
check_packed(const struct fields *fields, struct arena *arena)
{
	struct fields back;
	size_t bytes;
	const uint8_t *packed = fields_pack(fields, arena, &bytes);

	if (packed == NULL) {
		return;
	}
	fields_unpack(packed, bytes, &back);
	assert(back.n == fields->n);
	for (size_t i = 0; i < back.n; i++) {
		assert(strcmp(back.at[i].name, fields->at[i].name) == 0);
		assert(strcmp(back.at[i].value, fields->at[i].value) == 0);
	}
}

/* What the desk will be sent must pass the checks of what comes from outside. */
static void
check_report(Vedetta__V1__Report *report, struct arena *arena)
{
	size_t bytes = vedetta__v1__report__get_packed_size(report);
	uint8_t *packed = arena_alloc(arena, bytes);
	struct trouble trouble;

	if (packed == NULL) {
		return;
	}
	vedetta__v1__report__pack(report, packed);
	trouble_init(&trouble);
	assert(scan_check(&vedetta__v1__report__descriptor, packed, bytes,
		       &scan_default_limits, &trouble) == 0);
	assert(intake_check(report, &trouble) == 0);
}

static void
try_form(const struct fields *fields, struct arena *arena, struct trouble *trouble)
{
	struct page_form page;
	Vedetta__V1__Report *report;
	int r = form_to_report(fields, arena, trouble, &report);

	form_values(fields, &page);
	assert((r == FORM_REFUSED) == !trouble_is_empty(trouble));
	if (r == 0 && intake_check(report, trouble) == 0) {
		check_report(report, arena);
	}
}

static void
try_query(const struct fields *fields, struct trouble *trouble)
{
	static const char *const others[] = {"cursor", NULL};
	const struct filter_facts facts = {.point = {42, 13}, .has_point = true};
	struct filter filter;
	int r = filter_read(&filter, fields, others, trouble);

	assert((r == FILTER_REFUSED) == !trouble_is_empty(trouble));
	(void)filter_matches(&filter, &facts);
	assert(filter_equals(&filter, &filter));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const uint8_t *end = bytes > 0 ? memchr(data, '\n', bytes) : NULL;
	struct arena *arena = arena_new(ARENA_MAX);
	struct trouble trouble;
	struct fields fields;
	char *type;
	int r;

	assert(arena != NULL);
	type = end != NULL ? arena_copy(arena, data, (size_t)(end - data)) : NULL;
	if (type == NULL) {
		arena_free(arena);
		return 0;
	}
	bytes -= (size_t)(end - data) + 1;
	trouble_init(&trouble);
	if (strncmp(type, "multipart/", 10) == 0) {
		r = fields_from_multipart(
			type, end + 1, bytes, arena, &trouble, &fields);
	} else {
		r = fields_from_urlencoded(
			(const char *)end + 1, bytes, arena, &trouble, &fields);
	}
	assert((r == FIELDS_REFUSED) == !trouble_is_empty(&trouble));
	if (r == 0) {
		check_packed(&fields, arena);
		if (type[0] == '?') {
			try_query(&fields, &trouble);
		} else {
			try_form(&fields, arena, &trouble);
		}
	}
	arena_free(arena);
	return 0;
}
