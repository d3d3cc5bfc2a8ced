#include "server/drill_scene.h"

#include <stdio.h>
#include <string.h>

#include "server/drill_spell.h"

#define LAQUILA "066049"
#define BARISCIANO "066009"
#define POGGIO_PICENZE "066073"
#define SAN_DEMETRIO "066087"
#define SAN_PIO "066088"
#define VILLA_SANT_ANGELO "066105"
#define CAMPOTOSTO "066016"
#define PIZZOLI "066072"
#define SCOPPITO "066095"

/* One of the mood's lines. Arguments are thrown for in no order a compiler must
 * keep, so no call has two that throw: the line is chosen in here. */
static struct drill_report *
say_any(struct drill *d, const char *part, uint32_t at_cmin, enum drill_mood mood,
	const struct drill_town *town)
{
	const struct drill_line *line = drill_any_line(d, mood);

	return drill_say(d, part, at_cmin, line, town);
}

/* ---- people who write more than once, and those next door */

/* A report said once more: everything but who and when. */
static struct drill_report *
say_again(struct drill *d, const struct drill_report *of, const char *part,
	uint32_t after_cmin)
{
	struct drill_report kept = *of;
	struct drill_report *r = drill_plan_add(d->plan, part);

	*r = kept;
	r->part = part;
	r->at_cmin += after_cmin;
	return r;
}

/* Somebody else, a few metres away, in almost the same words. */
static void
tell_next_door(struct drill *d, const struct drill_report *of, const char *part)
{
	uint32_t after = (uint32_t)drill_dice_between(&d->dice, 10, 200);
	struct drill_report kept = *of;
	struct drill_report *r = say_again(d, of, part, after);
	int32_t north_m = drill_dice_between(&d->dice, -12, 12);
	int32_t east_m = drill_dice_between(&d->dice, -12, 12);

	r->sender = drill_new_sender(d);
	r->point = drill_place_shift(r->point, north_m, east_m);
	r->accuracy_m = (uint32_t)drill_dice_between(&d->dice, 6, 30);
	drill_spell_change(&d->dice, kept.text, r->text, sizeof(r->text));
}

static const struct drill_report *
any_of_first(struct drill *d, size_t n)
{
	return &d->plan->reports[drill_dice_below(&d->dice, (uint32_t)n)];
}

/* The next from a random start on that speaks of somebody in need. */
static const struct drill_report *
any_in_need(struct drill *d, size_t n)
{
	size_t from = drill_dice_below(&d->dice, (uint32_t)n);
	size_t i = 0;

	while (i < n && d->plan->reports[(from + i) % n].signs[0] == '\0') {
		i++;
	}
	return &d->plan->reports[(from + i) % n];
}

void
drill_scene_people(struct drill *d)
{
	size_t n = d->plan->n;

	for (int i = 0; i < 26; i++) {
		uint32_t after = (uint32_t)drill_dice_between(&d->dice, 20, 300);

		(void)say_again(d, any_of_first(d, n), "again", after);
	}
	for (int i = 0; i < 15; i++) {
		const struct drill_report *of = any_of_first(d, n);

		tell_next_door(d, of, "neighbour");
		tell_next_door(d, of, "neighbour");
	}
	for (int i = 0; i < 10; i++) {
		const struct drill_report *of = any_in_need(d, n);
		const struct drill_line *line = drill_any_line(d, DRILL_OUT);
		struct drill_report *r = say_again(
			d, of, "out", (uint32_t)drill_dice_between(&d->dice, 200, 500));

		r->signs = line->signs;
		r->people = line->people;
		(void)snprintf(r->text, sizeof(r->text), "%s", line->text);
	}
}

/* ---- the worst spot */

