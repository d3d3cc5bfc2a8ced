/* The half of area.h about lists: which codes fit in, how they stay short. */
#include <stdlib.h>
#include <string.h>

#include "geo/area.h"

bool
area_code_is_good(const char *code)
{
	return code[0] != '\0' && strpbrk(code, " *+") == NULL &&
	       strcmp(code, "unassigned") != 0;
}

/* The lowest level of those that have parents; 0: none has. */
static enum area_level
lowest_level(const struct area_leaf *leaves, size_t n)
{
	enum area_level level = 0;

	for (size_t i = 0; i < n; i++) {
		if (leaves[i].area->parent != NULL && leaves[i].area->level > level) {
			level = leaves[i].area->level;
		}
	}
	return level;
}

static void
put_wide(struct area_leaf *leaves, size_t *n, const struct area *area)
{
	for (size_t i = 0; i < *n; i++) {
		if (leaves[i].area == area) {
			leaves[i].is_wide = true;
			return;
		}
	}
	leaves[(*n)++] = (struct area_leaf){area, true};
}

static int
compare_leaves(const void *a, const void *b)
{
	const struct area *x = ((const struct area_leaf *)a)->area;
	const struct area *y = ((const struct area_leaf *)b)->area;

	if (x->level != y->level) {
		return x->level > y->level ? -1 : 1;
	}
	return strcmp(x->code, y->code);
}

size_t
area_narrow(struct area_leaf *leaves, size_t n)
{
	enum area_level level;

	while (n > AREA_LEAVES_MOST && (level = lowest_level(leaves, n)) != 0) {
		size_t kept = 0;

		for (size_t i = 0; i < n; i++) {
			struct area_leaf leaf = leaves[i];

			if (leaf.area->level != level || leaf.area->parent == NULL) {
				leaves[kept++] = leaf;
			} else {
				put_wide(leaves, &kept, leaf.area->parent);
			}
		}
		n = kept;
	}
	if (n > 0) {
		qsort(leaves, n, sizeof(*leaves), compare_leaves);
	}
	return n < AREA_LEAVES_MOST ? n : AREA_LEAVES_MOST;
}
