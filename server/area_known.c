#include "server/area_known.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "geo/store_area.h"
#include "server/config.h"

enum {
	PATH_BYTES = CONFIG_TEXT_BYTES + 16,
	WHY_BYTES = 256,
	READ_AT_ONCE = 256,
	TRIES = 50, /* a desk that starts makes us wait */
	TRY_AGAIN_US = 100 * 1000,
};

static int
complain(const char *what, const char *why)
{
	fprintf(stderr, "area: %s: %s\n", what, why);
	return AREA_KNOWN_FAILED;
}

struct known {
	char code[AREA_CODE_BYTES];
	bool has_ground;
};

struct area_known {
	void *codes; /* tree of struct known */
};

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct known *)a)->code, ((const struct known *)b)->code);
}

static int
know(void *arg, const struct store_area *area)
{
	struct area_known *k = arg;
	struct known *new = calloc(1, sizeof(*new));
	void *found;

	if (new == NULL) {
		return -ENOMEM;
	}
	(void)snprintf(new->code, sizeof(new->code), "%s", area->code);
	new->has_ground = area->polygon != NULL;
	found = tsearch(new, &k->codes, compare);
	if (found == NULL || *(struct known **)found != new) {
		free(new);
	}
	return found == NULL ? -ENOMEM : 0;
}

int
area_known_open(struct store **out, const char *data_dir)
{
	char path[PATH_BYTES];
	char why[WHY_BYTES] = "";
	int r = -EAGAIN;

	(void)snprintf(path, sizeof(path), "%s/desk.sqlite", data_dir);
	*out = NULL;
	for (int i = 0; i < TRIES && (r == -EAGAIN || r == -EBUSY); i++) {
		r = store_open_reader(out, path, why, sizeof(why));
		if (r == -EAGAIN || r == -EBUSY) {
			(void)usleep(TRY_AGAIN_US);
		}
	}
	if (r == 0 || r == -ENOENT) {
		return 0;
	}
	return complain(path, why[0] != '\0' ? why : strerror(r < 0 ? -r : EIO));
}

struct reading {
	int (*visit)(void *arg, const struct store_area *area);
	void *arg;
	uint64_t after;
};

static int
on_area(void *arg, const struct store_area *area)
{
	struct reading *reading = arg;

	reading->after = area->number;
	return reading->visit(reading->arg, area);
}

static int
for_each(const char *data_dir, int (*visit)(void *arg, const struct store_area *area),
	void *arg)
{
	struct reading reading = {visit, arg, 0};
	struct store *s;
	unsigned n = READ_AT_ONCE;
	int r = area_known_open(&s, data_dir);

	if (r != 0 || s == NULL) {
		return r;
	}
	while (r == 0 && n == READ_AT_ONCE) {
		r = store_read_areas(
			s, 0, reading.after, READ_AT_ONCE, on_area, &reading, &n);
	}
	store_close(s);
	return r == 0 ? 0 : complain(data_dir, r < 0 ? strerror(-r) : "cannot be read");
}

int
area_known_read(struct area_known **out, const char *data_dir)
{
	struct area_known *k = calloc(1, sizeof(*k));
	int r = k == NULL ? complain(data_dir, strerror(ENOMEM))
			  : for_each(data_dir, know, k);

	if (r != 0) {
		area_known_free(k);
		return r;
	}
	*out = k;
	return 0;
}

void
area_known_free(struct area_known *k)
{
	if (k != NULL) {
		tdestroy(k->codes, free);
		free(k);
	}
}

bool
area_known_has(const struct area_known *k, const char *code, bool *has_ground)
{
	struct known key = {.has_ground = false};
	void *found;

	(void)snprintf(key.code, sizeof(key.code), "%s", code);
	found = tfind(&key, &k->codes, compare);
	*has_ground = found != NULL && (*(struct known **)found)->has_ground;
	return found != NULL;
}

/* ---- list */

static int
print_area(void *arg, const struct store_area *area)
{
	static const char *const levels[] = {[AREA_NATION] = "nation",
		[AREA_REGION] = "region",
		[AREA_PROVINCE] = "province",
		[AREA_MUNICIPALITY] = "municipality",
		[AREA_SECTOR] = "sector"};

	++*(size_t *)arg;
	printf("%s\t%s\t%s\t%s\t", area->code, levels[area->level], area->name,
		area->parent);
	if (area->residents >= 0) {
		printf("%lld", (long long)area->residents);
	}
	printf("\n");
	return 0;
}

int
area_known_list(const char *data_dir)
{
	size_t n = 0;
	int r = for_each(data_dir, print_area, &n);

	if (r == 0 && n == 0) {
		fprintf(stderr, "area: no areas have been imported\n");
	}
	return r;
}
