#include "geo/cluster_internal.h"

/* Boxes hold their points give or take this. */
static const double SLACK_RAD = 1e-11 * (M_PI / 180.0);

enum relation {
	OUTSIDE,
	PARTLY,
	INSIDE, /* all of the box is within eps */
};

/*
 * A cell's box as seen from a site: the corner to the south-west and one of the 2^16
 * steps across it, in radians of latitude and longitude.
 */
struct view {
	const struct cluster *c;
	const struct site *from;
	double south, west;
	double up, along;
	double cos_least, cos_most; /* of the site's and any in the box, multiplied */
};

/* A place in a cell's quadtree: a box, in steps. */
struct spot {
	uint32_t tree;
	double y;
	double x;
	double size;
};

/* A walk through those parts of a cell's tree that are not OUTSIDE. */
struct walk {
	struct view view;
	size_t n;
	struct spot stack[TREE_STACK_MOST];
};

static const double STEPS = 1 << ROUGH_DEPTH;

static double
larger(double a, double b)
{
	return a > b ? a : b;
}

static struct view
view_of(const struct cluster *c, const struct face *in, const struct site *from)
{
	struct lattice_box box = lattice_box(c->lattice, in->at);
	double width = box.width_deg * (M_PI / 180.0);
	double middle_deg = box.west_deg + box.width_deg / 2;

	/* By the middle of the box, which may lie beyond +-180. */
	return (struct view){
		.c = c,
		.from = from,
		.south = difference_rad(from->at.lat_deg, box.south_deg),
		.west = difference_lon_deg(from->at.lon_deg, middle_deg) *
				(M_PI / 180.0) -
			width / 2,
		.up = box.height_deg * (M_PI / 180.0) / STEPS,
		.along = width / STEPS,
		.cos_least = (double)from->cos_lat * box.cos_least,
		.cos_most = (double)from->cos_lat * box.cos_most,
	};
}

/* As site_is_near(), with bounds for the box in place of a second site. */
static inline enum relation
relate(const struct view *v, double y, double x, double size)
{
	double south = v->south + y * v->up;
	double north = south + size * v->up;
	double west = v->west + x * v->along;
	double east = west + size * v->along;
	double lat_near = larger(larger(south, -north) - SLACK_RAD, 0);
	double lat_far = larger(north, -south) + SLACK_RAD;
	double lon_near = larger(larger(west, -east) - SLACK_RAD, 0);
	double lon_far = larger(east, -west) + SLACK_RAD;

	if (lon_far > M_PI) {
		/* Only at a pole: the other way round may be shorter. */
		lon_near = larger(fmin(lon_near, 2 * M_PI - lon_far), 0);
		lon_far = M_PI;
	}
	if (lat_far * lat_far + v->cos_most * lon_far * lon_far <= v->c->inside_rad2) {
		return INSIDE;
	}
	lat_near *= lat_near;
	lon_near *= lon_near;
	return (lat_near + v->cos_least * lon_near) *
				       (1 - larger(lat_near, lon_near) / 12) >
			       v->c->outside_rad2
		       ? OUTSIDE
		       : PARTLY;
}

static inline bool
rough_is_near(const struct view *v, const struct rough *rough)
{
	enum relation relation = relate(v, rough->y, rough->x, 1);

	return relation == INSIDE ||
	       (relation == PARTLY &&
		       site_is_near(v->c, v->from, site_at(v->c, rough->site)));
}

static void
walk_init(struct walk *w, const struct cluster *c, const struct face *in,
	const struct site *from)
{
	w->view = view_of(c, in, from);
	w->n = 1;
	w->stack[0] = (struct spot){.tree = in->tree, .size = STEPS};
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
		enum relation relation = relate(&w->view, spot.y, spot.x, spot.size);

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
		spot.size /= 2;
		for (unsigned i = 0; i < 4; i++) {
			uint32_t quarter = node_at(w->view.c, spot.tree)->quarter[i];

			if (quarter != EMPTY_LEAF) {
				w->stack[w->n++] = (struct spot){
					.tree = quarter,
					.y = spot.y + (i >> 1 ? spot.size : 0),
					.x = spot.x + (i & 1 ? spot.size : 0),
					.size = spot.size,
				};
			}
		}
	}
	return false;
}

/* A leaf with a room, or one site alone. */
static size_t
list_near_in_leaf(const struct view *v, uint32_t tree, uint32_t *out, size_t most)
{
	const struct rough *roughs;
	uint32_t size = leaf_size(v->c, tree);
	size_t n = 0;

	if (leaf_class(tree) == 0) {
		out[0] = tree & LEAF_NUMBER;
		return size == 1 && site_is_near(v->c, v->from, site_at(v->c, out[0]));
	}
	roughs = leaf_roughs(v->c, tree);
	for (uint32_t i = 0; i < size && n < most; i++) {
		if (rough_is_near(v, &roughs[i])) {
			out[n++] = roughs[i].site;
		}
	}
	return n;
}

/* Apart from near_list(), which seldom needs so large a stack. */
static size_t
list_in_tree(const struct cluster *c, const struct face *in, const struct site *from,
	uint32_t *out, size_t most)
{
	struct walk walk;
	uint32_t tree;
	size_t n = 0;

	walk_init(&walk, c, in, from);
	while (n < most && walk_next(&walk, &tree, NULL)) {
		n += list_near_in_leaf(&walk.view, tree, out + n, most - n);
	}
	return n;
}

size_t
near_list(const struct cluster *c, const struct face *in, const struct site *from,
	uint32_t *out, size_t most)
{
	struct view view = {.c = c, .from = from};

	if (!tree_is_leaf(in->tree)) {
		return list_in_tree(c, in, from, out, most);
	}
	if (leaf_class(in->tree) > 0) {
		view = view_of(c, in, from);
	}
	return list_near_in_leaf(&view, in->tree, out, most);
}

static uint32_t
count_near_in_leaf(const struct view *v, uint32_t tree)
{
	const struct rough *roughs;
	uint32_t size = leaf_size(v->c, tree);
	uint32_t n = 0;

	if (leaf_class(tree) == 0) {
		const struct site *site = site_at(v->c, tree & LEAF_NUMBER);

		return size == 1 && site_is_near(v->c, v->from, site) ? site->n_points
								      : 0;
	}
	roughs = leaf_roughs(v->c, tree);
	for (uint32_t i = 0; i < size; i++) {
		if (rough_is_near(v, &roughs[i])) {
			n += roughs[i].is_pile ? site_at(v->c, roughs[i].site)->n_points
					       : 1;
		}
	}
	return n;
}

static uint32_t
count_in_tree(const struct cluster *c, const struct face *in, const struct site *from)
{
	struct walk walk;
	uint32_t tree;
	bool whole;
	uint32_t n = 0;

	walk_init(&walk, c, in, from);
	while (walk_next(&walk, &tree, &whole)) {
		n += whole && !tree_is_leaf(tree)
			     ? node_at(c, tree)->n_points
			     : count_near_in_leaf(&walk.view, tree);
	}
	return n;
}

uint32_t
near_count(const struct cluster *c, const struct face *in, const struct site *from)
{
	struct view view = {.c = c, .from = from};

	if (!tree_is_leaf(in->tree)) {
		return count_in_tree(c, in, from);
	}
	if (leaf_class(in->tree) > 0) {
		view = view_of(c, in, from);
	}
	return count_near_in_leaf(&view, in->tree);
}
