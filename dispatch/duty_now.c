#include "dispatch/duty_now.h"

#include <errno.h>
#include <string.h>

#include "dispatch/duty_internal.h"
#include "proto/stamp.h"

#define CASE(name) VEDETTA__V1__DUTY_RECORD__WHAT_##name

enum {
	MINUTE_MS = 60 * 1000,
};

/* ---- areas */

struct codes {
	size_t n;
	char **list; /* room for DUTY_AREAS_MOST; borrowed strings */
};

static int
codes_init(struct codes *c, struct arena *arena)
{
	c->n = 0;
	c->list = arena_alloc(arena, DUTY_AREAS_MOST * sizeof(c->list[0]));
	return c->list == NULL ? -ENOMEM : 0;
}

static bool
codes_have(const struct codes *c, const char *code)
{
	for (size_t i = 0; i < c->n; i++) {
		if (strcmp(c->list[i], code) == 0) {
			return true;
		}
	}
	return false;
}

/* It, or one that lies above it. */
static bool
codes_cover(const struct codes *c, const struct area_map *map, const char *code)
{
	const struct area *area = map != NULL ? area_map_by_code(map, code) : NULL;

	if (codes_have(c, code) || codes_have(c, "*")) {
		return true;
	}
	if (strcmp(code, DUTY_OUTSIDE) == 0) {
		return false;
	}
	if (codes_have(c, DUTY_EVERY_AREA)) {
		return strcmp(code, "*") != 0 || codes_have(c, DUTY_OUTSIDE);
	}
	for (; area != NULL; area = area->parent) {
		if (codes_have(c, area->code)) {
			return true;
		}
	}
	return false;
}

static void
codes_add(struct codes *c, const char *code)
{
	if (c->n < DUTY_AREAS_MOST && !codes_have(c, code)) {
		c->list[c->n++] = (char *)(uintptr_t)code;
	}
}

/* Those that somebody is there for. */
static void
add_staffed(const struct duty *d, int64_t now_ms, struct codes *c)
{
	const struct duty_item *item;

	for (size_t i = 0; i < d->n_present; i++) {
		const Vedetta__V1__PresenceOf *who = d->present[i];

		for (size_t k = 0; who->streams > 0 && k < who->n_areas; k++) {
			codes_add(c, who->areas[k]);
		}
	}
	TAILQ_FOREACH (item, &d->items, link) {
		const Vedetta__V1__Shift *s = duty_shift(item);

		if (s != NULL && !s->exercise && duty_is_answered(s, now_ms)) {
			codes_add(c, s->area);
		}
	}
}

static void
add_served(const struct duty *d, struct codes *c)
{
	struct duty_area_cursor cursor = {.has_begun = false};
	const char *area;

	while ((area = duty_next_area(d, &cursor)) != NULL) {
		codes_add(c, area);
	}
}

int
duty_tell(const struct duty *d, const struct area_map *map, int64_t now_ms,
	struct arena *arena, Vedetta__V1__Duty *out)
{
	const Vedetta__V1__Exercise *on = duty_exercise(d, now_ms);
	struct codes staffed, served;

	if (codes_init(&staffed, arena) < 0 || codes_init(&served, arena) < 0) {
		return -ENOMEM;
	}
	add_staffed(d, now_ms, &staffed);
	add_served(d, &served);
	out->staffed = staffed.n > 0;
	out->n_staffed_areas = staffed.n;
	out->staffed_areas = staffed.list;
	out->n_served_areas = served.n;
	out->served_areas = served.list;
	out->exercise = on == NULL ? 0 : on->id;
	out->partly = false;
	for (size_t i = 0; out->staffed && i < served.n; i++) {
		out->partly =
			out->partly || !codes_cover(&staffed, map, served.list[i]);
	}
	return 0;
}

/* ---- who is there */

static Vedetta__V1__OnDuty *
add_on_duty(Vedetta__V1__DutyNow *out, struct arena *arena)
{
	Vedetta__V1__OnDuty *one = out->n_on_duty < DUTY_TOLD_MOST
					   ? arena_alloc(arena, sizeof(*one))
					   : NULL;

	if (one != NULL) {
		vedetta__v1__on_duty__init(one);
		out->on_duty[out->n_on_duty++] = one;
	}
	return one;
}

/* People read "*" as every area. */
static const char *
told_as(const char *area)
{
	return strcmp(area, DUTY_EVERY_AREA) == 0 ? "*" : area;
}

