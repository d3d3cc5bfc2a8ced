#include "server/replay_plan.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "dispatch/hazard.h"
#include "proto/stamp.h"
#include "proto/utf8.h"
#include "server/replay_time.h"

/* --map's word for a field, and the names exports give such a column. */
static const struct {
	const char *word;
	const char *usual[8];
} fields[REPLAY_FIELDS] = {
	[REPLAY_LAT] = {"lat", {"lat", "latitude", "lat_deg", "latitudine", "y"}},
	[REPLAY_LON] = {"lon",
		{"lon", "lng", "long", "longitude", "lon_deg", "longitudine", "x"}},
	[REPLAY_TIME] = {"time",
		{"time", "timestamp", "datetime", "date", "incident_date", "creata_utc",
			"created_at", "marked_ms"}},
	[REPLAY_MINUTES] = {"minutes", {"minutes", "offset_min"}},
	[REPLAY_HAZARD] = {"hazard",
		{"hazard", "category", "categoria", "etichette", "type", "tipo"}},
	[REPLAY_TEXT] = {"text",
		{"text", "testo", "description", "descrizione", "title"}},
	[REPLAY_ACCURACY] = {"accuracy", {"accuracy", "accuracy_m"}},
	[REPLAY_KIND] = {"kind", {"kind", "place_kind"}},
	[REPLAY_WORDS] = {"words",
		{"words", "place", "address", "indirizzo", "location"}},
	[REPLAY_ABOUT] = {"about", {"about"}},
	[REPLAY_SIGNS] = {"signs", {"signs"}},
	[REPLAY_PEOPLE] = {"people", {"people"}},
	[REPLAY_SENDER] = {"sender", {"sender"}},
	[REPLAY_LANG] = {"lang", {"lang", "language", "lingua"}},
};

/* Column words and the JSON names of the API. */
struct word {
	const char *word;
	const char *json;
};

static const struct word sign_words[] = {
	{"trapped", "trapped"},
	{"unresponsive", "unresponsive"},
	{"injured", "injured"},
	{"danger_rising", "dangerRising"},
	{"vulnerable", "vulnerable"},
	{"way_out_blocked", "wayOutBlocked"},
	{"needs", "needs"},
	{NULL, NULL},
};

static const struct word people_words[] = {
	{"", NULL},
	{"unknown", NULL},
	{"none", "PEOPLE_NONE"},
	{"one", "PEOPLE_ONE"},
	{"two_to_five", "PEOPLE_TWO_TO_FIVE"},
	{"more", "PEOPLE_MORE"},
	{NULL, NULL},
};

static const struct word about_words[] = {
	{"", NULL},
	{"self", "ABOUT_SELF"},
	{"other", "ABOUT_OTHER"},
	{NULL, NULL},
};

static const struct word kind_words[] = {
	{"", NULL},
	{"chat_pin", "PLACE_KIND_CHAT_PIN"},
	{"live_pin", "PLACE_KIND_LIVE_PIN"},
	{"browser_fix", "PLACE_KIND_BROWSER_FIX"},
	{"map_pick", "PLACE_KIND_MAP_PICK"},
	{"photo_exif", "PLACE_KIND_PHOTO_EXIF"},
	{"typed_coordinates", "PLACE_KIND_TYPED_COORDINATES"},
	{"place_name", "PLACE_KIND_PLACE_NAME"},
	{"third_party", "PLACE_KIND_THIRD_PARTY"},
	{NULL, NULL},
};

static const struct word *
find_word(const struct word *words, const char *text, size_t bytes)
{
	for (; words->word != NULL; words++) {
		if (strlen(words->word) == bytes &&
			strncmp(words->word, text, bytes) == 0) {
			return words;
		}
	}
	return NULL;
}

enum replay_field
replay_field_by_name(const char *name, size_t bytes)
{
	size_t field = 0;

	while (field < REPLAY_FIELDS &&
		(strlen(fields[field].word) != bytes ||
			strncmp(fields[field].word, name, bytes) != 0)) {
		field++;
	}
	return (enum replay_field)field;
}

bool
replay_kind_is_known(const char *kind)
{
	return find_word(kind_words, kind, strlen(kind)) != NULL;
}

/* "" when the table has no such column. */
static const char *
cell(const struct replay_plan *plan, const struct replay_row *row,
	enum replay_field field)
{
	int column = plan->columns[field];

