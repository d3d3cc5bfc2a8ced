#include "geo/cluster_internal.h"

/* Boxes hold their points give or take this. */
static const double SLACK_DEG = 1e-11;

/*
 * A place in a cell's quadtree: its depth, and its number in each direction,
 * counted in boxes of that depth.
 */
struct spot {
	uint32_t tree;
	uint32_t depth;
	uint64_t y;
	uint64_t x;
};

enum relation {
	OUTSIDE,
	PARTLY,
	INSIDE, /* all of the box is within eps */
};

/* A walk through those parts of a cell's tree that are not OUTSIDE. */
struct walk {
	const struct cluster *c;
	const struct site *from;
	struct lattice_box box;
	size_t n;
	struct spot stack[TREE_STACK_MOST];
};

static double
larger(double a, double b)
{
	return a > b ? a : b;
}

static void
walk_init(struct walk *w, const struct cluster *c, const struct entry *in,
	const struct site *from)
{
	w->c = c;
	w->from = from;
	w->box = lattice_box(c->lattice, cell_at(c, in->cell)->at);
	w->n = 1;
	w->stack[0] = (struct spot){.tree = in->tree};
}

/* Nearest and farthest difference of a value to what lies in low..low + width. */
static void
differences(double value, double low, double width, double *nearest, double *farthest)
{
	double below = low - value;
	double above = value - (low + width);

	*nearest = larger(larger(below, above) - SLACK_DEG, 0) * (M_PI / 180.0);
	*farthest = (larger(-below, -above) + SLACK_DEG) * (M_PI / 180.0);
}

/* As site_is_near(), with bounds for the box in place of a second site. */
static enum relation
relate(const struct walk *w, const struct spot *spot)
{
	double part = 1.0 / (double)(UINT64_C(1) << spot->depth);
	double height = w->box.height_deg * part;
	double width = w->box.width_deg * part;
	double lon = difference_lon_deg(
		w->box.west_deg + w->box.width_deg / 2, w->from->at.lon_deg);
	double lat_near, lat_far, lon_near, lon_far;
	double cos_least = (double)w->from->cos_lat * w->box.cos_least;
	double cos_most = (double)w->from->cos_lat * w->box.cos_most;

	differences(w->from->at.lat_deg, w->box.south_deg + (double)spot->y * height,
		height, &lat_near, &lat_far);
	/* From the middle of the cell's box, which may lie beyond +-180. */
	differences(lon, (double)spot->x * width - w->box.width_deg / 2, width,
		&lon_near, &lon_far);
	if (lon_far > M_PI) {
		/* Only at a pole: the other way round may be shorter. */
		lon_near = larger(fmin(lon_near, 2 * M_PI - lon_far), 0);
		lon_far = M_PI;
	}
	if (lat_far * lat_far + cos_most * lon_far * lon_far <= w->c->inside_rad2) {
		return INSIDE;
	}
	lat_near *= lat_near;
	lon_near *= lon_near;
	return (lat_near + cos_least * lon_near) *
				       (1 - larger(lat_near, lon_near) / 12) >
			       w->c->outside_rad2
		       ? OUTSIDE
		       : PARTLY;
}

/*
 * The next leaf that may hold something near; or, when `whole` is given, a node
 * that lies within eps altogether, and *whole tells so. False at the end.
 */
static bool
walk_next(struct walk *w, uint32_t *tree, bool *whole)
{
	while (w->n > 0) {
		struct spot spot = w->stack[--w->n];
		enum relation relation = relate(w, &spot);

		if (relation == OUTSIDE) {
			continue;
		}
		*tree = spot.tree;
		if (whole != NULL) {
			*whole = relation == INSIDE;
		}
		if (tree_is_leaf(spot.tree) || (relation == INSIDE && whole != NULL)) {
			return true;
		}
		for (uint32_t i = 0; i < 4; i++) {
			w->stack[w->n++] = (struct spot){
				.tree = node_at(w->c, spot.tree)->quarter[i],
				.depth = spot.depth + 1,
				.y = spot.y << 1 | i >> 1,
				.x = spot.x << 1 | (i & 1),
			};
		}
	}
	return false;
}

static size_t
list_near_in_leaf(const struct cluster *c, uint32_t tree, const struct site *from,
	uint32_t *out, size_t most)
{
	size_t n = 0;

	for (uint32_t site = leaf_first(tree); site != NONE && n < most;) {
		const struct site *s = site_at(c, site);

		if (site_is_near(c, from, s)) {
			out[n++] = site;
		}
		site = s->leaf_next;
	}
	return n;
}

/* Apart from near_list(), which seldom needs so large a stack. */
static size_t
list_in_tree(const struct cluster *c, const struct entry *in, const struct site *from,
	uint32_t *out, size_t most)
{
	struct walk walk;
	uint32_t tree;
	size_t n = 0;

	walk_init(&walk, c, in, from);
	while (n < most && walk_next(&walk, &tree, NULL)) {
		n += list_near_in_leaf(c, tree, from, out + n, most - n);
	}
	return n;
}

size_t
near_list(const struct cluster *c, const struct entry *in, const struct site *from,
	uint32_t *out, size_t most)
{
	return tree_is_leaf(in->tree) ? list_near_in_leaf(c, in->tree, from, out, most)
				      : list_in_tree(c, in, from, out, most);
}

static uint32_t
count_near_in_leaf(const struct cluster *c, uint32_t tree, const struct site *from)
{
	uint32_t n = 0;

	for (uint32_t site = leaf_first(tree); site != NONE;) {
		const struct site *s = site_at(c, site);

		if (site_is_near(c, from, s)) {
			n += s->n_points;
		}
		site = s->leaf_next;
	}
	return n;
}

static uint32_t
count_in_tree(const struct cluster *c, const struct entry *in, const struct site *from)
{
	struct walk walk;
	uint32_t tree;
	bool whole;
	uint32_t n = 0;

	walk_init(&walk, c, in, from);
	while (walk_next(&walk, &tree, &whole)) {
		n += whole && !tree_is_leaf(tree) ? node_at(c, tree)->n_points
						  : count_near_in_leaf(c, tree, from);
	}
	return n;
}

uint32_t
near_count(const struct cluster *c, const struct entry *in, const struct site *from)
{
	return tree_is_leaf(in->tree) ? count_near_in_leaf(c, in->tree, from)
				      : count_in_tree(c, in, from);
}
