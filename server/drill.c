#include "server/drill.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "server/drill_scene.h"

enum {
	MAIN_REPORTS = 190,
	AFTERSHOCK_REPORTS = 70,
	MAIN_SPAN_CMIN = 600,
	AFTERSHOCK_SPAN_CMIN = 520,
	HALF_M = 6000, /* where it shakes half as hard */
	HARD = 450,
	MIDDLE = 100,
	/* Villages: so few residents, shaken so hard. Of 1,000 of them so many tell,
	 * and where it shook hardest so many more. */
	VILLAGE_MOST = 2000,
	VILLAGE_SHAKEN = 95,
	VILLAGE_TELL = 7,
	VILLAGE_TELL_MORE = 16,
	TOWN_M_LEAST = 120,
	TOWN_M_PER_ROOT = 8, /* radius of a town by the root of its residents */
	/* Nobody's fix may lie in the silent town. */
	SILENT_M = 1300,
};

static const struct drill_point epicentre = {42285000, 13560000};

/* Municipalities the scenes name. */
static const char *const needed[] = {"066049", "066073", "066009", "066088", "066105",
	"066016", "066072", "066087", "066095", DRILL_SILENT_TOWN};

static const struct drill_town *
find_town(const struct drill *d, const char *code)
{
	for (size_t i = 0; i < d->n_towns; i++) {
		if (strcmp(d->towns[i].code, code) == 0) {
			return &d->towns[i];
		}
	}
	return NULL;
}

const struct drill_town *
drill_town(const struct drill *d, const char *code)
{
	const struct drill_town *town = find_town(d, code);

	assert(town != NULL);
	return town;
}

uint32_t
drill_shaking(struct drill_point at)
{
	uint64_t m = drill_place_distance(at, epicentre);
	uint64_t half = (uint64_t)HALF_M * HALF_M;

	return (uint32_t)(1000 * half / (half + m * m));
}

uint32_t
drill_new_sender(struct drill *d)
{
	return ++d->plan->n_senders;
}

uint32_t
drill_early(struct drill *d, uint32_t from_cmin, uint32_t span_cmin)
{
	uint32_t a = drill_dice_below(&d->dice, span_cmin);
	uint32_t b = drill_dice_below(&d->dice, span_cmin);

	return from_cmin + (a < b ? a : b);
}

const struct drill_line *
drill_any_line(struct drill *d, enum drill_mood mood)
{
	struct drill_lines lines = drill_words(mood);

	return &lines.at[drill_dice_below(&d->dice, (uint32_t)lines.n)];
}

const struct drill_town *
drill_any_town(struct drill *d)
{
	uint64_t thrown = drill_dice_below(&d->dice, (uint32_t)d->all_weight);
	size_t i = 0;

	while (thrown >= d->weights[i]) {
		thrown -= d->weights[i++];
	}
	return &d->towns[i];
}

struct drill_point
drill_in_town(struct drill *d, const struct drill_town *town)
{
	const struct drill_town *silent = drill_town(d, DRILL_SILENT_TOWN);
	int32_t m = (int32_t)drill_place_root(town->residents) * TOWN_M_PER_ROOT;
	int32_t north_m, east_m;
	struct drill_point at;

	m = m < TOWN_M_LEAST ? TOWN_M_LEAST : m;
	north_m = drill_dice_spread(&d->dice, m);
	east_m = drill_dice_spread(&d->dice, m);
	at = drill_place_shift(town->at, north_m, east_m);
	if (drill_place_distance(at, silent->at) < SILENT_M) {
		at = town->at;
	}
	return at;
}

struct drill_report *
drill_say(struct drill *d, const char *part, uint32_t at_cmin,
	const struct drill_line *line, const struct drill_town *town)
{
	struct drill_report *r = drill_plan_add(d->plan, part);

	r->at_cmin = at_cmin;
	r->sender = drill_new_sender(d);
	r->hazard = line->hazard;
	r->signs = line->signs;
	r->people = line->people;
	drill_words_fill(&d->dice, line->text, town->name, r->text, sizeof(r->text));
	return r;
}

void
drill_stand(struct drill *d, struct drill_report *r, struct drill_point at)
{
	static const char *const kinds[] = {"browser_fix", "browser_fix", "browser_fix",
		"browser_fix", "browser_fix", "live_pin", "chat_pin", "map_pick"};
	uint32_t kind = drill_dice_below(&d->dice, 8);

	r->has_point = true;
	r->point = at;
	r->kind = kinds[kind];
	r->accuracy_m = (uint32_t)drill_dice_between(&d->dice, 5, 45);
	/* Told of somebody else, a sender's own fix would not be the place. */
	r->about = kind == 7 && drill_dice_chance(&d->dice, 600) ? "other" : "self";
}