void
drill_scene_worst(struct drill *d)
{
	struct drill_lines lines = drill_words(DRILL_BLOCK);
	const struct drill_town *town = drill_town(d, POGGIO_PICENZE);
	struct drill_point house = drill_place_shift(town->at, 180, -240);
	size_t first = d->plan->n;

	for (size_t i = 0; i < lines.n; i++) {
		int32_t north_m = drill_dice_between(&d->dice, -18, 18);
		int32_t east_m = drill_dice_between(&d->dice, -18, 18);
		struct drill_report *r = drill_say(
			d, "worst", 30 + (uint32_t)i * 55, &lines.at[i], town);

		drill_stand(d, r, drill_place_shift(house, north_m, east_m));
	}
	for (size_t i = 0; i < 9; i++) {
		tell_next_door(d, &d->plan->reports[first + i * 5 % lines.n], "worst");
	}
	for (size_t i = 0; i < 4; i++) {
		(void)say_again(d, &d->plan->reports[first + i * 3], "worst", 120);
	}
}

/* ---- the road */

/* A house every 230 m or so, well within what makes one event of them. */
static void
tell_along(struct drill *d, const struct drill_town *from, const struct drill_town *to,
	int n)
{
	for (int i = 1; i <= n; i++) {
		struct drill_point at = from->at;
		const struct drill_line *line = drill_any_line(d, DRILL_MIDDLE);
		struct drill_report *r;

		while (strcmp(line->hazard, "other") == 0) {
			line = drill_any_line(d, DRILL_MIDDLE);
		}
		r = drill_say(d, "valley", drill_early(d, 10, 500), line, from);
		at.lat_udeg += (to->at.lat_udeg - at.lat_udeg) / (n + 1) * i;
		at.lon_udeg += (to->at.lon_udeg - at.lon_udeg) / (n + 1) * i;
		drill_stand(d, r, drill_place_shift(at, i % 2 == 0 ? 20 : -20, 0));
	}
}

void
drill_scene_valley(struct drill *d)
{
	const struct drill_town *middle = drill_town(d, SAN_DEMETRIO);

	tell_along(d, middle, drill_town(d, POGGIO_PICENZE), 15);
	tell_along(d, middle, drill_town(d, VILLA_SANT_ANGELO), 10);
}

/* ---- places that are none */

static void
put_in_pile(struct drill *d, const char *code, int n)
{
	const struct drill_town *town = drill_town(d, code);

	for (int i = 0; i < n; i++) {
		struct drill_report *r = say_any(
			d, "centroid", drill_early(d, 20, 800), DRILL_PILE, town);

		r->has_point = true;
		r->point = town->at;
		r->kind = "place_name";
		(void)snprintf(r->words, sizeof(r->words), "%s", town->name);
	}
}

static void
confuse_coordinates(struct drill *d)
{
	for (int i = 0; i < 12; i++) {
		const struct drill_town *town = drill_any_town(d);
		struct drill_report *r = say_any(d, i % 2 == 0 ? "zero" : "swapped",
			drill_early(d, 10, 900), DRILL_MIDDLE, town);
		struct drill_point at = drill_in_town(d, town);

		r->has_point = true;
		if (i % 2 != 0) {
			r->point.lat_udeg = at.lon_udeg;
			r->point.lon_udeg = at.lat_udeg;
			r->accuracy_m = 12;
		}
		r->kind = "browser_fix";
		r->about = "self";
	}
}

static void
tell_without_place(struct drill *d)
{
	struct drill_lines names = drill_words(DRILL_NAMES);
	struct drill_lines nowhere = drill_words(DRILL_NOWHERE);
	const struct drill_town *town = drill_town(d, LAQUILA);

	for (size_t i = 0; i < 2 * names.n; i++) {
		struct drill_report *r = drill_say(d, "name", drill_early(d, 20, 900),
			&names.at[i % names.n], town);

		(void)snprintf(r->words, sizeof(r->words), "%s", drill_words_place(i));
		r->kind = "place_name";
		if (i >= names.n) {
			drill_spell_change(&d->dice, names.at[i % names.n].text,
				r->text, sizeof(r->text));
		}
	}
	for (size_t i = 0; i < nowhere.n; i++) {
		(void)drill_say(
			d, "nowhere", drill_early(d, 5, 500), &nowhere.at[i], town);
	}
}

