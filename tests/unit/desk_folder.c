#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "desk_folder.h"
#include "server/limits.h"

static void
on_forget(void *arg)
{
	((struct desk_folder *)arg)->forgotten++;
}

void
desk_folder_make(struct desk_folder *f)
{
	memset(f, 0, sizeof(*f));
	(void)snprintf(f->folder, sizeof(f->folder), "/tmp/vedetta-test-XXXXXX");
	assert_true(sodium_init() >= 0);
	assert_non_null(mkdtemp(f->folder));
	(void)snprintf(f->path, sizeof(f->path), "%s/desk.sqlite", f->folder);
	memset(f->receipt_key, 7, sizeof(f->receipt_key));
	f->options.file.path = f->path;
	f->options.file.keys_max = 1000;
	f->options.file.receipt_key = f->receipt_key;
	f->options.file.on_forget = on_forget;
	f->options.file.arg = f;
	f->options.crash_key = f->crash_key;
	f->batch = batch_new();
	assert_non_null(f->batch);
}

void
desk_folder_open(struct desk_folder *f)
{
	char why[256] = "";
	int answer = keeper_open(&f->keeper, &f->options, 1000000, why, sizeof(why));

	if (answer != 0) {
		fail_msg("%d: %s", answer, why);
	}
}

void
desk_folder_close(struct desk_folder *f)
{
	keeper_close(f->keeper);
	f->keeper = NULL;
}

void
desk_folder_remove(struct desk_folder *f)
{
	static const char *const tails[] = {"", "-lock", "-shm", "-wal"};
	char path[128];
	size_t i;

	desk_folder_close(f);
	batch_free(f->batch);
	for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", f->path, tails[i]);
		(void)unlink(path);
	}
	assert_int_equal(rmdir(f->folder), 0);
}

size_t
desk_folder_pack(const struct desk_words *words, uint8_t out[DESK_INPUT_BYTES])
{
	Vedetta__V1__ReportInput input = VEDETTA__V1__REPORT_INPUT__INIT;
	Vedetta__V1__Report report = VEDETTA__V1__REPORT__INIT;
	Vedetta__V1__Place place = VEDETTA__V1__PLACE__INIT;
	Vedetta__V1__Point point = VEDETTA__V1__POINT__INIT;
	static char hazard[] = "flood", channel[] = "api";
	const char *text = words->text != NULL ? words->text : "acqua";

	point.lat_deg = words->lat_deg != 0 ? words->lat_deg : 42.35;
	point.lon_deg = 13.4;
	place.point = &point;
	place.kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_BROWSER_FIX;
	place.accuracy_case = VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M;
	place.accuracy_m = 20;
	report.hazard = hazard;
	report.place = &place;
	report.text = (char *)(uintptr_t)text;
	input.report = &report;
	input.channel = channel;
	input.source = words->source;
	input.tokened = words->tokened;
	input.print = (uint64_t)strlen(text) << 32 | (uint8_t)text[0];
	assert_true(
		vedetta__v1__report_input__get_packed_size(&input) <= DESK_INPUT_BYTES);
	return vedetta__v1__report_input__pack(&input, out);
}

void
desk_folder_add_bytes(
	struct desk_folder *f, uint8_t key, const uint8_t *bytes, size_t n)
{
	struct frame_head head = {.body_bytes = (uint32_t)n,
		.kind = FRAME_INPUT_REPORT,
		.ref = batch_count(f->batch) + 1};

	memset(head.key, key, sizeof(head.key));
	batch_add(f->batch, 1, &head, bytes, 0);
}

void
desk_folder_add(struct desk_folder *f, uint8_t key, const struct desk_words *words)
{
	uint8_t bytes[DESK_INPUT_BYTES];

	desk_folder_add_bytes(f, key, bytes, desk_folder_pack(words, bytes));
}

void
desk_folder_place(
	struct desk_folder *f, uint64_t incident, uint64_t report, double lat_deg)
{
	Vedetta__V1__ActionInput input = VEDETTA__V1__ACTION_INPUT__INIT;
	Vedetta__V1__Action action = VEDETTA__V1__ACTION__INIT;
	Vedetta__V1__PlaceAction place = VEDETTA__V1__PLACE_ACTION__INIT;
	Vedetta__V1__Point point = VEDETTA__V1__POINT__INIT;
	static char author[] = "sala";
	struct frame_head head = {
		.kind = FRAME_INPUT_ACTION, .ref = batch_count(f->batch) + 1};
	uint8_t bytes[DESK_INPUT_BYTES];

	point.lat_deg = lat_deg;
	point.lon_deg = 13.4;
	place.report = report;
	place.point = &point;
	place.accuracy_case = VEDETTA__V1__PLACE_ACTION__ACCURACY_ACCURACY_M;
	place.accuracy_m = 30;
	action.sequence = INT32_MAX;
	action.what_case = VEDETTA__V1__ACTION__WHAT_PLACE;
	action.place = &place;
	input.incident = incident;
	input.action = &action;
	input.author = author;
	head.body_bytes = (uint32_t)vedetta__v1__action_input__pack(&input, bytes);
	batch_add(f->batch, 1, &head, bytes, 0);
}

const struct keeper_answer *
desk_folder_run(struct desk_folder *f, int64_t now_ms)
{
	static struct keeper_answer answers[LIMIT_BATCH_INPUTS];

	memset(answers, 0xEE, sizeof(answers));
	keeper_run(f->keeper, f->batch, now_ms, answers);
	batch_clear(f->batch);
	return answers;
}
