#include "server/area_gather.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

enum {
	HOW_BYTES = 320,
};

/* A code that was seen, with the parent it stands for until its own feature comes. */
struct seen {
	struct area area;
	bool is_taken;
};

struct area_gather {
	FILE *out;
	bool is_talkative;
	struct area_check *check;
	struct area_map *map;
	void *seen; /* tree of struct seen, by code */

	/* of the file that is being read */
	const char *file;
	struct area_sums *sums;
};

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct seen *)a)->area.code,
		((const struct seen *)b)->area.code);
}

struct area_gather *
area_gather_new(FILE *out, bool is_talkative)
{
	struct area_gather *g = calloc(1, sizeof(*g));

	if (g == NULL) {
		return NULL;
	}
	g->out = out;
	g->is_talkative = is_talkative;
	g->map = area_map_new();
	if (g->map == NULL || area_check_open(&g->check) != 0) {
		area_gather_free(g);
		return NULL;
	}
	return g;
}

void
area_gather_free(struct area_gather *g)
{
	if (g == NULL) {
		return;
	}
	tdestroy(g->seen, free);
	area_check_close(g->check);
	area_map_free(g->map);
	free(g);
}

/* NULL when memory is short. A new one is not taken yet. */
static struct seen *
see(struct area_gather *g, const struct area *area)
{
	struct seen *new = calloc(1, sizeof(*new));
	void *found;

	if (new == NULL) {
		return NULL;
	}
	new->area = *area;
	new->area.polygon = NULL;
	found = tsearch(new, &g->seen, compare);
	if (found == NULL || *(struct seen **)found != new) {
		free(new);
	}
	return found == NULL ? NULL : *(struct seen **)found;
}

/* ---- one feature */

static void
tell(const struct area_gather *g, const struct area_feature *f, const char *what,
	const char *how)
{
	fprintf(g->out, "%s: feature %zu, %s %s: %s%s%s\n", g->file, f->number,
		f->area.code[0] != '\0' ? f->area.code : "no code",
		f->area.name[0] != '\0' ? f->area.name : "no name", what,
		how[0] != '\0' ? ": " : "", how);
}

static int
refuse(struct area_gather *g, const struct area_feature *f, const char *why)
{
	g->sums->n_refused++;
	tell(g, f, "refused", why);
	return 0;
}

static const char *
plural(unsigned n)
{
	return n == 1 ? "" : "s";
}

static void
say_rings(const struct area_feature *f, char *how, size_t how_bytes)
{
	int n = 0;

	how[0] = '\0';
	if (f->n_turned > 0) {
		n = snprintf(how, how_bytes, "%u ring%s of the older winding turned",
			f->n_turned, plural(f->n_turned));
	}
	if (f->n_closed > 0) {
		(void)snprintf(how + n, how_bytes - (size_t)n, "%s%u ring%s closed",
			n > 0 ? ", " : "", f->n_closed, plural(f->n_closed));
	}
}

/* Looks at the ground, and mends it. 0, an answer of area_check(), or a fault. */
static int
mend(struct area_gather *g, const struct area_feature *f, struct polygon **ground,
	char *how, size_t how_bytes)
{
	struct polygon *repaired = NULL;
	size_t n = strlen(how);
	int r;

	if (n > 0) {
		n += (size_t)snprintf(how + n, how_bytes - n, ", ");
	}
	r = area_check(g->check, *ground, f->shape.ring_is_outer, &repaired, how + n,
		how_bytes - n);
	if (r == 0 && n > 0) {
		how[n - 2] = '\0';
	}
	if (r == AREA_CHECK_REPAIRED) {
		polygon_free(*ground);
		*ground = repaired;
	}
	return r;
}

static int
take(struct area_gather *g, const struct area_feature *f, struct polygon *ground,
	const char *how, bool is_only_turned)
{
	struct seen *seen = see(g, &f->area);
	struct area area = f->area;
	int r = seen == NULL ? -ENOMEM : 0;

	if (r == 0) {
		area.polygon = ground;
		r = area_map_take(g->map, &area);
	}
	if (r != 0) {
		polygon_free(ground);
		return r < 0 ? r : refuse(g, f, "there are too many areas");
	}
	seen->is_taken = true;
	for (size_t i = 0; i < f->n_ancestors; i++) {
		if (see(g, &f->ancestors[i]) == NULL) {
			return -ENOMEM;
		}
	}
	if (how[0] != '\0') {
		g->sums->n_repaired++;
		g->sums->n_turned += is_only_turned;
		tell(g, f, "repaired", how);
	} else {
		g->sums->n_good++;
		if (g->is_talkative) {
			tell(g, f, "good", "");
		}
	}
	return 0;
}

static bool
is_taken(struct area_gather *g, const struct area *area)
{
	struct seen key = {.area = *area};
	void *found = tfind(&key, &g->seen, compare);

	return found != NULL && (*(struct seen **)found)->is_taken;
}

static int
on_feature(void *arg, const struct area_feature *f)
{
	struct area_gather *g = arg;
	struct polygon *ground = NULL;
	char how[HOW_BYTES];
	int r;

	g->sums->n_features++;
	if (f->refused[0] != '\0') {
		return refuse(g, f, f->refused);
	}
	if (is_taken(g, &f->area)) {
		return refuse(g, f, "an area with this code came before it");
	}
	r = polygon_new(
		&ground, f->shape.points, f->shape.ring_sizes, f->shape.n_rings);
	if (r != 0) {
		return r < 0 ? r : refuse(g, f, polygon_reason((enum polygon_answer)r));
	}
	say_rings(f, how, sizeof(how));
	r = mend(g, f, &ground, how, sizeof(how));
	if (r < 0 || r == AREA_CHECK_HOPELESS) {
		polygon_free(ground);
		return r < 0 ? r : refuse(g, f, how);
	}
	return take(g, f, ground, how, r == 0 && f->n_closed == 0);
}

/* ---- files, and the whole */

int
area_gather_file(struct area_gather *g, const char *name, const char *text,
	size_t n_bytes, const struct area_mapping *mapping, struct area_sums *sums,
	char why[AREA_WHY_BYTES])
{
	g->file = name;
	g->sums = sums;
	return area_file_read(text, n_bytes, mapping, on_feature, g, why);
}

struct adding {
	struct area_gather *gather;
	int fault;
};

static void
add_parent(const void *node, VISIT visit, void *arg)
{
	const struct seen *seen = *(struct seen *const *)node;
	struct adding *adding = arg;

	if ((visit == postorder || visit == leaf) && !seen->is_taken &&
		adding->fault == 0) {
		adding->fault = area_map_take(adding->gather->map, &seen->area);
	}
}

int
area_gather_map(struct area_gather *g, struct area_map **out)
{
	struct adding adding = {g, 0};
	const char *wrong = NULL;
	int r;

	twalk_r(g->seen, add_parent, &adding);
	r = adding.fault;
	if (r == 0) {
		r = area_map_seal(g->map, &wrong);
	}
	if (r == AREA_BAD_PARENT) {
		fprintf(g->out, "%s: refused: its parent is not of a higher level\n",
			wrong);
	}
	if (r == 0) {
		*out = g->map;
		g->map = NULL;
	}
	return r;
}
