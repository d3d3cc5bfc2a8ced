/* duty_place - which areas a place lies in, and who covers them */
#include <string.h>

#include "dispatch/duty_internal.h"

/* One code out of the text of areas.h, into the place's own text. */
static const char *
copy_code(struct duty_place *p, size_t *used, const char *code, size_t bytes)
{
	char *at = p->text + *used;

	if (bytes >= AREA_CODE_BYTES || *used + bytes + 1 > sizeof(p->text)) {
		return NULL;
	}
	memcpy(at, code, bytes);
	at[bytes] = '\0';
	*used += bytes + 1;
	return at;
}

static void
climb(struct duty_place *p, const struct area_map *map, const char *code)
{
	const struct area *area = map != NULL ? area_map_by_code(map, code) : NULL;

	p->leaves[p->n].n = 1;
	p->leaves[p->n].codes[0] = code;
	if (area != NULL) {
		p->leaves[p->n].codes[0] = area->code;
		area = area->parent;
	}
	while (area != NULL && p->leaves[p->n].n < AREA_CHAIN_MOST) {
		p->leaves[p->n].codes[p->leaves[p->n].n++] = area->code;
		area = area->parent;
	}
	p->n++;
}

void
duty_place_of(
	const struct areas *areas, const struct area_map *map, struct duty_place *p)
{
	const char *at = areas_text(areas);
	size_t used = 0;

	p->n = 0;
	p->is_known = areas->fit != 0;
	while (*at != '\0' && p->n < DUTY_LEAVES_MOST) {
		size_t bytes = strcspn(at, " ");
		size_t star = *at == '*' ? 1 : 0;
		const char *code = copy_code(p, &used, at + star, bytes - star);

		if (code != NULL) {
			climb(p, map, code);
		}
		at += bytes + (at[bytes] == ' ' ? 1 : 0);
	}
}

int
duty_height(const struct duty_place *p, size_t leaf, const char *area)
{
	bool is_everywhere =
		strcmp(area, "*") == 0 ||
		(strcmp(area, DUTY_EVERY_AREA) == 0 && (p->n > 0 || !p->is_known)) ||
		(strcmp(area, DUTY_OUTSIDE) == 0 && p->n == 0);

	if (is_everywhere) {
		return AREA_CHAIN_MOST;
	}
	if (leaf >= p->n) {
		return -1;
	}
	for (size_t i = 0; i < p->leaves[leaf].n; i++) {
		if (strcmp(p->leaves[leaf].codes[i], area) == 0) {
			return (int)i;
		}
	}
	return -1;
}

const char *
duty_area_of(const Vedetta__V1__Account *a, size_t nth)
{
	bool is_all = false;

	for (size_t i = 0; i < a->n_areas; i++) {
		is_all = is_all || strcmp(a->areas[i], "*") == 0;
	}
	if (nth < a->n_areas) {
		return strcmp(a->areas[nth], "*") == 0 && !a->unassigned
			       ? DUTY_EVERY_AREA
			       : a->areas[nth];
	}
	return nth == a->n_areas && a->unassigned && !is_all ? DUTY_OUTSIDE : NULL;
}

bool
duty_covers(const struct duty_place *p, const char *area)
{
	size_t leaf = 0;

	do {
		if (duty_height(p, leaf, area) >= 0) {
			return true;
		}
	} while (++leaf < p->n);
	return false;
}

static bool
is_present_for(const Vedetta__V1__PresenceOf *who, const struct duty_place *p)
{
	for (size_t i = 0; who->streams > 0 && i < who->n_areas; i++) {
		if (duty_covers(p, who->areas[i])) {
			return true;
		}
	}
	return false;
}

bool
duty_is_staffed(const struct duty *d, const struct duty_place *p, int64_t now_ms)
{
	const struct duty_item *item;

	for (size_t i = 0; i < d->n_present; i++) {
		if (is_present_for(d->present[i], p)) {
			return true;
		}
	}
	TAILQ_FOREACH (item, &d->items, link) {
		const Vedetta__V1__Shift *s = duty_shift(item);

		if (s != NULL && !s->exercise && duty_is_answered(s, now_ms) &&
			duty_covers(p, s->area)) {
			return true;
		}
	}
	return false;
}