void
drill_scene_places(struct drill *d)
{
	static const char *const codes[] = {LAQUILA, PIZZOLI, SCOPPITO};

	confuse_coordinates(d);
	put_in_pile(d, VILLA_SANT_ANGELO, 8);
	put_in_pile(d, LAQUILA, 6);
	for (int i = 0; i < 10; i++) {
		const struct drill_town *town = drill_town(d, codes[i % 3]);
		struct drill_report *r =
			say_any(d, "rough", drill_early(d, 20, 900), DRILL_ROUGH, town);

		drill_stand(d, r, drill_in_town(d, town));
		r->accuracy_m = 3000;
		r->kind = "browser_fix";
		r->about = "self";
	}
	tell_without_place(d);
}

/* ---- dangers that come with it */

/* Several who tell of one thing, from a few metres apart. */
static void
gather_at(struct drill *d, const char *part, uint32_t from_cmin, int n,
	enum drill_mood mood, const struct drill_town *town, struct drill_point at)
{
	for (int i = 0; i < n; i++) {
		struct drill_lines lines = drill_words(mood);
		struct drill_report *r =
			drill_say(d, part, from_cmin + (uint32_t)i * 60,
				&lines.at[(size_t)i % lines.n], town);
		int32_t north_m = drill_dice_between(&d->dice, -20, 20);

		drill_stand(d, r, drill_place_shift(at, north_m, 10));
	}
}

static void
strew(struct drill *d, const char *part, int n, enum drill_mood mood)
{
	for (int i = 0; i < n; i++) {
		const struct drill_town *town = drill_any_town(d);
		struct drill_report *r =
			say_any(d, part, drill_early(d, 40, 1000), mood, town);

		drill_stand(d, r, drill_in_town(d, town));
	}
}

void
drill_scene_dangers(struct drill *d)
{
	const struct drill_town *city = drill_town(d, LAQUILA);
	const struct drill_town *barisciano = drill_town(d, BARISCIANO);
	const struct drill_town *san_pio = drill_town(d, SAN_PIO);
	/* The hospital stands at Coppito, west of the city. */
	const struct drill_point hospital = {42368300, 13348900};

	gather_at(d, "gas", 60, 4, DRILL_GAS, city,
		drill_place_shift(city->at, -350, 420));
	strew(d, "gas", 5, DRILL_GAS);
	gather_at(d, "fire", 90, 3, DRILL_FIRE, barisciano,
		drill_place_shift(barisciano->at, 90, -110));
	strew(d, "fire", 3, DRILL_FIRE);
	strew(d, "utility", 14, DRILL_UTILITY);
	strew(d, "health", 9, DRILL_HEALTH);
	strew(d, "missing", 3, DRILL_MISSING);
	gather_at(d, "road", 150, 3, DRILL_ROAD, san_pio,
		drill_place_shift(san_pio->at, -600, 300));
	gather_at(d, "hospital", 100, 6, DRILL_HOSPITAL, city, hospital);
}

/* ---- other tongues, and relatives far away */

static void
speak(struct drill *d, const char *part, const char *lang, int n, enum drill_mood mood)
{
	for (int i = 0; i < n; i++) {
		const struct drill_town *town = drill_any_town(d);
		struct drill_lines lines = drill_words(mood);
		struct drill_report *r = drill_say(d, part, drill_early(d, 30, 900),
			&lines.at[(size_t)i % lines.n], town);

		r->lang = lang;
		drill_stand(d, r, drill_in_town(d, town));
	}
}