static char **
told_areas(const Vedetta__V1__PresenceOf *who, struct arena *arena)
{
	char **areas = arena_alloc(arena, (who->n_areas + 1) * sizeof(areas[0]));

	for (size_t i = 0; areas != NULL && i < who->n_areas; i++) {
		areas[i] = (char *)(uintptr_t)told_as(who->areas[i]);
	}
	return areas;
}

static int
tell_consoles(const struct duty *d, struct arena *arena, Vedetta__V1__DutyNow *out)
{
	for (size_t i = 0; i < d->n_present && out->n_on_duty < DUTY_TOLD_MOST; i++) {
		const Vedetta__V1__PresenceOf *who = d->present[i];
		Vedetta__V1__OnDuty *one =
			who->streams > 0 ? add_on_duty(out, arena) : NULL;

		if (who->streams > 0 && one == NULL) {
			return -ENOMEM;
		}
		if (one != NULL) {
			one->account = one->name = who->account;
			one->areas = told_areas(who, arena);
			one->n_areas = one->areas == NULL ? 0 : who->n_areas;
			one->console = true;
			one->leads = who->leads;
		}
	}
	return 0;
}

static int
tell_rota(const struct duty *d, int64_t now_ms, struct arena *arena,
	Vedetta__V1__DutyNow *out)
{
	const struct duty_item *item;

	TAILQ_FOREACH (item, &d->items, link) {
		const Vedetta__V1__Shift *s = duty_shift(item);
		Vedetta__V1__OnDuty *one;

		if (s == NULL || s->exercise || !duty_is_answered(s, now_ms) ||
			out->n_on_duty == DUTY_TOLD_MOST) {
			continue;
		}
		one = add_on_duty(out, arena);
		if (one == NULL) {
			return -ENOMEM;
		}
		one->name = s->person->name[0] != '\0' ? s->person->name
						       : s->person->account;
		one->account = s->person->account;
		one->areas = (char **)(uintptr_t)&s->area;
		one->n_areas = 1;
		one->leads = s->leads;
		one->since = s->answered_at;
		one->to = s->to;
		one->shift = s->id;
	}
	return 0;
}

static void
tell_left(const struct duty *d, int64_t now_ms, Vedetta__V1__DutyNow *out)
{
	const struct duty_item *item;

	TAILQ_FOREACH_REVERSE(item, &d->items, duty_items, link)
	{
		const Vedetta__V1__Shift *s = duty_shift(item);

		if (s != NULL && s->note[0] != '\0' && out->n_left < DUTY_LEFT_MOST &&
			(s->left_at != NULL || stamp_ms(s->to) <= now_ms)) {
			out->left[out->n_left++] = (Vedetta__V1__Shift *)(uintptr_t)s;
		}
	}
}

/* ---- gaps */

/* Who stands in the rota of this area at that time the longest; NULL: nobody. */
static const Vedetta__V1__Shift *
covers_at(const struct duty *d, const char *area, int64_t at_ms)
{
	const Vedetta__V1__Shift *best = NULL;
	const struct duty_item *item;

	TAILQ_FOREACH (item, &d->items, link) {
		const Vedetta__V1__Shift *s = duty_shift(item);

		if (s != NULL && !s->exercise && s->left_at == NULL &&
			strcmp(s->area, area) == 0 && stamp_ms(s->from) <= at_ms &&
			stamp_ms(s->to) > at_ms &&
			(best == NULL || stamp_ms(s->to) > stamp_ms(best->to))) {
			best = s;
		}
	}
	return best;
}

/* When the next shift of the area begins after that; `end_ms` when none does. */
static int64_t
next_from(const struct duty *d, const char *area, int64_t at_ms, int64_t end_ms)
{
	const struct duty_item *item;

	TAILQ_FOREACH (item, &d->items, link) {
		const Vedetta__V1__Shift *s = duty_shift(item);

		if (s != NULL && !s->exercise && strcmp(s->area, area) == 0 &&
			stamp_ms(s->from) > at_ms && stamp_ms(s->from) < end_ms) {
			end_ms = stamp_ms(s->from);
		}
	}
	return end_ms;
}

