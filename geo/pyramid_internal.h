/* pyramid_internal - the tree, for pyramid.c and pyramid_view.c */
#ifndef GEO_PYRAMID_INTERNAL_H
#define GEO_PYRAMID_INTERNAL_H

#include "geo/pyramid.h"

enum {
	LIST_MOST = 16,    /* more become a node, */
	LIST_AGAIN = 8,    /* so few a list again */
	SQUARE_LEVELS = 3, /* 512 pixels of zoom 0 in squares of 64 */
	ROOT = 1,          /* no reference is 0 */
	STACK_MOST = 3 * PYRAMID_LEVELS + 8,
	ROOM_FIRST = 256,
};

/* What a square refers to: nothing, a node's number, or the head of a list. */
#define REF_NONE UINT32_C(0)
#define REF_LIST UINT32_C(0x80000000)

#define WORLD (UINT64_C(1) << 32)
#define E7 1e7

struct item {
	uint32_t x, y;       /* of WORLD, from the north-west */
	uint32_t next, prev; /* slots, or PYRAMID_NO_SLOT */
	int32_t lat_e7, lon_e7;
	uint8_t kind;
	bool is_in;
};

struct sum {
	int64_t lat_e7, lon_e7;
};

struct node {
	uint32_t n;
	uint32_t counts[PYRAMID_KINDS];
	struct sum sums[PYRAMID_KINDS];
	/* At PYRAMID_LEVELS only the first: all in one list, however long. */
	uint32_t child[4];
};

struct pyramid {
	struct item *items; /* by slot */
	size_t items_room;
	struct node *nodes;
	size_t n_nodes;
	size_t nodes_room;
	uint32_t free_node; /* linked by child[0]; 0: none */
	size_t n_free;
};

/* Parts of WORLD from the west and from the north. */
uint32_t pyramid_x(double lon_deg);
uint32_t pyramid_y(double lat_deg);

#endif
