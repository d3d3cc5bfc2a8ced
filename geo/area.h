/*
 * area - who sees what happens at a place
 *
 * All areas in memory, each with its parent: sector, municipality, province,
 * region, nation. Asked with a point, the map gives the chain from the
 * smallest area that holds it upwards; a point on a border belongs to the
 * lower code. Asked with a circle, it gives every area the circle touches.
 *
 * A place outside every area but within 2 km (harbours, beaches, breakwaters)
 * takes the nearest, and says so; so does a place inside a province that lies
 * in none of its municipalities. Beyond that nobody is responsible by himself:
 * the place is unassigned.
 *
 * An area may have no ground of its own: then it sees what its parts see.
 */
#ifndef GEO_AREA_H
#define GEO_AREA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/polygon.h"

#define AREA_NEAR_M 2000.0
#define AREA_RADIUS_MOST_M 100000.0
#define AREA_EXACT_MOST_M 10000.0

enum area_level {
	AREA_NATION = 1,
	AREA_REGION,
	AREA_PROVINCE,
	AREA_MUNICIPALITY,
	AREA_SECTOR,
};

enum {
	AREA_CHAIN_MOST = 5,
	AREA_CODE_BYTES = 32, /* with NUL */
	AREA_NAME_BYTES = 128,
	AREA_MOST = 1 << 20,
	AREA_LEAVES_MOST = 48,
};

enum area_answer {
	AREA_TWICE = 1,  /* two areas have that code */
	AREA_BAD_PARENT, /* not above its child */
	AREA_TOO_MANY,   /* AREA_MOST */
	AREA_BAD_NAME,   /* code or name empty or too long */
};

struct area {
	char code[AREA_CODE_BYTES];
	char name[AREA_NAME_BYTES];
	enum area_level level;
	char parent_code[AREA_CODE_BYTES]; /* "": none */
	const struct area *parent;         /* NULL: none, or not on this map */
	int64_t residents;                 /* -1: not known */
	bool has_center;
	struct geo_point center; /* where people think it is; when has_center */
	struct polygon *polygon; /* NULL: none of its own; the map's */
};

enum area_fit {
	AREA_UNASSIGNED,
	AREA_INSIDE,
	AREA_NEAR, /* the nearest one, AREA_NEAR_M away at most */
};

struct area_chain {
	enum area_fit fit;
	double distance_m; /* of AREA_NEAR, else 0 */
	size_t n;
	const struct area *areas[AREA_CHAIN_MOST]; /* the smallest first */
};

/*
 * Codes stand in lists with a space between them and a mark before them (areas.h), and
 * beside words for what is no area: "*", "+" and "unassigned". An area whose code
 * cannot be told from these would hide what happens in it.
 */
bool area_code_is_good(const char *code);

struct area_map;

/* Empty. NULL when memory is short. */
struct area_map *area_map_new(void);

/* Accepts NULL. */
void area_map_free(struct area_map *m);

/*
 * Before sealing; `parent` of the area given does not matter. The polygon
 * becomes the map's when 0 is returned. 0, an answer, or -ENOMEM.
 */
int area_map_take(struct area_map *m, const struct area *area);

/*
 * Joins children and parents, then makes the index. *wrong names the code an
 * answer is about. 0, AREA_TWICE, AREA_BAD_PARENT, or -ENOMEM.
 */
int area_map_seal(struct area_map *m, const char **wrong);

/*
 * The same in slices, for those who must not pause: goes on for about so many
 * corners, one polygon at least. Until *done nothing but this may be asked.
 */
int area_map_seal_some(
	struct area_map *m, size_t n_corners, bool *done, const char **wrong);

/* The areas of a sealed map: sectors first, by code in each level. */
size_t area_map_count(const struct area_map *m);
const struct area *area_map_get(const struct area_map *m, size_t i);

/* NULL when there is none. */
const struct area *area_map_by_code(const struct area_map *m, const char *code);

/* A sealed map only, as all questions. */
void area_map_find(struct area_map *m, struct geo_point at, struct area_chain *chain);

/*
 * Every area the circle touches, parents included, or else the nearest and its
 * parents; in the order of area_map_get(). Writes as many as there is room
 * for and returns how many there are. *fit is what area_map_find() says of the
 * point, or AREA_INSIDE when only the circle reaches an area. radius_m up to
 * AREA_RADIUS_MOST_M; what is larger counts as that. Beyond AREA_EXACT_MOST_M
 * the circle is one of grid cells: a few areas just outside may be told, none is
 * left out, and who claims to be that lost cannot keep the desk busy measuring.
 */
size_t area_map_touching(struct area_map *m, struct geo_point at, double radius_m,
	enum area_fit *fit, const struct area **out, size_t room);

struct area_leaf {
	const struct area *area;
	bool is_wide; /* anywhere in it: too many of its parts are touched to name */
};

/*
 * The smallest of the areas that area_map_touching() tells, at most
 * AREA_LEAVES_MOST: when there are more, those of the lowest level give way to
 * their parents, which are wide then. (Of more than that without any parent
 * the first are told.) In the order of area_map_get(); returns how many.
 */
size_t area_map_leaves(struct area_map *m, struct geo_point at, double radius_m,
	enum area_fit *fit, struct area_leaf out[AREA_LEAVES_MOST]);

/* Narrows a list of leaves, each area once, to AREA_LEAVES_MOST in the same way. */
size_t area_narrow(struct area_leaf *leaves, size_t n);

#endif