static int
tell_gaps(const struct duty *d, const char *area, int64_t now_ms, struct arena *arena,
	Vedetta__V1__DutyNow *out)
{
	/* By the minute: what is told does not change with each second. */
	int64_t at_ms = now_ms - now_ms % MINUTE_MS;
	int64_t end_ms = at_ms + DUTY_AHEAD_MS;

	while (at_ms < end_ms && out->n_gaps < DUTY_GAPS_MOST) {
		const Vedetta__V1__Shift *s = covers_at(d, area, at_ms);
		Vedetta__V1__RotaGap *gap;

		if (s != NULL) {
			at_ms = stamp_ms(s->to);
			continue;
		}
		gap = arena_alloc(arena, sizeof(*gap));
		if (gap == NULL) {
			return -ENOMEM;
		}
		vedetta__v1__rota_gap__init(gap);
		gap->area = (char *)(uintptr_t)area;
		gap->from = stamp_new(arena, at_ms);
		at_ms = next_from(d, area, at_ms, end_ms);
		gap->to = stamp_new(arena, at_ms);
		if (gap->from == NULL || gap->to == NULL) {
			return -ENOMEM;
		}
		out->gaps[out->n_gaps++] = gap;
	}
	return 0;
}

/* Areas that have a rota, of late or ahead. */
static int
tell_all_gaps(const struct duty *d, int64_t now_ms, struct arena *arena,
	Vedetta__V1__DutyNow *out)
{
	const struct duty_item *item;
	struct codes seen;
	int r = codes_init(&seen, arena);

	TAILQ_FOREACH (item, &d->items, link) {
		const Vedetta__V1__Shift *s = duty_shift(item);

		if (r == 0 && s != NULL && !s->exercise &&
			!codes_have(&seen, s->area)) {
			codes_add(&seen, s->area);
			r = tell_gaps(d, s->area, now_ms, arena, out);
		}
	}
	return r;
}

/* ---- all of it */

static int
make_lists(struct arena *arena, Vedetta__V1__DutyNow *out)
{
	out->on_duty = arena_alloc(arena, DUTY_TOLD_MOST * sizeof(out->on_duty[0]));
	out->unreachable =
		arena_alloc(arena, DUTY_TOLD_MOST * sizeof(out->unreachable[0]));
	out->gaps = arena_alloc(arena, DUTY_GAPS_MOST * sizeof(out->gaps[0]));
	out->step_faults =
		arena_alloc(arena, DUTY_GAPS_MOST * sizeof(out->step_faults[0]));
	out->left = arena_alloc(arena, DUTY_LEFT_MOST * sizeof(out->left[0]));
	return out->on_duty == NULL || out->unreachable == NULL || out->gaps == NULL ||
			       out->step_faults == NULL || out->left == NULL
		       ? -ENOMEM
		       : 0;
}

static int
tell_unstaffed(const struct duty *d, const struct area_map *map, int64_t now_ms,
	struct arena *arena, Vedetta__V1__DutyNow *out)
{
	struct codes staffed, served, unstaffed;

	if (codes_init(&staffed, arena) < 0 || codes_init(&served, arena) < 0 ||
		codes_init(&unstaffed, arena) < 0) {
		return -ENOMEM;
	}
	add_staffed(d, now_ms, &staffed);
	add_served(d, &served);
	for (size_t i = 0; i < served.n; i++) {
		if (!codes_cover(&staffed, map, served.list[i])) {
			codes_add(&unstaffed, told_as(served.list[i]));
		}
	}
	out->staffed = staffed.n > 0;
	out->unstaffed = unstaffed.list;
	out->n_unstaffed = unstaffed.n;
	return 0;
}

int
duty_now(const struct duty *d, const struct area_map *map, int64_t now_ms,
	struct arena *arena, Vedetta__V1__DutyNow *out)
{
	int r;

	vedetta__v1__duty_now__init(out);
	r = make_lists(arena, out);
	if (r == 0) {
		r = tell_consoles(d, arena, out);
	}
	if (r == 0) {
		r = tell_rota(d, now_ms, arena, out);
	}
	if (r == 0) {
		r = tell_unstaffed(d, map, now_ms, arena, out);
	}
	if (r == 0) {
		r = duty_tell_unreachable(d, now_ms, arena, out);
	}
	if (r == 0) {
		r = duty_tell_steps(d, arena, out);
	}
	if (r == 0) {
		r = tell_all_gaps(d, now_ms, arena, out);
	}
	if (r == 0) {
		tell_left(d, now_ms, out);
		out->exercise =
			(Vedetta__V1__Exercise *)(uintptr_t)duty_exercise(d, now_ms);
	}
	return r;
}
