/*
 * How a polygon is kept: a version, the number of rings, and for each ring the
 * number of its corners and, from each corner to the next, how latitude and
 * longitude change, all as varints (zigzag). The first corner's change is from
 * 0, 0 for each ring; the one that closes a ring is not written.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "geo/polygon_internal.h"

enum {
	VERSION = 1,
	VARINT_BYTES = 10,
};

static uint8_t *
put(uint8_t *to, uint64_t value)
{
	for (; value >= 0x80; value >>= 7) {
		*to++ = (uint8_t)(value | 0x80);
	}
	*to++ = (uint8_t)value;
	return to;
}

static uint8_t *
put_change(uint8_t *to, int64_t change)
{
	return put(to, (uint64_t)change << 1 ^ (uint64_t)(change >> 63));
}

int
polygon_pack(const struct polygon *p, uint8_t **bytes, size_t *n_bytes)
{
	size_t room = VARINT_BYTES * (2 + p->n_rings + 2 * p->n_corners);
	uint8_t *start = malloc(room);
	uint8_t *to = start;

	if (start == NULL) {
		return -ENOMEM;
	}
	to = put(to, VERSION);
	to = put(to, p->n_rings);
	for (size_t r = 0; r < p->n_rings; r++) {
		uint32_t end = p->rings[r + 1] - 1;
		struct polygon_corner before = {0, 0};

		to = put(to, end - p->rings[r]);
		for (uint32_t i = p->rings[r]; i < end; i++) {
			to = put_change(
				to, (int64_t)p->corners[i].lat_e7 - before.lat_e7);
			to = put_change(to, p->corners[i].lon_e7 - before.lon_e7);
			before = p->corners[i];
		}
	}
	*bytes = start;
	*n_bytes = (size_t)(to - start);
	return 0;
}

struct bytes {
	const uint8_t *at;
	const uint8_t *end;
	bool bad;
};

static uint64_t
take(struct bytes *b)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 63 && b->at < b->end; shift += 7) {
		uint8_t byte = *b->at++;

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			return value;
		}
	}
	b->bad = true;
	return 0;
}

static int64_t
take_change(struct bytes *b, int64_t most)
{
	uint64_t value = take(b);
	int64_t change = (int64_t)(value >> 1) ^ -(int64_t)(value & 1);

	if (change > most || change < -most) {
		b->bad = true;
		return 0;
	}
	return change;
}

/* Longitudes of a ring begin within +-180 and span a turn at most. */
static void
take_ring(struct bytes *b, struct polygon *p, uint32_t n)
{
	const int64_t lat_most = 90 * (int64_t)POLYGON_DEGREE;
	const int64_t lon_most = 540 * (int64_t)POLYGON_DEGREE;
	struct polygon_corner *first = &p->corners[p->n_corners];
	int64_t lat = 0;
	int64_t lon = 0;

	for (uint32_t i = 0; i < n && !b->bad; i++) {
		lat += take_change(b, 2 * lat_most);
		lon += take_change(b, 2 * lon_most);
		if (llabs(lat) > lat_most || llabs(lon) > lon_most) {
			b->bad = true;
			return;
		}
		p->corners[p->n_corners++] = (struct polygon_corner){lon, (int32_t)lat};
	}
	p->corners[p->n_corners++] = *first;
}

static int
take_rings(struct bytes *b, struct polygon *p, size_t n_rings)
{
	for (size_t r = 0; r < n_rings; r++) {
		uint64_t n = take(b);

		/* A corner takes two bytes at least: so there is room for all. */
		if (b->bad || n < 3 || n > (uint64_t)(b->end - b->at) / 2) {
			return POLYGON_BAD_BYTES;
		}
		p->rings[r] = (uint32_t)p->n_corners;
		take_ring(b, p, (uint32_t)n);
	}
	p->n_rings = n_rings;
	p->rings[n_rings] = (uint32_t)p->n_corners;
	return b->bad || b->at != b->end ? POLYGON_BAD_BYTES : polygon_finish(p);
}

int
polygon_unpack(struct polygon **out, const uint8_t *bytes, size_t n_bytes)
{
	struct bytes b = {bytes, bytes + n_bytes, false};
	uint64_t version = take(&b);
	uint64_t n_rings = take(&b);
	struct polygon *p;
	int r;

	if (b.bad || version != VERSION || n_rings == 0 ||
		n_rings > POLYGON_RINGS_MOST ||
		n_bytes > (size_t)POLYGON_CORNERS_MOST * 2 * VARINT_BYTES) {
		return POLYGON_BAD_BYTES;
	}
	p = polygon_with_room(n_bytes / 2 + (size_t)n_rings, (size_t)n_rings);
	if (p == NULL) {
		return -ENOMEM;
	}
	r = take_rings(&b, p, (size_t)n_rings);
	if (r != 0) {
		polygon_free(p);
		return r;
	}
	*out = p;
	return 0;
}
