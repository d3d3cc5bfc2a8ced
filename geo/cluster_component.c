#include "geo/cluster_internal.h"

#include <assert.h>

static struct component *
component_at(const struct cluster *c, uint32_t component)
{
	return pool_at(&c->components, component);
}

static struct name *
name_at(const struct cluster *c, uint32_t name)
{
	return pool_at(&c->names, name);
}

static void
tell(const struct cluster *c, enum cluster_event event, uint64_t component,
	uint64_t other)
{
	const struct cluster_news news = {
		.event = event, .component = component, .other = other};

	if (c->options.notify != NULL) {
		c->options.notify(c->options.arg, &news);
	}
}

/* ---- names */

static uint64_t
id_of(const struct cluster *c, uint32_t name)
{
	return (uint64_t)name_at(c, name)->serial << 32 | name;
}

static void
give_name(struct cluster *c, uint32_t index)
{
	uint32_t name = pool_take(&c->names);

	c->serial++;
	c->serial += c->serial == 0;
	*name_at(c, name) = (struct name){.serial = c->serial, .component = index};
	component_at(c, index)->name = name;
}

/* The slot's serial becomes the pool's, the component stays NONE. */
static void
drop_name(struct cluster *c, uint32_t name)
{
	name_at(c, name)->component = NONE;
	pool_give(&c->names, name);
}

uint32_t
component_find(const struct cluster *c, uint64_t id)
{
	uint32_t slot = (uint32_t)id;

	if (slot >= c->names.top || id_of(c, slot) != id) {
		return NONE;
	}
	return name_at(c, slot)->component;
}

uint64_t
component_id(const struct cluster *c, uint32_t component)
{
	return id_of(c, component_at(c, component)->name);
}

size_t
component_size(const struct cluster *c, uint32_t component)
{
	return component == NONE ? 0 : component_at(c, component)->n_core;
}

uint32_t
component_first(const struct cluster *c, uint32_t component)
{
	return component == NONE ? NONE : component_at(c, component)->first;
}

/* ---- rings of cells */

static void
put_in_ring(struct cluster *c, uint32_t component, uint32_t index)
{
	struct component *to = component_at(c, component);
	struct cell *cell = cell_at(c, index);

	cell->component = component;
	if (to->n_cells++ == 0) {
		to->first = cell->fellow_prev = cell->fellow_next = index;
		return;
	}
	cell->fellow_next = to->first;
	cell->fellow_prev = cell_at(c, to->first)->fellow_prev;
	cell_at(c, cell->fellow_prev)->fellow_next = index;
	cell_at(c, cell->fellow_next)->fellow_prev = index;
}

static void
take_from_ring(struct cluster *c, uint32_t index)
{
	struct cell *cell = cell_at(c, index);
	struct component *from = component_at(c, cell->component);

	cell_at(c, cell->fellow_prev)->fellow_next = cell->fellow_next;
	cell_at(c, cell->fellow_next)->fellow_prev = cell->fellow_prev;
	if (from->first == index) {
		from->first = cell->fellow_next;
	}
	from->n_cells--;
	cell->component = NONE;
}

/* ---- growing together */

static uint32_t
make_component(struct cluster *c)
{
	uint32_t index = pool_take(&c->components);

	*component_at(c, index) = (struct component){.first = NONE, .name = NONE};
	return index;
}

void
component_open(struct cluster *c, uint32_t cell)
{
	put_in_ring(c, make_component(c), cell);
}

void
component_count(struct cluster *c, uint32_t component, int64_t by)
{
	struct component *at = component_at(c, component);

	at->n_core = (uint32_t)(at->n_core + by);
}

void
component_hold_claim(struct cluster *c, uint32_t component)
{
	struct component *at = component_at(c, component);

	if (at->claim == 0 && at->name != NONE) {
		at->claim = at->n_core;
	}
}

/* Of two that have a name: the one with more core points before this change. */
static bool
lives_on(const struct cluster *c, const struct component *a, const struct component *b)
{
	return a->claim != b->claim ? a->claim > b->claim
				    : id_of(c, a->name) < id_of(c, b->name);
}

