/*
 * cluster_layout - where a cluster has what
 *
 * All objects are slots of pools, known by number (NONE: none). Whatever a
 * change needs is reserved at its beginning; so pointers into pools live until
 * the next cluster_add(), and nothing behind the reservation can fail.
 *
 * Layout. What a change costs is lines of memory that no cache holds, so what is
 * read together lies together. Cells are found by the block of eight times eight
 * that they are in: a line for each block says which of its cells are there and
 * of which kind, and right behind are their quadtrees; so of the 24 cells around
 * one, those that matter are known from some two blocks, and nothing is kept for
 * those that do not. Where a cell has several sites a line or two say roughly where
 * each is, which mostly tells whether it is near; else half a line of the site does,
 * and who it belongs to lies elsewhere. A cell is a line. Only cells with an edge
 * between them know of each other.
 */
#ifndef GEO_CLUSTER_LAYOUT_H
#define GEO_CLUSTER_LAYOUT_H

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
	LEAF_SITES_MOST = 16,
	LEAF_SITES_LEAST = 8,
	/* Rooms for 2, 4, 8 and 16 sites. */
	LEAF_CLASSES = 4,
	/* Halvings of a cell. At 1e-11 degrees all sites of the largest have parted. */
	DEPTH_MOST = 46,
	/* Halvings that tell roughly where a site is. */
	ROUGH_DEPTH = 16,
	/* To walk a tree, depth first: three more at each depth than were taken. */
	TREE_STACK_MOST = 3 * DEPTH_MOST + 4,
	BLOCK_SIDE = LATTICE_ROWS_ALIKE,
	BLOCK_CELLS = BLOCK_SIDE * BLOCK_SIDE,
	/* Classes of rooms for entries, and for sides. */
	ENTRY_CLASSES = 5,
	SIDE_CLASSES = 6,
	/* Blocks that hold the cells around one. */
	BLOCKS_AROUND_MOST = 25,
	AROUNDS_KEPT = 16, /* a power of two */
	/* Sites that one point can make core, or not core any more. */
	CHANGED_MOST = (LATTICE_AROUND_MOST + 1) * CLUSTER_MIN_POINTS_MOST,
	/* Cells that may lose an edge by one point: those around those around. */
	LOOSE_MOST = 512,
};

/*
 * A place in a quadtree: a node, or with the top bit a leaf. Of a leaf three bits are
 * the class of its room and the rest its number; one of class 0 has no room, its
 * number is that of its only site.
 */
#define LEAF UINT32_C(0x80000000)
#define LEAF_CLASS_SHIFT 28
#define LEAF_NUMBER UINT32_C(0x0fffffff)
#define EMPTY_LEAF (LEAF | LEAF_NUMBER)

/* Behind it come the caller's bytes. */
struct point {
	uint64_t id;
	uint32_t site;
	uint32_t next;
	uint32_t prev;
};

/* All points with the same coordinates, as neighbours see it: half a line. */
struct site {
	struct geo_point at;
	float cos_lat;
	uint32_t
		n_near : 31; /* points within eps; kept only while the cell is sparse */
	uint32_t is_core : 1;
	uint32_t cell;
	uint32_t n_points;
};

/*
 * What a leaf tells of a site: that it is in a box of 2^-16 of the cell's height and
 * width, counted from the south-west. Mostly that says whether it is near.
 */
struct rough {
	uint32_t site : 31;   /* NONE: nothing from here on */
	uint32_t is_pile : 1; /* more than one point */
	uint16_t y;
	uint16_t x;
};

/* The rest of a site, under the same number. */
struct belongs {
	uint32_t points; /* the first */
	union {
		uint32_t core_prev;
		uint32_t beside; /* while not core: a site that was near it, or NONE */
	};
	uint32_t core_next;
};

struct node {
	uint32_t quarter[4]; /* nodes or leaves */
	uint32_t n_points;
	uint32_t n_sites;
};

/* What a block has of a cell. */
struct entry {
	uint32_t tree; /* its quadtree, as a quarter of a node */
	uint32_t cell;
};