	return column < 0 ? "" : row->cells[column];
}

/* Finite, with a comma for the point if need be; false for anything else. */
static bool
read_number(const char *text, double *out)
{
	char copy[64];
	char *comma;
	char *end;

	if (strlen(text) >= sizeof copy || text[0] == '\0') {
		return false;
	}
	memcpy(copy, text, strlen(text) + 1);
	comma = strchr(copy, ',');
	if (comma != NULL) {
		*comma = '.';
	}
	*out = strtod(copy, &end);
	while (isspace((unsigned char)*end)) {
		end++;
	}
	return *end == '\0' && isfinite(*out);
}

static bool
is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

/* ---- is it a report? */

static const char *
check_place(const struct replay_plan *plan, const struct replay_row *row)
{
	const char *lat_text = cell(plan, row, REPLAY_LAT);
	const char *lon_text = cell(plan, row, REPLAY_LON);
	const char *accuracy = cell(plan, row, REPLAY_ACCURACY);
	double lat;
	double lon;
	double metres;

	if (!is_blank(accuracy) && (!read_number(accuracy, &metres) || metres < 0)) {
		return "the accuracy is not a number of metres";
	}
	if (is_blank(lat_text) && is_blank(lon_text)) {
		return NULL;
	}
	if (!read_number(lat_text, &lat) || !read_number(lon_text, &lon)) {
		return "the coordinates are not two numbers";
	}
	if (fabs(lat) > 90) {
		return "the latitude is not within -90 and 90";
	}
	if (fabs(lon) > 180) {
		return "the longitude is not within -180 and 180";
	}
	return NULL;
}

static const char *
check_words(const struct replay_plan *plan, const struct replay_row *row)
{
	const char *people = cell(plan, row, REPLAY_PEOPLE);
	const char *about = cell(plan, row, REPLAY_ABOUT);
	const char *kind = cell(plan, row, REPLAY_KIND);
	const char *signs = cell(plan, row, REPLAY_SIGNS);

	if (find_word(people_words, people, strlen(people)) == NULL) {
		return "people is not none, one, two_to_five, more or unknown";
	}
	if (find_word(about_words, about, strlen(about)) == NULL) {
		return "about is not self or other";
	}
	if (find_word(kind_words, kind, strlen(kind)) == NULL) {
		return "the kind of place is none we know";
	}
	for (signs += strspn(signs, " "); *signs != '\0'; signs += strspn(signs, " ")) {
		size_t bytes = strcspn(signs, " ");

		if (find_word(sign_words, signs, bytes) == NULL) {
			return "a sign is none we know";
		}
		signs += bytes;
	}
	return NULL;
}

static const char *
check_text(const struct replay_plan *plan, const struct replay_row *row)
{
	static const enum replay_field texts[] = {
		REPLAY_HAZARD, REPLAY_TEXT, REPLAY_WORDS, REPLAY_LANG, REPLAY_SENDER};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		const char *text = cell(plan, row, texts[i]);

		if (!utf8_is_valid(text, strlen(text), NULL)) {
			return "its text is not UTF-8";
		}
	}
	return NULL;
}

static const char *
read_moment(
	const struct replay_plan *plan, const struct replay_row *row, int64_t *at_ms)
{
	double minutes;

	*at_ms = 0;
	if (plan->columns[REPLAY_MINUTES] >= 0) {
		if (!read_number(cell(plan, row, REPLAY_MINUTES), &minutes) ||
			fabs(minutes) > 1e8) {
			return "the minutes are not a number";
		}
		*at_ms = (int64_t)(minutes * 60000);
		return NULL;
	}
	if (plan->columns[REPLAY_TIME] < 0) {
		return NULL;
	}
	if (replay_time_read(cell(plan, row, REPLAY_TIME), plan->options->time_format,
		    at_ms) != 0) {
		return "the time cannot be read";
	}
	return NULL;
}

/* ---- the plan */