bool
duty_is_anybody_there(const struct duty *d, int64_t now_ms)
{
	const struct duty_item *item;

	for (size_t i = 0; i < d->n_present; i++) {
		if (d->present[i]->streams > 0) {
			return true;
		}
	}
	TAILQ_FOREACH (item, &d->items, link) {
		const Vedetta__V1__Shift *s = duty_shift(item);

		if (s != NULL && !s->exercise && duty_is_answered(s, now_ms)) {
			return true;
		}
	}
	return false;
}

/* The nth area of a record that says who answers for what; NULL: no more. */
static const char *
area_of(const Vedetta__V1__DutyRecord *r, size_t n)
{
	switch (r->what_case) {
	case VEDETTA__V1__DUTY_RECORD__WHAT_TEAM:
		return n < r->team->n_areas ? r->team->areas[n] : NULL;
	case VEDETTA__V1__DUTY_RECORD__WHAT_SHIFT:
		return n == 0 && !r->shift->exercise ? r->shift->area : NULL;
	case VEDETTA__V1__DUTY_RECORD__WHAT_ON_CALL:
		return n == 0 ? r->on_call->area : NULL;
	case VEDETTA__V1__DUTY_RECORD__WHAT_POLICY:
	case VEDETTA__V1__DUTY_RECORD__WHAT_JOINED:
	case VEDETTA__V1__DUTY_RECORD__WHAT_EXERCISE:
	case VEDETTA__V1__DUTY_RECORD__WHAT__NOT_SET:
	case _VEDETTA__V1__DUTY_RECORD__WHAT__CASE_IS_INT_SIZE:
		break;
	}
	return NULL;
}

const char *
duty_next_area(const struct duty *d, struct duty_area_cursor *c)
{
	const char *area;

	if (!c->has_begun) {
		c->item = TAILQ_FIRST(&d->items);
		c->has_begun = true;
	}
	while (c->item != NULL) {
		area = duty_is_removed(c->item->record)
			       ? NULL
			       : area_of(c->item->record, c->n++);
		if (area != NULL) {
			return area;
		}
		c->item = TAILQ_NEXT(c->item, link);
		c->n = 0;
	}
	return d->accounts.area == NULL
		       ? NULL
		       : d->accounts.area(d->accounts.arg, &c->account);
}

bool
duty_is_served(const struct duty *d, const struct duty_place *p)
{
	struct duty_area_cursor c = {.has_begun = false};
	const char *area;
	bool is_any = false;

	while ((area = duty_next_area(d, &c)) != NULL) {
		if (duty_covers(p, area)) {
			return true;
		}
		is_any = true;
	}
	return !is_any || !p->is_known;
}

/* FNV-1a, with what else it depends on. */
static uint64_t
print_of(const struct areas *areas, const struct area_map *map)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ (uintptr_t)map ^ areas->fit;

	for (const char *at = areas_text(areas); *at != '\0'; at++) {
		h = (h ^ (uint8_t)*at) * UINT64_C(0x100000001b3);
	}
	return h | 1;
}

struct duty_standing
duty_standing(struct duty *d, const struct areas *areas, const struct area_map *map,
	int64_t now_ms)
{
	uint64_t print = print_of(areas, map);
	struct duty_kept *kept = &d->kept[print >> 8 & (DUTY_KEPT - 1)];
	struct duty_place place;

	if (kept->of != print || kept->second != now_ms / 1000) {
		duty_place_of(areas, map, &place);
		kept->standing.staffed = duty_is_staffed(d, &place, now_ms);
		kept->standing.served = duty_is_served(d, &place);
		kept->of = print;
		kept->second = now_ms / 1000;
	}
	return kept->standing;
}