/* ---- the shaking and who tells of it */

static void
weigh(struct drill *d)
{
	d->all_weight = 0;
	for (size_t i = 0; i < d->n_towns; i++) {
		const struct drill_town *town = &d->towns[i];

		d->weights[i] = (uint64_t)town->residents * drill_shaking(town->at);
		if (strcmp(town->code, DRILL_SILENT_TOWN) == 0) {
			d->weights[i] = 0;
		}
		d->all_weight += d->weights[i];
	}
	assert(d->all_weight <= UINT32_MAX); /* a province's residents by 1000 */
}

/* n shared out by weight: whole parts first, then by the largest remainders. */
static void
share(const struct drill *d, uint32_t n, uint32_t counts[DRILL_TOWNS_MAX])
{
	uint64_t rest[DRILL_TOWNS_MAX];
	uint32_t left = n;

	for (size_t i = 0; i < d->n_towns; i++) {
		counts[i] = (uint32_t)(n * d->weights[i] / d->all_weight);
		rest[i] = n * d->weights[i] % d->all_weight;
		left -= counts[i];
	}
	for (; left > 0; left--) {
		size_t most = 0;

		for (size_t i = 1; i < d->n_towns; i++) {
			most = rest[i] > rest[most] ? i : most;
		}
		counts[most]++;
		rest[most] = 0;
	}
}

/* In villages near the worst everybody knows somebody who needs help. */
static void
raise_villages(const struct drill *d, uint32_t counts[DRILL_TOWNS_MAX])
{
	for (size_t i = 0; i < d->n_towns; i++) {
		const struct drill_town *town = &d->towns[i];
		uint32_t shaking = drill_shaking(town->at);
		uint32_t tell = (VILLAGE_TELL * 1000 + VILLAGE_TELL_MORE * shaking) *
				town->residents / 1000000;

		if (d->weights[i] > 0 && town->residents <= VILLAGE_MOST &&
			shaking >= VILLAGE_SHAKEN && counts[i] < tell) {
			counts[i] = tell;
		}
	}
}

static enum drill_mood
mood_at(struct drill *d, const struct drill_town *town, bool is_aftershock)
{
	uint32_t shaking = drill_shaking(town->at);
	uint32_t thrown = drill_dice_below(&d->dice, 100);

	if (shaking < MIDDLE) {
		return thrown < 80 ? DRILL_LIGHT : DRILL_MIDDLE;
	}
	if (is_aftershock) {
		return DRILL_AGAIN;
	}
	if (shaking >= HARD) {
		return thrown < 70 ? DRILL_HARD : DRILL_MIDDLE;
	}
	return thrown < 6 ? DRILL_HARD : thrown < 80 ? DRILL_MIDDLE : DRILL_LIGHT;
}

static void
shake(struct drill *d, bool is_aftershock)
{
	uint32_t counts[DRILL_TOWNS_MAX];

	share(d, is_aftershock ? AFTERSHOCK_REPORTS : MAIN_REPORTS, counts);
	if (!is_aftershock) {
		raise_villages(d, counts);
	}
	for (size_t i = 0; i < d->n_towns; i++) {
		const struct drill_town *town = &d->towns[i];

		for (uint32_t k = 0; k < counts[i]; k++) {
			uint32_t at = is_aftershock
					      ? drill_early(d, DRILL_AFTERSHOCK_CMIN,
							AFTERSHOCK_SPAN_CMIN)
					      : drill_early(d, 0, MAIN_SPAN_CMIN);
			enum drill_mood mood = mood_at(d, town, is_aftershock);
			struct drill_report *r =
				drill_say(d, is_aftershock ? "aftershock" : "shock", at,
					drill_any_line(d, mood), town);

			drill_stand(d, r, drill_in_town(d, town));
		}
	}
}

int
drill_laquila(struct drill_plan *plan, uint64_t seed, const char *residents,
	size_t residents_bytes)
{
	struct drill d = {.plan = plan};

	plan->n = plan->n_senders = 0;
	drill_dice_init(&d.dice, seed);
	d.n_towns = drill_place_read(
		residents, residents_bytes, "066", d.towns, DRILL_TOWNS_MAX);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (find_town(&d, needed[i]) == NULL) {
			return DRILL_BAD_RESIDENTS;
		}
	}
	weigh(&d);
	shake(&d, false);
	drill_scene_people(&d); /* of those who have written so far */
	drill_scene_worst(&d);
	drill_scene_valley(&d);
	drill_scene_places(&d);
	drill_scene_dangers(&d);
	drill_scene_tongues(&d);
	drill_scene_rumours(&d);
	shake(&d, true);
	return 0;
}
