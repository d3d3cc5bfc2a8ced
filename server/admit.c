#include "server/admit.h"

#include <string.h>

#include "dispatch/hazard.h"
#include "proto/scan.h"
#include "proto/trouble.h"
#include "proto/validate.h"
#include "server/hooks.h"
#include "server/log.h"

static bool
has_key(const uint8_t key[STORE_KEY_BYTES])
{
	static const uint8_t none[STORE_KEY_BYTES];

	return memcmp(key, none, STORE_KEY_BYTES) != 0;
}

static bool
is_quarantined(const struct admit_rules *rules, const uint8_t key[STORE_KEY_BYTES])
{
	size_t i;

	for (i = 0; i < rules->n_quarantine; i++) {
		if (memcmp(rules->quarantine[i], key, STORE_KEY_BYTES) == 0) {
			return true;
		}
	}
	return false;
}

/* NULL when it is not what a front may send. */
static const Vedetta__V1__ReportInput *
read_input(const uint8_t *bytes, size_t n, struct arena *arena)
{
	const Vedetta__V1__ReportInput *input;
	ProtobufCMessage *message;
	struct trouble trouble;

	trouble_init(&trouble);
	if (scan_unpack(&vedetta__v1__report_input__descriptor, bytes, n,
		    &scan_default_limits, arena, &trouble, &message) != 0) {
		return NULL;
	}
	input = (const Vedetta__V1__ReportInput *)message;
	if (input->report == NULL || validate_report(input->report, &trouble) != 0 ||
		(input->report->hazard[0] != '\0' &&
			hazard_by_code(input->report->hazard) == NULL)) {
		return NULL;
	}
	hooks_taste(input->report->text);
	return input;
}

/* NULL when it is not what a console front may send. */
static const Vedetta__V1__ActionInput *
read_action(const uint8_t *bytes, size_t n, struct arena *arena)
{
	const Vedetta__V1__ActionInput *input;
	ProtobufCMessage *message;
	struct trouble trouble;

	trouble_init(&trouble);
	if (scan_unpack(&vedetta__v1__action_input__descriptor, bytes, n,
		    &scan_default_limits, arena, &trouble, &message) != 0) {
		return NULL;
	}
	input = (const Vedetta__V1__ActionInput *)message;
	return input->action != NULL && validate_action(input->action, &trouble) == 0
		       ? input
		       : NULL;
}

static void
admit_report(const struct admit_rules *rules, const struct batch_input *from,
	struct arena *arena, struct desk_input *out)
{
	out->raw = from->body;
	out->raw_bytes = from->body_bytes;
	out->kind = DESK_RAW;
	if (is_quarantined(rules, from->key)) {
		out->kind = DESK_QUARANTINE;
		log_event(LOG_ERROR, "desk.quarantined", "reason=crashed_twice");
	} else if (!rules->raw_mode) {
		out->report = read_input(from->body, from->body_bytes, arena);
		out->kind = out->report != NULL ? DESK_REPORT : DESK_QUARANTINE;
		if (out->report == NULL) {
			log_event(LOG_ERROR, "desk.quarantined", "reason=invalid");
		}
	}
}

bool
admit_input(const struct admit_rules *rules, const struct batch_input *from,
	struct arena *arena, struct desk_input *out)
{
	memset(out, 0, sizeof(*out));
	out->has_key = has_key(from->key);
	memcpy(out->key, from->key, STORE_KEY_BYTES);
	if (from->kind != FRAME_INPUT_ACTION) {
		admit_report(rules, from, arena, out);
		return true;
	}
	out->kind = DESK_ACT;
	if (rules->raw_mode || is_quarantined(rules, from->key)) {
		return false;
	}
	out->action = read_action(from->body, from->body_bytes, arena);
	return out->action != NULL;
}

bool
admit_is_quarantined(
	const struct admit_rules *rules, const uint8_t key[STORE_KEY_BYTES])
{
	if (!is_quarantined(rules, key)) {
		return false;
	}
	log_event(LOG_ERROR, "desk.quarantined", "reason=crashed_twice kept=no");
	return true;
}

void
admit_raw_row(const struct admit_rules *rules, const struct store_row *row,
	struct arena *arena, struct desk_input *out)
{
	memset(out, 0, sizeof(*out));
	out->about = row->seq;
	out->has_key = row->has_key;
	memcpy(out->key, row->key, STORE_KEY_BYTES);
	/* The bytes may name people: they are the row's personal part. */
	out->raw = row->personal;
	out->raw_bytes = row->personal_bytes;
	if (row->personal != NULL && !is_quarantined(rules, row->key)) {
		out->report = read_input(row->personal, row->personal_bytes, arena);
	}
	out->kind = out->report != NULL ? DESK_INTERPRET : DESK_INTERPRET_FAILED;
}
