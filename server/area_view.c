#include "server/area_view.h"

#include <errno.h>

#include "server/log.h"

enum {
	WHY_BYTES = 256,
};

void
area_view_fini(struct area_view *v)
{
	area_map_free(v->map);
	area_build_free(v->build);
	*v = (struct area_view){0};
}

static void
use_map(struct area_view *v, struct area_map *map, uint64_t import)
{
	area_view_fini(v);
	v->map = map;
	v->import = import;
}

static int
build_some(struct area_view *v, struct store *store)
{
	struct area_map *map = NULL;
	char why[WHY_BYTES] = "", quoted[WHY_BYTES];
	int r;

	if (v->build == NULL) {
		v->build = area_build_new(0);
	}
	if (v->build == NULL) {
		return -ENOMEM;
	}
	r = area_build_some(v->build, store, &map, why, sizeof(why));
	if (r == AREA_BUILD_REFUSED) {
		log_event(LOG_WARN, "areas.no_map", "reason=\"%s\"",
			log_quote(why, quoted, sizeof(quoted)));
		use_map(v, NULL, v->building);
		return 0;
	}
	if (r == 0 && map != NULL) {
		use_map(v, map, v->building);
	}
	return r;
}

int
area_view_refresh(struct area_view *v, struct store *store, bool *ready)
{
	struct store_area_state state = {0};
	int r = store_read_area_state(store, &state);

	*ready = false;
	if (r == 0 && state.import == 0) {
		use_map(v, NULL, 0);
	}
	if (r == 0 && v->building != state.import && v->import != state.import) {
		area_build_free(v->build);
		v->build = NULL;
		v->building = state.import;
	}
	while (r == 0 && v->import != state.import && !store_is_late(store)) {
		r = build_some(v, store);
	}
	*ready = r == 0 && v->import == state.import;
	return r;
}

void
area_view_fill(const struct area_view *v, struct index_entry *e)
{
	struct area_chain chain;

	e->n_areas = 0;
	if (v->map == NULL || !e->has_point) {
		return;
	}
	area_map_find(v->map, e->point, &chain);
	for (size_t i = 0; i < chain.n; i++) {
		e->areas[e->n_areas++] = chain.areas[i]->code;
	}
}
