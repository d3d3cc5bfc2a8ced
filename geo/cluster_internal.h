/*
 * cluster_internal - what the files of cluster.h share
 *
 *	cluster.c            adding and removing: who counts how many neighbours
 *	cluster_ask.c        asking
 *	cluster_cell.c       cells by their place, and which are neighbours
 *	cluster_site.c       the sites of a cell and their quadtree
 *	cluster_near.c       which sites of a cell are near a place
 *	cluster_graph.c      core sites and the witnesses between cells
 *	cluster_component.c  components and their names
 *	cluster_part.c       how components fall apart
 *
 * All objects are slots of pools, known by number (NONE: none). Whatever a
 * change needs is reserved at its beginning; so pointers into pools live until
 * the next cluster_add(), and nothing behind the reservation can fail.
 */
#ifndef GEO_CLUSTER_INTERNAL_H
#define GEO_CLUSTER_INTERNAL_H

#include <math.h>

#include "geo/cluster.h"
#include "geo/lattice.h"
#include "geo/measure.h"
#include "geo/pool.h"

#define NONE POOL_NONE

/* A side's witness that is gone, until it is known whether there is another. */
#define TORN (POOL_NONE - 1)

enum {
	/* A leaf of the quadtree with more is split, one with fewer is joined. */
	LEAF_SITES_MOST = 8,
	LEAF_SITES_LEAST = 4,
	/*
	 * Halvings of a cell. At 1e-11 degrees the sites of the largest cells part
	 * but for a handful beside a pole.
	 */
	DEPTH_MOST = 40,
	/* To walk a tree, depth first: three more at each depth than were taken. */
	TREE_STACK_MOST = 3 * DEPTH_MOST + 4,
	CELL_IS_SPARSE = 1,
	CELL_HAS_CORE = 2,
	CELL_HAS_EDGE = 4, /* a site that is not core; so it is sparse */
	/* Classes of rooms for sides. */
	SIDE_CLASSES = 6,
	/* Sites that one point can make core, or not core any more. */
	CHANGED_MOST = (LATTICE_AROUND_MOST + 1) * CLUSTER_MIN_POINTS_MOST,
	/* Cells that may lose an edge by one point: those around those around. */
	LOOSE_MOST = 512,
};

/* The top bit of a place in a quadtree: a leaf, the rest its first site. */
#define LEAF UINT32_C(0x80000000)
#define EMPTY_LEAF (LEAF | NONE)

struct point {
	uint64_t id;
	uint32_t site;
	uint32_t next;
	uint32_t prev;
};

/* All points with the same coordinates. What neighbours read stands first. */
struct site {
	struct geo_point at;
	double cos_lat;
	uint32_t n_near; /* points within eps; kept only while the cell is sparse */
	uint32_t leaf_next;
	uint32_t cell;
	uint32_t n_points;
	uint32_t points; /* the first */
	uint32_t core_prev;
	uint32_t core_next;
	bool is_core;
};

struct node {
	uint32_t quarter[4]; /* a node, or LEAF and its first site */
	uint32_t n_points;
	uint32_t n_sites;
};

/* What neighbours read stands first. */
struct cell {
	struct lattice_cell at;
	uint32_t n_points;
	uint32_t n_sites;
	uint32_t n_core_sites;
	uint32_t index_next;
	uint32_t sides; /* in the pool of its class */
	uint8_t n_sides;
	uint8_t side_class;  /* 0: no room */
	uint16_t mark;       /* while a component is searched: by whom */
	uint32_t core_first; /* core sites, by when they became it */
	uint32_t core_last;
	uint32_t component;   /* NONE without a core site */
	uint32_t fellow_prev; /* ring of the component's cells */
	uint32_t fellow_next;
	uint32_t queue_next;
};

/*
 * What a cell knows of its pair with a neighbouring cell. The pair's edge is
 * the two sides' witnesses. `untried` is the first in the list of core sites
 * from which on it is not known whether they are within eps of a core site over
 * there that is tried, too; so without a witness nothing is untried. A witness
 * was found by trying an untried site of one side, which stays untried: when
 * the other witness goes, it will be tried again.
 */
struct side {
	uint32_t cell;    /* over there */
	uint32_t witness; /* a core site of ours, NONE or TORN */
	uint32_t untried; /* a core site of ours, or NONE */
};