static int
find_columns(struct replay_plan *plan, FILE *err)
{
	for (size_t f = 0; f < REPLAY_FIELDS; f++) {
		const char *told = plan->options->columns[f];

		plan->columns[f] =
			told != NULL ? replay_table_column(plan->table, told) : -1;
		if (told != NULL && plan->columns[f] < 0) {
			fprintf(err, "--map %s=%s: the file has no column \"%s\"\n",
				fields[f].word, told, told);
			return REPLAY_PLAN_BAD;
		}
		for (size_t u = 0; told == NULL && u < 8 &&
				   fields[f].usual[u] != NULL && plan->columns[f] < 0;
			u++) {
			plan->columns[f] =
				replay_table_column(plan->table, fields[f].usual[u]);
		}
	}
	return 0;
}

/* Somebody's other file would go out as reports that say nothing. */
static int
check_columns(const struct replay_plan *plan, FILE *err)
{
	if ((plan->columns[REPLAY_LAT] >= 0 && plan->columns[REPLAY_LON] >= 0) ||
		plan->columns[REPLAY_HAZARD] >= 0 || plan->columns[REPLAY_TEXT] >= 0 ||
		plan->columns[REPLAY_WORDS] >= 0) {
		return 0;
	}
	fprintf(err, "the file has none of the columns lat and lon, hazard, text or "
		     "words: name them with --map\n");
	return REPLAY_PLAN_BAD;
}

static int
by_time(const void *left, const void *right)
{
	const struct replay_report *a = left;
	const struct replay_report *b = right;

	if (a->at_ms != b->at_ms) {
		return a->at_ms < b->at_ms ? -1 : 1;
	}
	/* Rows of one table: their order in it. */
	return (a->row > b->row) - (a->row < b->row);
}

static void
set_due(struct replay_plan *plan)
{
	const struct replay_options *options = plan->options;

	for (size_t i = 0; i < plan->n_reports; i++) {
		struct replay_report *report = &plan->reports[i];
		double after_ms = 0;

		if (options->rate > 0) {
			after_ms = (double)i * 1000 / options->rate;
		} else if (options->speed > 0) {
			after_ms = (double)(report->at_ms - plan->reports[0].at_ms) /
				   options->speed;
		}
		report->due_ms = (int64_t)after_ms;
	}
}

/* A report and its sender's name. */
struct naming {
	const char *name;
	struct replay_report *report;
};

static int
by_name(const void *left, const void *right)
{
	const struct naming *a = left;
	const struct naming *b = right;

	return strcmp(a->name, b->name);
}

/* Equal names get equal numbers. Returns 0 or -ENOMEM. */
static int
number_senders(struct replay_plan *plan)
{
	struct naming *names;

	if (plan->columns[REPLAY_SENDER] < 0) {
		return 0;
	}
	names = calloc(plan->n_reports + 1, sizeof *names);
	if (names == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < plan->n_reports; i++) {
		names[i].report = &plan->reports[i];
		names[i].name = cell(plan, plan->reports[i].row, REPLAY_SENDER);
	}
	qsort(names, plan->n_reports, sizeof *names, by_name);
	for (size_t i = 0; i < plan->n_reports; i++) {
		if (is_blank(names[i].name)) {
			continue;
		}
		plan->n_senders +=
			i == 0 || strcmp(names[i].name, names[i - 1].name) != 0;
		names[i].report->sender = plan->n_senders;
	}
	free(names);
	return 0;
}

int
replay_plan_make(struct replay_plan *plan, const struct replay_table *table,
	const struct replay_options *options, FILE *err)
{
	int answer;

	*plan = (struct replay_plan){.table = table, .options = options};
	answer = find_columns(plan, err);
	answer = answer != 0 ? answer : check_columns(plan, err);
	if (answer != 0) {
		return answer;
	}
	plan->reports = calloc(table->n_rows + 1, sizeof *plan->reports);
	if (plan->reports == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < table->n_rows; i++) {
		const struct replay_row *row = &table->rows[i];
		struct replay_report *report = &plan->reports[plan->n_reports];
		const char *reason = row->reason;

		report->row = row;
		reason = reason != NULL ? reason : check_place(plan, row);
		reason = reason != NULL ? reason : check_words(plan, row);
		reason = reason != NULL ? reason : check_text(plan, row);
		reason = reason != NULL ? reason
					: read_moment(plan, row, &report->at_ms);
		if (reason == NULL) {
			plan->n_reports++;
			continue;
		}
		plan->n_bad++;
		fprintf(err, "%s %u is not sent: %s\n", table->row_word, row->line,
			reason);
	}
	qsort(plan->reports, plan->n_reports, sizeof *plan->reports, by_time);
	if (options->limit > 0 && plan->n_reports > options->limit) {
		plan->n_reports = options->limit;
	}
	set_due(plan);
	return number_senders(plan);
}

