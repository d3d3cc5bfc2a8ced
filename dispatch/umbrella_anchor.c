#include <assert.h>

#include "dispatch/umbrella_internal.h"

bool
umbrella_is_newer(const struct umbrella_field *f, int64_t a, int64_t b)
{
	const struct umbrella_point *p = point_of(f, a);
	const struct umbrella_point *q = point_of(f, b);

	return p->arrival_ms != q->arrival_ms ? p->arrival_ms > q->arrival_ms
					      : umbrella_seq(f, a) > umbrella_seq(f, b);
}

bool
umbrella_has_core(const struct umbrella_field *f, int64_t point, uint64_t component)
{
	struct cluster_place place = cluster_of(f->cluster, (uint32_t)point);

	return place.is_core && place.component == component;
}

struct newest_core {
	const struct umbrella_field *field;
	int64_t point;
};

static int
look_at_core(void *arg, uint64_t id, struct geo_point at, uint32_t handle)
{
	struct newest_core *n = arg;

	(void)id;
	(void)at;
	if (n->point == NO_POINT || umbrella_is_newer(n->field, handle, n->point)) {
		n->point = handle;
	}
	return 0;
}

/*
 * From the newest point of all back, or through the component's own: whichever
 * is over first. A large component has many of the newest.
 */
int64_t
umbrella_newest_core(const struct umbrella_field *f, uint64_t component)
{
	struct newest_core n = {f, NO_POINT};
	size_t size = cluster_size(f->cluster, component);
	int64_t at = f->newest;

	for (size_t i = 0; i < size && at != NO_POINT; i++) {
		if (umbrella_has_core(f, at, component)) {
			return at;
		}
		at = point_of(f, at)->older;
	}
	(void)cluster_walk(f->cluster, component, look_at_core, &n);
	assert(n.point != NO_POINT);
	return n.point;
}

void
umbrella_set_anchor(struct umbrella *umbrella, int64_t point)
{
	struct umbrella_field *f = umbrella->field;

	if (umbrella->anchor_point != NO_POINT) {
		point_of(f, umbrella->anchor_point)->anchors = NULL;
	}
	umbrella->anchor_point = point;
	if (point != NO_POINT) {
		umbrella->anchor = umbrella_seq(f, point);
		point_of(f, point)->anchors = umbrella;
	}
}

/* Another anchor when it has none, or one that is not its core point any more. */
int
umbrella_mend_anchor(struct umbrella *umbrella)
{
	struct umbrella_field *f = umbrella->field;

	umbrella->is_doubtful = false;
	if (umbrella->status != IS_OPEN ||
		(umbrella->anchor_point != NO_POINT &&
			umbrella_has_core(
				f, umbrella->anchor_point, umbrella->component))) {
		return 0;
	}
	umbrella_set_anchor(umbrella, umbrella_newest_core(f, umbrella->component));
	return umbrella_put_row(umbrella, EVENT(ANCHORED), 0);
}
