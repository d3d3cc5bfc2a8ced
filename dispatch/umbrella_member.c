#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/umbrella_internal.h"
#include "vedetta/v1/incident.pb-c.h"

void
umbrella_member_refresh(struct umbrella_member *m, const struct incident *i)
{
	bool is_open;

	if (i == NULL) {
		return;
	}
	is_open = i->status == VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN;
	if (m->label != NULL && (m->class_no != i->class_no || m->is_open != is_open ||
					m->at.lat_deg != i->point.lat_deg ||
					m->at.lon_deg != i->point.lon_deg)) {
		umbrella_is_stale(m->label);
	}
	m->class_no = i->class_no;
	m->is_open = is_open;
	m->opened_ms = i->opened_ms;
	m->has_place = i->has_point && !i->unplaced;
	m->at = i->point;
}

struct umbrella_member *
umbrella_member_for(struct umbrellas *u, uint64_t incident, int *fault)
{
	struct umbrella_member *m = table_find(&u->members, incident);
	const struct incident *i;
	struct umbrella_field *f;

	if (m != NULL) {
		return m;
	}
	i = roster_find(u->roster, incident);
	if (i == NULL) {
		return NULL;
	}
	f = umbrella_field_for(u, i->hazard->group, i->exercise);
	m = f == NULL ? NULL : calloc(1, sizeof(*m));
	if (m == NULL || table_put(&u->members, incident, m) < 0) {
		free(m);
		*fault = -ENOMEM;
		return NULL;
	}
	m->incident = incident;
	m->field = f;
	m->newest = NO_POINT;
	TAILQ_INSERT_TAIL(&u->all_members, m, all);
	umbrella_member_refresh(m, i);
	return m;
}

void
umbrella_label(struct umbrella_member *m, struct umbrella *label)
{
	if (m->label == label) {
		return;
	}
	if (m->label != NULL) {
		TAILQ_REMOVE(&m->label->members, m, link);
		umbrella_is_stale(m->label);
	}
	m->label = label;
	if (label != NULL) {
		TAILQ_INSERT_TAIL(&label->members, m, link);
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

/* Those of one field, behind n that are there. Returns how many there are. */
static size_t
list_tags(const struct umbrella_member *m, const struct umbrella_field *f,
	uint64_t tags[UMBRELLA_TAGS_MOST], size_t n)
{
	uint64_t components[UMBRELLA_TAGS_MOST];
	size_t n_near = cluster_near(f->cluster, m->at, components, UMBRELLA_TAGS_MOST);

	for (size_t i = 0; i < n_near && n < UMBRELLA_TAGS_MOST; i++) {
		const struct umbrella *umbrella =
			*umbrella_of_component(f, components[i]);

		tags[n++] = umbrella->id;
	}
	return n;
}

void
umbrella_tag(struct umbrella_member *m)
{
	struct umbrellas *u = m->field->all;
	uint64_t tags[UMBRELLA_TAGS_MOST] = {0};
	size_t n = 0;

	if (m->n_reports > 0 && m->has_place) {
		for (int group = EVENT_GROUP_SEISMIC; group < EVENT_GROUPS; group++) {
			const struct umbrella_field *f =
				u->fields[group][m->field->exercise];

			if (f != NULL && f != m->field) {
				n = list_tags(m, f, tags, n);
			}
		}
	}
	qsort(tags, n, sizeof(tags[0]), by_number);
	if (n != m->n_tags || memcmp(tags, m->tags, sizeof(tags)) != 0) {
		memcpy(m->tags, tags, sizeof(tags));
		m->n_tags = (uint8_t)n;
		umbrella_member_is_new(m);
	}
}