void
replay_plan_fini(struct replay_plan *plan)
{
	free(plan->reports);
	memset(plan, 0, sizeof *plan);
}

/* ---- the body */

/* Adds value, or notes that memory was short; takes value either way. */
static void
put(json_t *object, const char *name, json_t *value, bool *failed)
{
	*failed |= json_object_set_new(object, name, value) != 0;
}

static void
put_text(json_t *object, const char *name, const char *text, bool *failed)
{
	if (!is_blank(text)) {
		put(object, name, json_string(text), failed);
	}
}

/* Leaves an empty member out. */
static void
put_object(json_t *object, const char *name, json_t *member, bool *failed)
{
	if (member == NULL || json_object_size(member) > 0) {
		put(object, name, member, failed);
	} else {
		json_decref(member);
	}
}

static json_t *
make_place(const struct replay_plan *plan, const struct replay_row *row, bool *failed)
{
	const char *kind = cell(plan, row, REPLAY_KIND);
	const struct word *known;
	json_t *place = json_object();
	double lat;
	double lon;
	double accuracy;

	if (read_number(cell(plan, row, REPLAY_LAT), &lat) &&
		read_number(cell(plan, row, REPLAY_LON), &lon)) {
		put(place, "point",
			json_pack("{s:f, s:f}", "latDeg", lat, "lonDeg", lon), failed);
		if (read_number(cell(plan, row, REPLAY_ACCURACY), &accuracy)) {
			put(place, "accuracyM", json_real(accuracy), failed);
		}
		kind = kind[0] != '\0' ? kind : plan->options->kind;
	}
	known = find_word(kind_words, kind, strlen(kind));
	if (known != NULL && known->json != NULL) {
		put(place, "kind", json_string(known->json), failed);
	}
	put_text(place, "words", cell(plan, row, REPLAY_WORDS), failed);
	return place;
}

static json_t *
make_signs(const struct replay_plan *plan, const struct replay_row *row, bool *failed)
{
	const char *at = cell(plan, row, REPLAY_SIGNS);
	const char *people = cell(plan, row, REPLAY_PEOPLE);
	const struct word *known = find_word(people_words, people, strlen(people));
	json_t *signs = json_object();

	for (at += strspn(at, " "); *at != '\0'; at += strspn(at, " ")) {
		size_t bytes = strcspn(at, " ");

		put(signs, find_word(sign_words, at, bytes)->json, json_true(), failed);
		at += bytes;
	}
	if (known->json != NULL) {
		put(signs, "people", json_string(known->json), failed);
	}
	return signs;
}

char *
replay_plan_body(const struct replay_plan *plan, const struct replay_report *report,
	int64_t claimed_ms)
{
	const struct replay_row *row = report->row;
	const char *hazard = cell(plan, row, REPLAY_HAZARD);
	const char *text = cell(plan, row, REPLAY_TEXT);
	const char *about = cell(plan, row, REPLAY_ABOUT);
	const struct word *about_word = find_word(about_words, about, strlen(about));
	bool is_code = hazard_by_code(hazard) != NULL;
	bool failed = false;
	json_t *body = json_object();
	char stamp[STAMP_BYTES];
	size_t stamp_bytes;
	char *out = NULL;

	put_text(body, "hazard", is_code ? hazard : plan->options->hazard, &failed);
	put_text(body, "text", is_blank(text) && !is_code ? hazard : text, &failed);
	put_text(body, "lang", cell(plan, row, REPLAY_LANG), &failed);
	if (about_word->json != NULL) {
		put(body, "about", json_string(about_word->json), &failed);
	}
	put_object(body, "place", make_place(plan, row, &failed), &failed);
	put_object(body, "signs", make_signs(plan, row, &failed), &failed);
	if (claimed_ms > 0 &&
		stamp_write(claimed_ms / 1000, (int32_t)(claimed_ms % 1000) * 1000000,
			stamp, &stamp_bytes) == 0) {
		put(body, "claimedAt", json_string(stamp), &failed);
	}
	if (!failed) {
		out = json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(15));
	}
	json_decref(body);
	return out;
}
