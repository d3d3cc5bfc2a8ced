/*
 * cluster_internal - what the files of cluster.h share
 *
 *	cluster.c            adding and removing: who counts how many neighbours
 *	cluster_fetch.c      fetching ahead what a removal will need
 *	cluster_ask.c        asking
 *	cluster_block.c      cells by their place
 *	cluster_around.c     which are neighbours
 *	cluster_cell.c       cells coming and going, and their edges
 *	cluster_site.c       the sites of a cell and their quadtree
 *	cluster_leaf.c       its leaves
 *	cluster_near.c       which sites of a cell are near a place
 *	cluster_graph.c      core sites and the witnesses between cells
 *	cluster_component.c  components and their names
 *	cluster_part.c       how components fall apart
 *
 * What they work on and how that lies in memory is in cluster_layout.h.
 */
#ifndef GEO_CLUSTER_INTERNAL_H
#define GEO_CLUSTER_INTERNAL_H

#include "geo/cluster_layout.h"

/* ---- cluster_block.c */

void block_init(struct cluster *c);
void block_fini(struct cluster *c);

/* Room for one more cell in whatever block. 0 or -ENOMEM. */
int block_reserve(struct cluster *c, struct lattice_cell at);

/* The cell at a place, or NONE. */
uint32_t block_find_cell(const struct cluster *c, struct lattice_cell at);

/* A cell goes into its block, for which there is room, or out of it. */
void block_put_cell(struct cluster *c, uint32_t cell);
void block_take_cell(struct cluster *c, uint32_t cell);

/* The blocks there, or NONE. n is BLOCKS_AROUND_MOST at the most. */
void block_find_all(const struct cluster *c, const struct block_place *places,
	uint32_t n, uint32_t *found);

/* ---- cluster_around.c */

/* The cells around one; with a place in it only those within its reach. */
void block_around(const struct cluster *c, struct lattice_cell cell,
	const struct geo_point *at, struct around *around);

/*
 * Those within the reach of a site that its cell has no edge to. False: which they
 * are is not known that easily here.
 */
bool around_unlinked(const struct cluster *c, uint32_t site, struct around *around);

/* Those around a site; found once in a change. */
const struct around *site_around(struct cluster *c, uint32_t site);

enum around_kind {
	AROUND_SPARSE,
	AROUND_CROWDED,
	AROUND_CORE, /* with core sites */
	AROUND_EDGE, /* with sites that are not core */
};

/* What is to be known of a cell to look for sites in it. */
struct face {
	uint32_t tree;
	uint32_t cell;
	struct lattice_cell at;
	bool is_sparse; /* else all in it are core */
};

/* Those of a kind, and what they hold is fetched. How many. */
size_t around_list(const struct cluster *c, const struct around *around,
	enum around_kind kind, struct face out[LATTICE_AROUND_MOST]);

static inline struct face
face_of(const struct cluster *c, uint32_t index)
{
	const struct cell *cell = cell_at(c, index);

	return (struct face){
		.tree = cell_entry(c, cell)->tree,
		.cell = index,
		.at = cell->at,
		.is_sparse = cell_is_sparse(c, cell),
	};
}

/* ---- cluster_cell.c */

void cell_init(struct cluster *c);
void cell_fini(struct cluster *c);

/* The cell of a place; makes it when it is new. 0 or -ENOMEM. */
int cell_open(struct cluster *c, struct lattice_cell at, uint32_t *cell);

/* Of a cell without sites. */
void cell_close(struct cluster *c, uint32_t cell);

/* Room for all edges that one change may make. 0 or -ENOMEM. */
int side_reserve(struct cluster *c);

/* The bit of `linked` for a cell over there, 0 when it is not in the square. */
static inline uint32_t
side_bit(struct lattice_cell at, struct lattice_cell over)
{
	uint32_t row = over.row + LATTICE_SPANS_MOST / 2 - at.row;
	uint32_t column = over.column + LATTICE_SPANS_MOST / 2 - at.column;

	return row < LATTICE_SPANS_MOST && column < LATTICE_SPANS_MOST
		       ? UINT32_C(1) << (row * LATTICE_SPANS_MOST + column)
		       : 0;
}

/* The side of a cell towards another, or NULL. */
struct side *side_find(const struct cluster *c, const struct cell *cell, uint32_t over);

/* It may move the other sides of that cell. */
void side_add(struct cluster *c, uint32_t cell, struct side side);

/* Its place goes to the last one. */
void side_take(struct cluster *c, struct cell *cell, struct side *side);

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

/* A place in the cell's box, in steps of 2^-DEPTH_MOST of its height and width. */
struct way {
	uint64_t y;
	uint64_t x;
};

struct way way_to(const struct lattice_box *box, struct geo_point at);

static inline uint16_t
way_rough(uint64_t steps)
{
	return (uint16_t)(steps >> (DEPTH_MOST - ROUGH_DEPTH));
}

/* ---- cluster_leaf.c */

void leaf_init(struct cluster *c);
void leaf_fini(struct cluster *c);

/* What one change may take. 0 or -ENOMEM. */
int leaf_reserve(struct cluster *c);

/* Gives back the room. */
void leaf_drop(struct cluster *c, uint32_t tree);

/* A site that is not in it, into a leaf with fewer than LEAF_SITES_MOST, or out of it.
 */
void leaf_put(struct cluster *c, const struct lattice_box *box, uint32_t *tree,
	uint32_t site);
void leaf_take(struct cluster *c, uint32_t *tree, uint32_t site);

/* Where in the leaf a site is that is there (assert). */
uint32_t leaf_find(const struct cluster *c, uint32_t tree, uint32_t site);

/* ---- cluster_near.c */

/* Up to `most` sites of the cell within eps of the site. Returns how many. */
size_t near_list(const struct cluster *c, const struct face *in,
	const struct site *from, uint32_t *out, size_t most);

/* Points of the cell within eps of the site. */
uint32_t near_count(
	const struct cluster *c, const struct face *in, const struct site *from);

/* ---- cluster_graph.c */

/* A core site of the cell within eps of the site, or NONE. */
uint32_t graph_core_near(
	const struct cluster *c, const struct face *in, const struct site *from);

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
