#include "dispatch/members.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

enum {
	FIRST_ROOM = 2, /* most that have more than one have two */
	LOW_BITS = 21,
};

static const uint64_t REPORT_MOST = (UINT64_C(1) << 43) - 1;
static const int64_t ARRIVAL_MOST = (INT64_C(1) << 42) - 1;
static const uint64_t LOW = (1u << LOW_BITS) - 1;

_Static_assert(sizeof(struct member) == 24, "nothing of it is padding");
_Static_assert(FACTS_LATE_AT <= 2 * LOW_BITS, "what is below is kept");

struct member
member_pack(uint64_t report, uint64_t source, uint64_t facts, int64_t arrival_ms)
{
	assert(report <= REPORT_MOST);
	/* A clock may say anything; then it is the nearest there is room for. */
	arrival_ms = arrival_ms < 0 ? 0 : arrival_ms;
	arrival_ms = arrival_ms < ARRIVAL_MOST ? arrival_ms : ARRIVAL_MOST;
	facts &= (UINT64_C(1) << FACTS_LATE_AT) - 1;
	return (struct member){
		.source = source,
		.report = report & REPORT_MOST,
		.facts_high = facts >> LOW_BITS & LOW,
		.arrival_ms = arrival_ms & ARRIVAL_MOST,
		.facts_low = facts & LOW,
	};
}

struct facts
member_facts(const struct member *m)
{
	return facts_unpack((uint64_t)m->facts_high << LOW_BITS | m->facts_low);
}

/* As an array. */
static struct member *
all_of(struct members *m)
{
	return m->room == 0 ? &m->only : m->many;
}

void
members_fini(struct members *m)
{
	if (m->room > 0) {
		free(m->many);
	}
	*m = (struct members){.n = 0};
}

/* By a half: with doubling a quarter of all members would be empty. */
static int
grow(struct members *m)
{
	uint32_t room = m->room == 0 ? FIRST_ROOM : m->room + m->room / 2;
	struct member *many =
		realloc(m->room == 0 ? NULL : m->many, room * sizeof(*many));

	if (many == NULL) {
		return -ENOMEM;
	}
	if (m->room == 0) {
		many[0] = m->only;
	}
	m->many = many;
	m->room = room;
	return 0;
}

int
members_add(struct members *m, const struct member *one)
{
	uint32_t room = m->room == 0 ? 1 : m->room;

	if (m->n == room) {
		int r = grow(m);

		if (r < 0) {
			return r;
		}
	}
	all_of(m)[m->n++] = *one;
	return 0;
}

const struct member *
members_at(const struct members *m, uint32_t index)
{
	assert(index < m->n);
	return m->room == 0 ? &m->only : &m->many[index];
}

static bool
is_report(const struct member *m)
{
	return !member_facts(m).adds;
}

bool
members_has(const struct members *m, uint64_t report)
{
	uint32_t i;

	for (i = 0; i < m->n; i++) {
		if (members_at(m, i)->report == report && is_report(members_at(m, i))) {
			return true;
		}
	}
	return false;
}

uint32_t
members_reports(const struct members *m)
{
	uint32_t n = 0;
	uint32_t i;

	for (i = 0; i < m->n; i++) {
		n += is_report(members_at(m, i));
	}
	return n;
}

uint64_t
members_only_report(const struct members *m)
{
	uint64_t report = 0;
	uint32_t i;

	for (i = 0; i < m->n; i++) {
		if (!is_report(members_at(m, i))) {
			continue;
		}
		if (report != 0) {
			return 0;
		}
		report = members_at(m, i)->report;
	}
	return report;
}

static int
compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a;
	uint64_t right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

void
members_remove(struct members *m, const uint64_t *reports, size_t n)
{
	struct member *all = all_of(m);
	uint32_t kept = 0;
	uint32_t i;

	for (i = 0; i < m->n; i++) {
		uint64_t report = all[i].report;

		if (bsearch(&report, reports, n, sizeof(reports[0]), compare) == NULL) {
			all[kept++] = all[i];
		}
	}
	m->n = kept;
}