/* Where they are, whom they worry about, and where those are, in words. */
static const struct {
	struct drill_point at;
	const char *lang;
	const char *signs;
	const char *words;
	const char *text;
} relatives[] = {
	{{48775800, 9182900}, "it", "unresponsive vulnerable",
		"via della Fonte, Fossa, casa con il portone verde",
		"Scrivo da Stoccarda. Mia madre ha 83 anni, vive sola a Fossa e dopo "
		"la "
		"scossa non risponde al telefono"},
	{{48137100, 11575400}, "de", "unresponsive",
		"Villa Sant’Angelo, oberhalb der Kirche",
		"Ich bin in München. Meine Großeltern wohnen in Villa Sant’Angelo, wir "
		"erreichen niemanden mehr"},
	{{50937500, 6960300}, "it", "trapped",
		"Poggio Picenze, via delle Vigne, secondo piano",
		"Da Colonia: mio fratello mi ha scritto che è sotto le macerie della "
		"palazzina, poi più niente"},
	{{-34603700, -58381600}, "es", "unresponsive vulnerable",
		"Ofena, cerca de la plaza",
		"Escribo desde Buenos Aires. Mi tío vive en Ofena, tiene 79 años y no "
		"contesta desde el terremoto"},
	{{-32944200, -60650500}, "es", "", "San Demetrio ne’ Vestini, camino del lago",
		"Desde Rosario: mi prima está sola con dos chicos en San Demetrio, "
		"¿alguien "
		"puede ir a ver cómo están?"},
	{{52520000, 13405000}, "de", "",
		"Barisciano, Hauptstraße, Haus neben der Apotheke",
		"Aus Berlin: die Familie meiner Frau in Barisciano hat geschrieben, "
		"das Haus "
		"sei nicht mehr sicher, sie sind draußen"},
	{{-34921500, -57954500}, "it", "vulnerable", "Fagnano Alto, frazione Vallecupa",
		"Scrivo da La Plata. I miei nonni sono a Vallecupa, lui usa "
		"l’ossigeno, "
		"sapete se la strada è aperta?"},
	{{51227700, 6773500}, "it", "", "L’Aquila, via Roma, sopra il bar",
		"Da Düsseldorf: mia figlia studia a L’Aquila e il telefono è spento"},
};

void
drill_scene_tongues(struct drill *d)
{
	speak(d, "english", "en", 7, DRILL_ENGLISH);
	speak(d, "romanian", "ro", 8, DRILL_ROMANIAN);
	speak(d, "albanian", "sq", 7, DRILL_ALBANIAN);
	speak(d, "dialect", "it", 6, DRILL_DIALECT);
	for (size_t i = 0; i < sizeof(relatives) / sizeof(relatives[0]); i++) {
		struct drill_report *r = drill_plan_add(d->plan, "abroad");

		r->at_cmin = drill_early(d, 200, 800);
		r->sender = drill_new_sender(d);
		r->hazard = "quake_damage";
		r->has_point = true;
		r->point = relatives[i].at;
		r->accuracy_m = (uint32_t)drill_dice_between(&d->dice, 8, 60);
		r->kind = "browser_fix";
		r->about = "other";
		r->signs = relatives[i].signs;
		r->lang = relatives[i].lang;
		(void)snprintf(r->words, sizeof(r->words), "%s", relatives[i].words);
		(void)snprintf(r->text, sizeof(r->text), "%s", relatives[i].text);
	}
}

/* ---- what is said and forwarded */

void
drill_scene_rumours(struct drill *d)
{
	const struct drill_town *dam = drill_town(d, CAMPOTOSTO);
	struct drill_lines hoax = drill_words(DRILL_HOAX);
	const struct drill_report *first = NULL;

	for (size_t i = 0; i < hoax.n; i++) {
		struct drill_report *r =
			drill_say(d, "hoax", 250 + (uint32_t)i * 70, &hoax.at[i], dam);

		drill_stand(d, r, drill_place_shift(dam->at, -1900, 900));
		r->kind = "map_pick";
		r->about = "other";
		first = first == NULL ? r : first;
		r->sender = i == 1 ? first->sender : r->sender;
	}
	for (int i = 0; i < 9; i++) {
		const struct drill_town *town = drill_any_town(d);
		struct drill_report *r = drill_say(d, "chain", drill_early(d, 300, 600),
			&drill_words(DRILL_CHAIN).at[0], town);

		drill_stand(d, r, drill_in_town(d, town));
	}
}
