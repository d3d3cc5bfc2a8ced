/*
 * cluster - which points hang together: exact DBSCAN, a point at a time
 *
 * A point is core when at least min_points points lie within eps_m of it,
 * itself counted. Core points within eps_m of each other are in one component.
 * A point that is not core but within eps_m of a core point (a border point)
 * belongs to the nearest one's component, ties going to the core point with
 * the smaller id; the rest is noise. The answer depends on the points that are
 * there, never on the order in which they came or what else came and went.
 * With min_points <= 3 a border point has one core neighbour, so any rule for
 * it gives the same.
 *
 * "Within" is measure_distance_m(a, b) <= eps_m, for points taken to the
 * nearest 1e-11 degree (a micrometre) by cluster_round(), or one place could be
 * made to hold any number of them; up to eleven decimals are taken as they are.
 *
 * How: points lie in cells small enough that all points of one are neighbours
 * (lattice.h), so a cell with min_points of them is all core, uncounted; only
 * sparser cells keep a count of neighbours for each point. Cells with core
 * points are the vertices of a graph, an edge is one witness: two core points
 * within eps_m. Each pair of cells remembers which core points have still to be
 * tried, so no two are tried twice for nothing. Points at one place share a
 * site, sites of a crowded cell lie in a quadtree. A component lost an edge?
 * A search from all loose ends at once finds the parts, in the time it takes
 * to walk all but the largest; a merger costs walking the smaller one.
 *
 * Adding may lack memory and then changes nothing; removing cannot fail.
 */
#ifndef GEO_CLUSTER_H
#define GEO_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/point.h"

enum {
	CLUSTER_MIN_POINTS_MOST = 16,
	CLUSTER_AHEAD_MOST = 7,
};

/* Not a component. */
#define CLUSTER_NONE UINT64_C(0)

struct cluster;

/*
 * The life of a component, told so that a name can be kept with it. Of those
 * that merge the one with most core points lives on (of equals the older); of
 * the parts of a split the one with most core points is the old one. Ids are
 * not used again.
 */
enum cluster_event {
	CLUSTER_BORN,
	CLUSTER_MERGED, /* other is gone, its points are in component */
	CLUSTER_SPLIT,  /* other is new, its points were in component */
	CLUSTER_DIED,   /* it has no core point any more */
};

struct cluster_news {
	enum cluster_event event;
	uint64_t component;
	uint64_t other; /* CLUSTER_NONE when BORN or DIED */
	/* When MERGED: as many core points they had before this change. */
	size_t component_size;
	size_t other_size;
};

/* Called in the middle of a change: note it, ask nothing yet. */
typedef void (*cluster_notify)(void *arg, const struct cluster_news *news);

/*
 * Called in the middle of a change, too: what cluster_of() says of this point may
 * be something else than before. Told are points that became core, or are it no
 * longer, and those beside them that are not core; perhaps more than once. The
 * points of components that merge or split are told by the news alone.
 */
typedef void (*cluster_touch)(void *arg, uint32_t handle);

struct cluster_options {
	double eps_m;          /* LATTICE_EPS_LEAST_M..LATTICE_EPS_MOST_M */
	uint32_t min_points;   /* 1..CLUSTER_MIN_POINTS_MOST */
	cluster_notify notify; /* or NULL */
	cluster_touch touch;   /* or NULL */
	void *arg;             /* of both */
	/* Bytes of the caller's own beside each point, a multiple of 8. */
	uint32_t extra_bytes;
};

struct cluster_place {
	bool is_core;
	uint64_t component; /* CLUSTER_NONE: noise */
};

/* Returns NULL when memory is short. */
struct cluster *cluster_new(const struct cluster_options *options);

/* Accepts NULL. */
void cluster_free(struct cluster *c);

/* Where cluster_add() takes a point to be. */
struct geo_point cluster_round(struct geo_point at);

/*
 * Ids need not be new, they only break ties. *handle names the point until it
 * is removed; handles are small and used again. Returns 0 or -ENOMEM.
 */
int cluster_add(struct cluster *c, uint64_t id, struct geo_point at, uint32_t *handle);

/* The point must be there (assert). */
void cluster_remove(struct cluster *c, uint32_t handle);

/*
 * The point goes `ahead` removals from now: fetches some of the memory that its own
 * will look at, which depends on what the step before fetched. Worth while with
 * CLUSTER_AHEAD_MOST first and then each less, down to 1, while others are removed;
 * changes nothing.
 */
void cluster_fetch(const struct cluster *c, uint32_t handle, unsigned ahead);

struct cluster_place cluster_of(const struct cluster *c, uint32_t handle);

/* What cluster_add() was told, and where it is, as that took it. */
uint64_t cluster_id(const struct cluster *c, uint32_t handle);
struct geo_point cluster_at(const struct cluster *c, uint32_t handle);

/*
 * The caller's bytes, zero when the point was added. Handles behind the largest so
 * far have none. They may move with the next cluster_add().
 */
void *cluster_extra(const struct cluster *c, uint32_t handle);

/*
 * Components with a core point within eps of a place, each once, in no particular
 * order: at most `most` of them. Returns how many.
 */
size_t cluster_near(const struct cluster *c, struct geo_point at, uint64_t *components,
	size_t most);

/* Core points of a component, 0 when there is none of that id. */
size_t cluster_size(const struct cluster *c, uint64_t component);

/* Return non-zero to stop. */
typedef int (*cluster_visit)(
	void *arg, uint64_t id, struct geo_point at, uint32_t handle);

/*
 * Visits the core points of a component in no particular order. Returns what
 * the visitor stopped with, or 0. The visitor must not add or remove.
 */
int cluster_walk(
	const struct cluster *c, uint64_t component, cluster_visit visit, void *arg);

/*
 * The same with the points that are not core in and around the component's cells:
 * those of its border are among them. A point perhaps more than once.
 */
int cluster_walk_edge(
	const struct cluster *c, uint64_t component, cluster_visit visit, void *arg);

size_t cluster_points(const struct cluster *c);

size_t cluster_components(const struct cluster *c);

/* Bytes of memory that are or were in use. They are kept for later points. */
size_t cluster_bytes(const struct cluster *c);

#endif