/*
 * Cells that lie together, one bit for each, row by row; their entries in the
 * order of their bits. A line.
 */
struct block {
	uint32_t row; /* in blocks */
	uint32_t column;
	uint32_t index_next;
	uint32_t entries;   /* in the pool of their class */
	uint64_t there;     /* all that have a site */
	uint64_t sparse;    /* with fewer than min_points points */
	uint64_t core;      /* with core sites */
	uint64_t edge;      /* with a site that is not core, so it is sparse */
	struct entry alone; /* class 0: the only one */
	uint8_t entry_class;
};

/* Where a block is, or would be, and some of its cells. */
struct block_place {
	uint32_t row;
	uint32_t column;
	uint64_t mask;
};

/* The cells around a place: of each block which. */
struct around {
	uint32_t n;
	uint32_t blocks[BLOCKS_AROUND_MOST];
	uint64_t masks[BLOCKS_AROUND_MOST];
};

/* A line. */
struct cell {
	struct lattice_cell at;
	uint32_t block;
	uint32_t n_points;
	uint32_t n_sites;
	uint32_t n_core_sites;
	uint32_t sides; /* in the pool of its class */
	uint8_t n_sides;
	uint8_t side_class;  /* 0: no room */
	uint8_t bit;         /* in the block */
	uint16_t mark;       /* while a component is searched: by whom */
	uint32_t core_first; /* core sites, by when they became it */
	uint32_t core_last;
	uint32_t component;   /* NONE without a core site */
	uint32_t fellow_prev; /* ring of the component's cells */
	uint32_t fellow_next;
	uint32_t queue_next;
	uint32_t linked; /* edges to cells of the square around: as lattice_reach() */
};

/*
 * What a cell knows of its edge with another: the edge is the two sides'
 * witnesses. Behind `tried` come, in the list of core sites, those of which it is
 * not known whether they are within eps of a core site over there that is tried,
 * too; without an edge all are tried. A witness was found by trying a site of one
 * side, which stays untried: when the other witness goes, it will be tried again.
 */
struct side {
	uint32_t cell;    /* over there */
	uint32_t witness; /* a core site of ours, or TORN */
	uint32_t tried;   /* the last core site of ours that was, NONE: none was */
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
	/* When leaves are joined: the sites of a sparse cell are always one leaf. */
	uint32_t leaf_least;
	struct pool points;
	struct pool sites;
	struct pool belongs; /* as many as sites */
	struct pool nodes;
	struct pool leaves[LEAF_CLASSES];
	struct pool cells;
	struct pool blocks;
	struct pool entries[ENTRY_CLASSES];
	struct pool sides[SIDE_CLASSES];
	struct pool components;
	struct pool names;
	/* Blocks by place: linear hashing, so it grows by a bucket at a time. */
	struct pool buckets;
	uint32_t n_buckets;
	uint32_t serial;
	/* Of the change under way. */
	struct around arrival; /* found before it is known at which site it is */
	uint32_t arrival_site; /* or NONE */
	struct around arounds[AROUNDS_KEPT];
	uint32_t around_of[AROUNDS_KEPT]; /* which site, or NONE */
	uint32_t n_changed;
	uint32_t n_loose;
	uint32_t changed[CHANGED_MOST];
	uint32_t loose[LOOSE_MOST];
};

static inline struct point *
point_at(const struct cluster *c, uint32_t point)
{
	return pool_at(&c->points, point);
}

static inline struct site *
site_at(const struct cluster *c, uint32_t site)
{
	return (struct site *)c->sites.slots + site;
}

static inline struct belongs *
belongs_at(const struct cluster *c, uint32_t site)
{
	return (struct belongs *)c->belongs.slots + site;
}