struct component {
	uint32_t first; /* a cell */
	uint32_t n_cells;
	uint32_t n_core; /* points */
	uint32_t claim;  /* n_core before this change, while it may merge */
	uint32_t name;   /* NONE: born in this change */
};

/* The lasting half of a component: its id is serial and slot. */
struct name {
	uint32_t serial;
	uint32_t component;
};

struct cluster {
	struct cluster_options options;
	struct lattice *lattice;
	/* Bounds of d * d in radians: surely within eps, surely not. */
	double inside_rad2;
	double outside_rad2;
	/*
	 * When leaves are split and joined: the sites of a sparse cell are always
	 * one leaf, that is, one list.
	 */
	uint32_t leaf_most;
	uint32_t leaf_least;
	struct pool points;
	struct pool sites;
	struct pool nodes;
	struct pool cells;
	/*
	 * Of each cell what its neighbours ask most: whether it is sparse and has
	 * core sites, and its quadtree, as a quarter of a node. So small that the
	 * processor has it at hand, unlike the cells.
	 */
	uint8_t *flags;
	uint32_t *trees;
	uint32_t room_flags;
	struct pool sides[SIDE_CLASSES];
	struct pool components;
	struct pool names;
	/* Cells by place: linear hashing, so it grows by a bucket at a time. */
	struct bucket *buckets;
	uint32_t n_buckets;
	uint32_t room_buckets;
	uint32_t serial;
	/* Of the change under way. */
	uint32_t n_changed;
	uint32_t n_loose;
	uint32_t changed[CHANGED_MOST];
	uint32_t loose[LOOSE_MOST];
};

static inline struct point *
point_at(const struct cluster *c, uint32_t point)
{
	return (struct point *)c->points.slots + point;
}

static inline struct site *
site_at(const struct cluster *c, uint32_t site)
{
	return (struct site *)c->sites.slots + site;
}

static inline struct cell *
cell_at(const struct cluster *c, uint32_t cell)
{
	return (struct cell *)c->cells.slots + cell;
}

static inline struct node *
node_at(const struct cluster *c, uint32_t node)
{
	return (struct node *)c->nodes.slots + node;
}

static inline bool
tree_is_leaf(uint32_t tree)
{
	return (tree & LEAF) != 0;
}

static inline uint32_t
leaf_first(uint32_t tree)
{
	return tree & ~LEAF;
}

/* What will be looked at next. */
static inline void
tree_prefetch(const struct cluster *c, uint32_t tree)
{
	if (tree_is_leaf(tree)) {
		__builtin_prefetch(site_at(c, leaf_first(tree)));
	} else {
		__builtin_prefetch(node_at(c, tree));
	}
}

/* Sides of a cell: n_sides of them. */
static inline struct side *
cell_sides(const struct cluster *c, const struct cell *cell)
{
	return cell->n_sides == 0
		       ? NULL
		       : pool_at(&c->sides[cell->side_class - 1], cell->sides);
}

/*
 * A bucket of cells: the first, and if it is the only one enough of its hash to
 * pass it over unseen.
 */
struct bucket {
	uint32_t first;
	uint32_t print; /* MANY: see for yourself */
};

/* In a cell that is not sparse all points are core. */
static inline bool
cell_is_sparse(const struct cluster *c, const struct cell *cell)
{
	return cell->n_points < c->options.min_points;
}

/* After its points, its sites or its core sites have changed. */
static inline void
cell_flag(struct cluster *c, uint32_t index)
{
	const struct cell *cell = cell_at(c, index);

	c->flags[index] =
		(uint8_t)((cell_is_sparse(c, cell) ? CELL_IS_SPARSE : 0) |
			  (cell->core_first != NONE ? CELL_HAS_CORE : 0) |
			  (cell_is_sparse(c, cell) && cell->n_core_sites < cell->n_sites
					  ? CELL_HAS_EDGE
					  : 0));
}

static inline bool
cell_has_flag(const struct cluster *c, uint32_t index, unsigned flag)
{
	return (c->flags[index] & flag) != 0;
}

static inline double
difference_rad(double from_deg, double to_deg)
{
	return (to_deg - from_deg) * (M_PI / 180.0);
}

/* East is positive; as short as it can be. */
static inline double
difference_lon_deg(double from_deg, double to_deg)
{
	double deg = to_deg - from_deg;

	return deg > 180 ? deg - 360 : deg < -180 ? deg + 360 : deg;
}