static void
tell_merged(const struct cluster *c, const struct component *to,
	const struct component *from)
{
	const struct cluster_news news = {
		.event = CLUSTER_MERGED,
		.component = id_of(c, to->name),
		.other = id_of(c, from->name),
		.component_size = to->claim,
		.other_size = from->claim,
	};

	if (c->options.notify != NULL) {
		c->options.notify(c->options.arg, &news);
	}
}

/* The name with the better claim goes to `keep`, the other one is gone. */
static void
merge_names(struct cluster *c, uint32_t keep, uint32_t drop)
{
	struct component *to = component_at(c, keep);
	const struct component *from = component_at(c, drop);

	if (from->name == NONE) {
		return;
	}
	if (to->name == NONE) {
		to->name = from->name;
		to->claim = from->claim;
	} else if (lives_on(c, to, from)) {
		tell_merged(c, to, from);
		drop_name(c, from->name);
	} else {
		tell_merged(c, from, to);
		drop_name(c, to->name);
		to->name = from->name;
		to->claim = from->claim;
	}
	name_at(c, to->name)->component = keep;
}

void
component_merge(struct cluster *c, uint32_t a, uint32_t b)
{
	bool a_is_larger = component_at(c, a)->n_cells >= component_at(c, b)->n_cells;
	uint32_t keep = a_is_larger ? a : b;
	uint32_t drop = a_is_larger ? b : a;
	struct component *from = component_at(c, drop);

	if (a == b) {
		return;
	}
	merge_names(c, keep, drop);
	component_at(c, keep)->n_core += from->n_core;
	while (from->n_cells > 0) {
		uint32_t cell = from->first;

		take_from_ring(c, cell);
		put_in_ring(c, keep, cell);
	}
	pool_give(&c->components, drop);
}

void
component_settle(struct cluster *c, uint32_t component)
{
	struct component *at = component_at(c, component);

	if (at->name == NONE) {
		give_name(c, component);
		tell(c, CLUSTER_BORN, id_of(c, at->name), CLUSTER_NONE);
	}
	at->claim = 0;
}

/* ---- falling apart */

void
component_leave(struct cluster *c, uint32_t cell)
{
	uint32_t index = cell_at(c, cell)->component;
	struct component *from = component_at(c, index);

	take_from_ring(c, cell);
	if (from->n_cells == 0) {
		assert(from->n_core == 0);
		tell(c, CLUSTER_DIED, id_of(c, from->name), CLUSTER_NONE);
		drop_name(c, from->name);
		pool_give(&c->components, index);
	}
}

static uint32_t
count_core(const struct cluster *c, const struct cell *cell)
{
	uint32_t n = 0;

	if (!cell_is_sparse(c, cell)) {
		return cell->n_points;
	}
	for (uint32_t site = cell->core_first; site != NONE;
		site = belongs_at(c, site)->core_next) {
		n += site_at(c, site)->n_points;
	}
	return n;
}

uint32_t
component_cut_off(struct cluster *c, uint32_t first)
{
	uint32_t part = make_component(c);

	for (uint32_t index = first; index != NONE;
		index = cell_at(c, index)->queue_next) {
		struct cell *cell = cell_at(c, index);
		uint32_t n_core = count_core(c, cell);

		component_at(c, cell->component)->n_core -= n_core;
		component_at(c, part)->n_core += n_core;
		take_from_ring(c, index);
		put_in_ring(c, part, index);
	}
	return part;
}

void
component_name_parts(
	struct cluster *c, uint32_t rest, const uint32_t *parts, uint32_t n_parts)
{
	uint32_t name = component_at(c, rest)->name;
	uint32_t heir = rest;

	for (uint32_t i = 0; i < n_parts; i++) {
		if (component_at(c, parts[i])->n_core > component_at(c, heir)->n_core) {
			heir = parts[i];
		}
	}
	component_at(c, heir)->name = name;
	name_at(c, name)->component = heir;
	for (uint32_t i = 0; i <= n_parts; i++) {
		uint32_t part = i < n_parts ? parts[i] : rest;

		if (part != heir) {
			give_name(c, part);
			tell(c, CLUSTER_SPLIT, id_of(c, name),
				id_of(c, component_at(c, part)->name));
		}
	}
}
