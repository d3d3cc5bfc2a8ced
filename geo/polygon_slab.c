#include <errno.h>
#include <stdlib.h>

#include "geo/polygon_internal.h"

enum {
	SIDES_TO_A_SLAB = 8,
	SLABS_MOST = 4096,
	ENTRIES_TO_A_CORNER = 8, /* of all slabs: bounds the memory of a comb */
};

static const int64_t TURN = 360 * (int64_t)POLYGON_DEGREE;

static int
measure_box(struct polygon *p)
{
	for (size_t r = 0; r < p->n_rings; r++) {
		const struct polygon_corner *first = &p->corners[p->rings[r]];
		int64_t west = first->lon_e7;
		int64_t east = first->lon_e7;

		for (uint32_t i = p->rings[r]; i < p->rings[r + 1]; i++) {
			const struct polygon_corner *c = &p->corners[i];

			west = c->lon_e7 < west ? c->lon_e7 : west;
			east = c->lon_e7 > east ? c->lon_e7 : east;
			if (c->lat_e7 < p->south_e7 || (r == 0 && c == first)) {
				p->south_e7 = c->lat_e7;
			}
			if (c->lat_e7 > p->north_e7 || (r == 0 && c == first)) {
				p->north_e7 = c->lat_e7;
			}
		}
		if (east - west > TURN) {
			return POLYGON_TOO_WIDE;
		}
		p->west_e7 = r == 0 || west < p->west_e7 ? west : p->west_e7;
		p->east_e7 = r == 0 || east > p->east_e7 ? east : p->east_e7;
	}
	return 0;
}

uint32_t
polygon_slab_at(const struct polygon *p, int64_t lat_e7)
{
	int64_t slab = (lat_e7 - p->south_e7) / p->slab_e7;

	if (slab < 0) {
		return 0;
	}
	return slab < p->n_slabs ? (uint32_t)slab : p->n_slabs - 1;
}

static void
slabs_of_side(const struct polygon *p, uint32_t side, uint32_t *first, uint32_t *last)
{
	int32_t a = p->corners[side].lat_e7;
	int32_t b = p->corners[side + 1].lat_e7;

	*first = polygon_slab_at(p, a < b ? a : b);
	*last = polygon_slab_at(p, a < b ? b : a);
}

/* Counts the sides of each slab, or, given where each begins, puts them there. */
static void
deal_sides(const struct polygon *p, uint32_t *slabs, uint32_t *slab_sides)
{
	for (size_t r = 0; r < p->n_rings; r++) {
		for (uint32_t i = p->rings[r]; i + 1 < p->rings[r + 1]; i++) {
			uint32_t first, last;

			slabs_of_side(p, i, &first, &last);
			for (uint32_t slab = first; slab <= last; slab++) {
				if (slab_sides != NULL) {
					slab_sides[slabs[slab]] = i;
				}
				slabs[slab]++;
			}
		}
	}
}

static uint64_t
count_entries(const struct polygon *p)
{
	uint64_t n = 0;

	for (size_t r = 0; r < p->n_rings; r++) {
		for (uint32_t i = p->rings[r]; i + 1 < p->rings[r + 1]; i++) {
			uint32_t first, last;

			slabs_of_side(p, i, &first, &last);
			n += last - first + 1;
		}
	}
	return n;
}

/* As high as the sides need: a side stands in each slab that it passes. */
static void
choose_slabs(struct polygon *p)
{
	int64_t height_e7 = (int64_t)p->north_e7 - p->south_e7;

	p->n_slabs = (uint32_t)(p->n_corners / SIDES_TO_A_SLAB + 1);
	if (p->n_slabs > SLABS_MOST) {
		p->n_slabs = SLABS_MOST;
	}
	p->slab_e7 = height_e7 / p->n_slabs + 1;
	while (p->n_slabs > 1 &&
		count_entries(p) > ENTRIES_TO_A_CORNER * p->n_corners) {
		p->n_slabs /= 2;
		p->slab_e7 = height_e7 / p->n_slabs + 1;
	}
}

int
polygon_finish(struct polygon *p)
{
	uint32_t n = 0;
	int r = measure_box(p);

	if (r != 0) {
		return r;
	}
	choose_slabs(p);
	p->slabs = calloc(p->n_slabs + 1, sizeof(*p->slabs));
	if (p->slabs == NULL) {
		return -ENOMEM;
	}
	deal_sides(p, p->slabs, NULL);
	for (uint32_t i = 0; i <= p->n_slabs; i++) {
		uint32_t count = p->slabs[i];

		p->slabs[i] = n;
		n += count;
	}
	p->slab_sides = calloc(n, sizeof(*p->slab_sides));
	if (p->slab_sides == NULL) {
		return -ENOMEM;
	}
	/* Dealing moves each beginning to its end, which is the next one's beginning.
	 */
	deal_sides(p, p->slabs, p->slab_sides);
	for (uint32_t i = p->n_slabs; i > 0; i--) {
		p->slabs[i] = p->slabs[i - 1];
	}
	p->slabs[0] = 0;
	return 0;
}