/*
 * measure_distance_m(a, b) <= eps_m, mostly without its sines: with
 * s = lat^2 + cos cos lon^2 for the differences in radians,
 * s (1 - max(lat, lon)^2 / 12) <= 4 hav(d) <= s.
 */
static inline bool
site_is_near(const struct cluster *c, const struct site *a, const struct site *b)
{
	double lat = difference_rad(a->at.lat_deg, b->at.lat_deg);
	double lon = difference_lon_deg(a->at.lon_deg, b->at.lon_deg) * (M_PI / 180.0);
	double lat2 = lat * lat;
	double lon2 = lon * lon;
	double square = lat2 + a->cos_lat * b->cos_lat * lon2;

	if (square <= c->inside_rad2) {
		return true;
	}
	if (square * (1 - (lat2 > lon2 ? lat2 : lon2) / 12) > c->outside_rad2) {
		return false;
	}
	return measure_distance_m(a->at, b->at) <= c->options.eps_m;
}

/* ---- cluster_cell.c */

void cell_init(struct cluster *c);
void cell_fini(struct cluster *c);

/* The cell of a place; makes it and its sides when it is new. 0 or -ENOMEM. */
int cell_open(struct cluster *c, struct geo_point at, uint32_t *cell);

/* The cell of a place and those around it, as far as they are there. How many. */
size_t cell_list_near(const struct cluster *c, struct geo_point at,
	uint32_t out[LATTICE_AROUND_MOST + 1]);

/* What the cell over there knows of the pair. `index` is this cell. */
struct side *side_back(
	const struct cluster *c, uint32_t index, const struct side *side);

/* Of a cell without sites. */
void cell_close(struct cluster *c, uint32_t cell);

/* ---- cluster_site.c */

/* What site_open() may take from the pools. 0 or -ENOMEM. */
int site_reserve(struct cluster *c);

/* NONE when there is none. */
uint32_t site_find(const struct cluster *c, uint32_t cell, struct geo_point at);

/* A new site with room for one point, which the cell's counts have already. */
uint32_t site_open(struct cluster *c, uint32_t cell, struct geo_point at);

/* One more point, or one less, at a site that had some and keeps some. */
void site_count(struct cluster *c, uint32_t site, int by);

/* Takes out a site with its one point; the slot stays the caller's. */
void site_close(struct cluster *c, uint32_t site);

/* ---- cluster_near.c */

/* Up to `most` sites of the cell within eps of the site. Returns how many. */
size_t near_list(const struct cluster *c, uint32_t cell, const struct site *from,
	uint32_t *out, size_t most);

/* Points of the cell within eps of the site. */
uint32_t near_count(const struct cluster *c, uint32_t cell, const struct site *from);

/* ---- cluster_graph.c */

/* A core site of the cell within eps of the site, or NONE. */
uint32_t graph_core_near(
	const struct cluster *c, uint32_t cell, const struct site *from);

/* The sites in `changed` become core. */
void graph_promote(struct cluster *c);

/* The sites in `changed` are core no longer. */
void graph_demote(struct cluster *c);

/* ---- cluster_component.c */

/* The component of that id, or NONE. */
uint32_t component_find(const struct cluster *c, uint64_t id);

uint64_t component_id(const struct cluster *c, uint32_t component);

/* Core points of it, and one of its cells; of NONE nothing. */
size_t component_size(const struct cluster *c, uint32_t component);
uint32_t component_first(const struct cluster *c, uint32_t component);

/* A new component of one cell, without core points. */
void component_open(struct cluster *c, uint32_t cell);

/* Core points more or less. */
void component_count(struct cluster *c, uint32_t component, int64_t by);

/* Before a component is changed by what may merge it. */
void component_hold_claim(struct cluster *c, uint32_t component);

void component_merge(struct cluster *c, uint32_t a, uint32_t b);

/* What was born gets its name, and claims are forgotten. */
void component_settle(struct cluster *c, uint32_t component);

/* The cell has no core point any more. */
void component_leave(struct cluster *c, uint32_t cell);

/* Cells from `first` on, by queue_next, become a component without a name. */
uint32_t component_cut_off(struct cluster *c, uint32_t first);

/* Of a component and what was cut off: most core points get the name. */
void component_name_parts(
	struct cluster *c, uint32_t rest, const uint32_t *parts, uint32_t n_parts);

/* ---- cluster_part.c */

/* Looks whether the components of the cells in `loose` are still whole. */
void part_loose(struct cluster *c);

#endif
