#include "dispatch/incident_internal.h"

#include <errno.h>
#include <stdlib.h>

#include "dispatch/facts.h"

enum {
	SCANNED = 16, /* members among which senders are looked for one by one */
};

const struct incident_rare incident_nothing;

struct incident_rare *
incident_rare(struct incident *i)
{
	if (i->rare == &incident_nothing) {
		struct incident_rare *own = calloc(1, sizeof(*own));

		if (own == NULL) {
			return NULL;
		}
		i->rare = own;
	}
	return (struct incident_rare *)(uintptr_t)i->rare;
}

int
incident_count_decision(struct incident *i)
{
	struct incident_rare *rare = incident_rare(i);

	if (rare == NULL) {
		return -ENOMEM;
	}
	rare->version++;
	return 0;
}

int
incident_take_rare(struct incident *i, const struct store_incident *record)
{
	struct incident_rare *rare;

	if (record->linked == 0 && record->merged_into == 0 && record->version == 0) {
		return 0;
	}
	rare = incident_rare(i);
	if (rare == NULL) {
		return -ENOMEM;
	}
	rare->linked = record->linked;
	rare->merged_into = record->merged_into;
	rare->version = record->version;
	return 0;
}

void
incident_free_rare(struct incident *i)
{
	struct incident_rare *rare;

	if (i->rare == &incident_nothing) {
		return;
	}
	rare = incident_rare(i);
	sources_fini(&rare->sources);
	vedetta__v1__silence__free_unpacked(rare->silence, NULL);
	work_free(rare->work);
	free(rare);
}

struct work *
incident_work(struct incident *i)
{
	struct incident_rare *rare = incident_rare(i);

	if (rare != NULL && rare->work == NULL) {
		rare->work = work_new();
	}
	return rare == NULL ? NULL : rare->work;
}

/* ---- senders */

/* Its sender counts: it is a report, and came through our own pages. */
static bool
has_sender(const struct member *m)
{
	const struct facts f = member_facts(m);

	return m->source != 0 && !f.adds && !f.cross_site;
}

/* Among few they are looked for one by one: most incidents never have many. */
static bool
is_among_first(const struct incident *i, uint32_t index)
{
	uint64_t source = members_at(&i->members, index)->source;
	uint32_t n;

	for (n = 0; n < index; n++) {
		const struct member *m = members_at(&i->members, n);

		if (m->source == source && has_sender(m)) {
			return true;
		}
	}
	return false;
}

/* Those of the first so many, for looking among more. 0 or -ENOMEM. */
static int
gather_sources(struct incident *i, struct sources *sources, uint32_t n_members)
{
	bool added;
	uint32_t n;
	int r = 0;

	for (n = 0; r == 0 && n < n_members; n++) {
		const struct member *m = members_at(&i->members, n);

		r = has_sender(m) ? sources_add(sources, m->source, &added) : 0;
	}
	return r;
}

int
incident_take_sender(struct incident *i, uint32_t index, bool *is_new)
{
	const struct member *m = members_at(&i->members, index);
	struct incident_rare *rare;
	int r = 0;

	if (!has_sender(m)) {
		return 0;
	}
	if (index < SCANNED) {
		*is_new = !is_among_first(i, index);
	} else {
		rare = incident_rare(i);
		if (rare == NULL) {
			return -ENOMEM;
		}
		if (rare->sources.n == 0) {
			r = gather_sources(i, &rare->sources, index);
		}
		if (r == 0) {
			r = sources_add(&rare->sources, m->source, is_new);
		}
	}
	i->n_sources += *is_new;
	return r;
}

void
incident_forget_senders(struct incident *i)
{
	if (i->rare != &incident_nothing) {
		sources_fini(&incident_rare(i)->sources);
	}
	i->n_sources = 0;
}