static inline struct block *
block_at(const struct cluster *c, uint32_t block)
{
	return (struct block *)c->blocks.slots + block;
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

static inline unsigned
leaf_class(uint32_t tree)
{
	return tree >> LEAF_CLASS_SHIFT & 7;
}

/* Of a leaf that has a room. */
static inline struct rough *
leaf_roughs(const struct cluster *c, uint32_t tree)
{
	return (struct rough *)c->leaves[leaf_class(tree) - 1].slots +
	       ((size_t)(tree & LEAF_NUMBER) << leaf_class(tree));
}

static inline uint32_t
leaf_size(const struct cluster *c, uint32_t tree)
{
	uint32_t room = UINT32_C(1) << leaf_class(tree);
	const struct rough *roughs;
	uint32_t n = 0;

	if (room == 1) {
		return tree != EMPTY_LEAF;
	}
	roughs = leaf_roughs(c, tree);
	while (n < room && roughs[n].site != NONE) {
		n++;
	}
	return n;
}

/* A site of the leaf, i below its size. */
static inline uint32_t
leaf_site(const struct cluster *c, uint32_t tree, uint32_t i)
{
	return leaf_class(tree) == 0 ? tree & LEAF_NUMBER
				     : leaf_roughs(c, tree)[i].site;
}

/*
 * Of what fetches memory and does nothing else. gcc takes such a function for one
 * without effect and leaves out calls that it has not inlined before it finds that.
 */
#define FETCHES static inline __attribute__((always_inline))

/* What will be looked at next. */
FETCHES void
tree_prefetch(const struct cluster *c, uint32_t tree)
{
	if (!tree_is_leaf(tree)) {
		__builtin_prefetch(node_at(c, tree));
	} else if (leaf_class(tree) == 0) {
		__builtin_prefetch(site_at(c, tree & LEAF_NUMBER));
	} else {
		__builtin_prefetch(leaf_roughs(c, tree));
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
 * A bucket of blocks: the first, and if it is the only one enough of its hash to
 * pass it over unseen.
 */
struct bucket {
	uint32_t first;
	uint32_t print; /* MANY: see for yourself */
};

static inline struct bucket *
bucket_at(const struct cluster *c, uint32_t bucket)
{
	return (struct bucket *)c->buckets.slots + bucket;
}

static inline struct entry *
block_entries(const struct cluster *c, struct block *block)
{
	return block->entry_class == 0
		       ? &block->alone
		       : pool_at(&c->entries[block->entry_class - 1], block->entries);
}

static inline unsigned
block_bit(struct lattice_cell at)
{
	return at.row % BLOCK_SIDE * BLOCK_SIDE + at.column % BLOCK_SIDE;
}

/* Which of the block's entries is that cell's. */
static inline unsigned
block_rank(const struct block *block, unsigned bit)
{
	return (unsigned)__builtin_popcountll(
		block->there & ((UINT64_C(1) << bit) - 1));
}

static inline struct entry *
cell_entry(const struct cluster *c, const struct cell *cell)
{
	struct block *block = block_at(c, cell->block);

	return block_entries(c, block) + block_rank(block, cell->bit);
}

/* In a cell that is not sparse all points are core. */
static inline bool
cell_is_sparse(const struct cluster *c, const struct cell *cell)
{
	return cell->n_points < c->options.min_points;
}

static inline void
mask_set(uint64_t *mask, unsigned bit, bool is_in)
{
	*mask = (*mask & ~(UINT64_C(1) << bit)) | (uint64_t)is_in << bit;
}

/* After its points, its sites or its core sites have changed. */
static inline void
cell_flag(struct cluster *c, uint32_t index)
{
	const struct cell *cell = cell_at(c, index);
	struct block *block = block_at(c, cell->block);
	bool is_sparse = cell_is_sparse(c, cell);

	mask_set(&block->sparse, cell->bit, is_sparse);
	mask_set(&block->core, cell->bit, cell->core_first != NONE);
	mask_set(&block->edge, cell->bit,
		is_sparse && cell->n_core_sites < cell->n_sites);
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
	double square = lat2 + (double)a->cos_lat * (double)b->cos_lat * lon2;

	if (square <= c->inside_rad2) {
		return true;
	}
	if (square * (1 - (lat2 > lon2 ? lat2 : lon2) / 12) > c->outside_rad2) {
		return false;
	}
	return measure_distance_m(a->at, b->at) <= c->options.eps_m;
}

#endif
