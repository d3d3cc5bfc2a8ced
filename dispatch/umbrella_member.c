#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/umbrella_internal.h"
#include "vedetta/v1/incident.pb-c.h"

bool
umbrella_member_is_open(const struct umbrella_member *m)
{
	return m->incident->status ==
	       VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN;
}

bool
umbrella_member_has_place(const struct umbrella_member *m)
{
	return m->incident->has_point && !m->incident->unplaced;
}

void
umbrella_members_fini(struct umbrellas *u)
{
	for (uint32_t i = 0; i < u->members.top; i++) {
		free(member_of(u, i)->tags);
	}
	pool_fini(&u->members);
}

/* At the end of the list. */
void
umbrella_members_put(struct umbrellas *u, struct umbrella_members *list,
	enum umbrella_list_kind kind, struct umbrella_member *m)
{
	uint32_t number = member_number(u, m);

	m->links[kind] = (struct umbrella_link){list->last, NO_MEMBER};
	if (list->last == NO_MEMBER) {
		list->first = number;
	} else {
		member_of(u, list->last)->links[kind].next = number;
	}
	list->last = number;
}

void
umbrella_members_take(struct umbrellas *u, struct umbrella_members *list,
	enum umbrella_list_kind kind, struct umbrella_member *m)
{
	struct umbrella_link link = m->links[kind];

	if (link.prev == NO_MEMBER) {
		list->first = link.next;
	} else {
		member_of(u, link.prev)->links[kind].next = link.next;
	}
	if (link.next == NO_MEMBER) {
		list->last = link.prev;
	} else {
		member_of(u, link.next)->links[kind].prev = link.prev;
	}
}

struct umbrella_member *
umbrella_member_of(const struct umbrellas *u, const struct incident *i)
{
	uint32_t number = i->umbrella_member;

	/* One that was never given, or in another life, is of another one's member. */
	return number < u->members.top && member_of(u, number)->incident == i
		       ? member_of(u, number)
		       : NULL;
}

struct umbrella_member *
umbrella_member_find(const struct umbrellas *u, uint64_t incident)
{
	const struct incident *i = roster_find(u->roster, incident);

	return i == NULL ? NULL : umbrella_member_of(u, i);
}

struct umbrella_member *
umbrella_member_for(struct umbrellas *u, uint64_t incident, int *fault)
{
	struct incident *i = roster_find(u->roster, incident);
	struct umbrella_member *m = i == NULL ? NULL : umbrella_member_of(u, i);
	struct umbrella_field *f;

	if (i == NULL || m != NULL) {
		return m;
	}
	f = umbrella_field_for(u, i->hazard->group, i->exercise);
	if (f == NULL || pool_reserve(&u->members, 1) < 0) {
		*fault = -ENOMEM;
		return NULL;
	}
	i->umbrella_member = pool_take(&u->members);
	m = member_of(u, i->umbrella_member);
	*m = (struct umbrella_member){.incident = i, .field = f, .newest = NO_POINT};
	return m;
}

void
umbrella_member_fetch(const struct umbrellas *u, uint32_t number)
{
	const struct umbrella_member *m = member_of(u, number);

	for (int kind = 0; kind < UMBRELLA_LISTS; kind++) {
		__builtin_prefetch(member_of(u, m->links[kind].prev));
		__builtin_prefetch(member_of(u, m->links[kind].next));
	}
	__builtin_prefetch(m->label);
}

void
umbrella_label(struct umbrella_member *m, struct umbrella *label)
{
	if (m->label == label) {
		return;
	}
	if (m->label != NULL) {
		umbrella_members_take(
			m->field->all, &m->label->members, UMBRELLA_ITS_OWN, m);
		umbrella_is_stale(m->label);
	}
	m->label = label;
	if (label != NULL) {
		umbrella_members_put(
			m->field->all, &label->members, UMBRELLA_ITS_OWN, m);
		umbrella_is_stale(label);
	}
	umbrella_member_is_new(m);
}

void
umbrella_relabel(struct umbrella_member *m)
{
	struct umbrella *label = NULL;

	if (m->newest != NO_POINT) {
		struct cluster_place place =
			cluster_of(m->field->cluster, (uint32_t)m->newest);

		if (place.component != CLUSTER_NONE) {
			label = *umbrella_of_component(m->field, place.component);
		}
	}
	umbrella_label(m, label);
}

static int
by_number(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a;
	uint64_t right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

/* Those of one field, behind what is there. */
static void
list_tags(const struct umbrella_member *m, const struct umbrella_field *f,
	struct umbrella_tags *tags)
{
	uint64_t components[UMBRELLA_TAGS_MOST];
	size_t n_near = cluster_near(
		f->cluster, m->incident->point, components, UMBRELLA_TAGS_MOST);

	for (size_t i = 0; i < n_near && tags->n < UMBRELLA_TAGS_MOST; i++) {
		const struct umbrella *umbrella =
			*umbrella_of_component(f, components[i]);

		tags->ids[tags->n++] = umbrella->id;
	}
}

static bool
has_tags(const struct umbrella_member *m, const struct umbrella_tags *tags)
{
	return m->tags == NULL ? tags->n == 0
			       : memcmp(m->tags, tags, sizeof(*tags)) == 0;
}

void
umbrella_tag(struct umbrella_member *m)
{
	struct umbrellas *u = m->field->all;
	struct umbrella_tags tags = {.n = 0};

	if (m->n_reports > 0 && umbrella_member_has_place(m)) {
		for (int group = EVENT_GROUP_SEISMIC; group < EVENT_GROUPS; group++) {
			const struct umbrella_field *f =
				u->fields[group][m->field->exercise];

			if (f != NULL && f != m->field) {
				list_tags(m, f, &tags);
			}
		}
	}
	qsort(tags.ids, tags.n, sizeof(tags.ids[0]), by_number);
	if (has_tags(m, &tags)) {
		return;
	}
	if (tags.n == 0) {
		free(m->tags);
		m->tags = NULL;
	} else if (m->tags == NULL) {
		m->tags = malloc(sizeof(*m->tags));
		if (m->tags == NULL) {
			return; /* it is looked at again in its turn */
		}
	}
	if (m->tags != NULL) {
		*m->tags = tags;
	}
	umbrella_member_is_new(m);
}
