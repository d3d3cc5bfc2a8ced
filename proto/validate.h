/*
 * validate - does this message make sense?
 *
 * One table: a row per field of every message that strangers may send, with
 * its rule (length, range, finite, known enum value, required with). Form is
 * checked here; whether a hazard exists is a question for dispatch/.
 * A unit test walks the descriptors and fails when a field has no row.
 */
#ifndef PROTO_VALIDATE_H
#define PROTO_VALIDATE_H

#include <stdbool.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "proto/trouble.h"
#include "vedetta/v1/action.pb-c.h"
#include "vedetta/v1/duty.pb-c.h"
#include "vedetta/v1/looking.pb-c.h"
#include "vedetta/v1/report.pb-c.h"

enum validate_answer {
	VALIDATE_REFUSED = 1,
};

enum {
	REPORT_HAZARD_MAX = 32, /* bytes; likewise lang and phone, ASCII all */
	REPORT_LANG_MAX = 35,
	REPORT_TEXT_MAX = 4000, /* code points */
	REPORT_WORDS_MAX = 300, /* place in words */
	REPORT_NAME_MAX = 100,
	REPORT_PHONE_MAX = 32,
	ACTION_REASON_MAX = 500,
	ACTION_NOTE_MAX = 2000,
	ACTION_NAME_MAX = 100, /* of whom something is given to */
	ACTION_REFERENCE_MAX = 60,
	ACTION_REPORTS_MAX = 64, /* of one split */
	REPORT_ACCURACY_MAX_M = 1000000,
	REPORT_AGE_MAX_S = 31 * 86400,
	LIST_MOST = 256, /* elements of any list a stranger may send */
	DUTY_NOTE_MAX = 2000,
	EXERCISE_NAME_MAX = 100,
	EXERCISE_MINUTES_MAX = 24 * 60,
	DUTY_SHIFT_MAX_S = 31 * 86400,
	DUTY_STEPS_MOST = 16,
	LOOK_TAB_MAX = 40,
};

/* Has the table a row for that field? For the test that keeps it complete. */
bool validate_has_row(const ProtobufCMessageDescriptor *type, uint32_t field_id);

/* Any message of the table by its rows. Returns 0 or VALIDATE_REFUSED. */
int validate_message(const ProtobufCMessage *message, struct trouble *trouble);

/* White space alone, and what takes no room at all; also for NULL. */
bool validate_says_nothing(const char *text);

/* validate_message() and what holds between fields of a report. */
int validate_report(const Vedetta__V1__Report *report, struct trouble *trouble);

/* The same of an action: which one, and what it needs. */
int validate_action(const Vedetta__V1__Action *action, struct trouble *trouble);

/*
 * The same of what is set about duty. Whether its areas and teams exist, and
 * whether its people can be reached, is dispatch/duty.h's to say.
 */
int validate_team(const Vedetta__V1__Team *team, struct trouble *trouble);
int validate_shift(const Vedetta__V1__Shift *shift, struct trouble *trouble);
int validate_on_call(const Vedetta__V1__OnCall *list, struct trouble *trouble);
int validate_policy(const Vedetta__V1__Policy *policy, struct trouble *trouble);
int validate_exercise_change(
	const Vedetta__V1__ExerciseChange *change, struct trouble *trouble);
int validate_duty_answer(
	const Vedetta__V1__DutyAnswer *answer, struct trouble *trouble);

#endif
