/* Longer than 500 lines: one table of rules for all that strangers may send. */
#include "proto/validate.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "google/protobuf/timestamp.pb-c.h"
#include "proto/path.h"
#include "proto/utf8.h"

#define YEAR_2100_S INT64_C(4102444800)

enum rule_kind {
	RULE_NONE, /* any value of the type makes sense */
	RULE_ENUM, /* a value this version knows */
	RULE_MESSAGE,
	RULE_NUMBER,   /* finite, min to max */
	RULE_POSITIVE, /* finite, more than 0, to max */
	RULE_COUNT,    /* uint32, min to max */
	RULE_TIME,     /* a Timestamp of 1970 to 2099 */
	RULE_TEXT,     /* words of people: max code points, no controls */
	RULE_CODE,     /* max bytes of an alphabet */
	RULE_HAZARD,   /* RULE_CODE that starts with a letter */
};

struct alphabet {
	const char *chars;
	const char *shown;
};

struct row {
	uint32_t field_id;
	enum rule_kind kind;
	int64_t min;
	int64_t max;
	const struct alphabet *alphabet;
};

/* Rows in the order of the descriptor's fields. */
struct table {
	const ProtobufCMessageDescriptor *type;
	size_t n_rows;
	const struct row *rows;
};

/* An empty string and an absent message are absent, and no rule looks at them. */
/* clang-format off */
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
static const struct alphabet hazard_chars = { LOWER "_", "a-z and _" };
static const struct alphabet lang_chars = { LOWER UPPER DIGITS "-", "letters, digits and -" };
static const struct alphabet area_chars = { LOWER UPPER DIGITS "._-*", "letters, digits, ., _ and -" };
static const struct alphabet login_chars = { LOWER DIGITS "._-", "a-z, 0-9, ., _ and -" };
static const struct alphabet mail_chars = { LOWER UPPER DIGITS "@.!#$%&'*+/=?^_`{|}~-", "the characters of an e-mail address" };
static const struct alphabet chat_chars = { DIGITS "-", "digits, with - before them" };
static const struct alphabet url_chars = { LOWER UPPER DIGITS "-._~:/?#[]@!$&'()*+,;=%", "the characters of a URL" };
static const struct alphabet phone_chars = { DIGITS "+() ./-", "digits, spaces and +().-/" };

static const struct row report_rows[] = {
	{ 1, RULE_HAZARD,  0, REPORT_HAZARD_MAX, &hazard_chars }, /* hazard */
	{ 2, RULE_ENUM,    0, 0, NULL },                          /* about */
	{ 3, RULE_MESSAGE, 0, 0, NULL },                          /* place */
	{ 4, RULE_MESSAGE, 0, 0, NULL },                          /* signs */
	{ 5, RULE_TEXT,    0, REPORT_TEXT_MAX, NULL },            /* text */
	{ 6, RULE_CODE,    0, REPORT_LANG_MAX, &lang_chars },     /* lang */
	{ 7, RULE_TIME,    0, 0, NULL },                          /* claimed_at */
	{ 8, RULE_MESSAGE, 0, 0, NULL },                          /* contact */
};
static const struct row place_rows[] = {
	{ 1, RULE_MESSAGE,  0, 0, NULL },                         /* point */
	{ 2, RULE_POSITIVE, 0, REPORT_ACCURACY_MAX_M, NULL },     /* accuracy_m */
	{ 3, RULE_ENUM,     0, 0, NULL },                         /* kind */
	{ 4, RULE_NUMBER,   0, REPORT_AGE_MAX_S, NULL },          /* age_s */
	{ 5, RULE_TEXT,     0, REPORT_WORDS_MAX, NULL },          /* words */
};
static const struct row point_rows[] = {
	{ 1, RULE_NUMBER, -90, 90, NULL },                        /* lat_deg */
	{ 2, RULE_NUMBER, -180, 180, NULL },                      /* lon_deg */
};
static const struct row signs_rows[] = {
	{ 1, RULE_NONE, 0, 0, NULL },                             /* trapped */
	{ 2, RULE_NONE, 0, 0, NULL },                             /* unresponsive */
	{ 3, RULE_NONE, 0, 0, NULL },                             /* injured */
	{ 4, RULE_NONE, 0, 0, NULL },                             /* danger_rising */
	{ 5, RULE_NONE, 0, 0, NULL },                             /* vulnerable */
	{ 6, RULE_NONE, 0, 0, NULL },                             /* way_out_blocked */
	{ 7, RULE_NONE, 0, 0, NULL },                             /* needs */
	{ 8, RULE_ENUM, 0, 0, NULL },                             /* people */
};
static const struct row contact_rows[] = {
	{ 1, RULE_TEXT, 0, REPORT_NAME_MAX, NULL },               /* name */
	{ 2, RULE_CODE, 0, REPORT_PHONE_MAX, &phone_chars },      /* phone */
};

static const struct row action_rows[] = {
	{ 1, RULE_NONE,    0, 0, NULL },                          /* sequence */
	{ 2, RULE_MESSAGE, 0, 0, NULL },                          /* place */
	{ 3, RULE_MESSAGE, 0, 0, NULL },                          /* acknowledge */
	{ 4, RULE_MESSAGE, 0, 0, NULL },                          /* assign */
	{ 5, RULE_MESSAGE, 0, 0, NULL },                          /* hand_over */
	{ 6, RULE_MESSAGE, 0, 0, NULL },                          /* refuse_hand_over */
	{ 7, RULE_MESSAGE, 0, 0, NULL },                          /* note */
	{ 8, RULE_MESSAGE, 0, 0, NULL },                          /* set_class */
	{ 9, RULE_MESSAGE, 0, 0, NULL },                          /* ask */
	{ 10, RULE_MESSAGE, 0, 0, NULL },                         /* merge */
	{ 11, RULE_MESSAGE, 0, 0, NULL },                         /* split */
	{ 12, RULE_MESSAGE, 0, 0, NULL },                         /* move */
	{ 13, RULE_MESSAGE, 0, 0, NULL },                         /* mark */
	{ 14, RULE_MESSAGE, 0, 0, NULL },                         /* close */
	{ 15, RULE_MESSAGE, 0, 0, NULL },                         /* reopen */
	{ 16, RULE_MESSAGE, 0, 0, NULL },                         /* undo */
};
static const struct row place_action_rows[] = {
	{ 1, RULE_NONE,     0, 0, NULL },                         /* report */
	{ 2, RULE_MESSAGE,  0, 0, NULL },                         /* point */
	{ 3, RULE_POSITIVE, 0, REPORT_ACCURACY_MAX_M, NULL },     /* accuracy_m */
	{ 4, RULE_TEXT,     0, REPORT_WORDS_MAX, NULL },          /* words */
	{ 5, RULE_TEXT,     0, ACTION_REASON_MAX, NULL },         /* reason */
	{ 6, RULE_NONE,     0, 0, NULL },                         /* leaves */
};
static const struct row assign_rows[] = {
	{ 1, RULE_NONE, 0, 0, NULL },                             /* team */
	{ 2, RULE_TEXT, 0, ACTION_NAME_MAX, NULL },               /* person */
	{ 3, RULE_NONE, 0, 0, NULL },                             /* nobody */
	{ 4, RULE_TEXT, 0, ACTION_REASON_MAX, NULL },             /* note */
	{ 5, RULE_TEXT, 0, ACTION_NAME_MAX, NULL },               /* team_name */
};
static const struct row hand_over_rows[] = {
	{ 1, RULE_TEXT, 0, ACTION_NAME_MAX, NULL },               /* to */
	{ 2, RULE_TEXT, 0, ACTION_REFERENCE_MAX, NULL },          /* reference */
	{ 3, RULE_TEXT, 0, ACTION_NAME_MAX, NULL },               /* taken_by */
	{ 4, RULE_TEXT, 0, ACTION_REASON_MAX, NULL },             /* note */
};
static const struct row refuse_rows[] = {
	{ 1, RULE_TEXT, 0, ACTION_REASON_MAX, NULL },             /* reason */
};
static const struct row note_rows[] = {
	{ 1, RULE_TEXT, 0, ACTION_NOTE_MAX, NULL },               /* text */
};
static const struct row set_class_rows[] = {
	{ 1, RULE_NONE, 0, 0, NULL },                             /* class */
	{ 2, RULE_TEXT, 0, ACTION_REASON_MAX, NULL },             /* reason */
};
static const struct row ask_rows[] = {
	{ 1, RULE_NONE, 0, 0, NULL },                             /* report */
	{ 2, RULE_TEXT, 0, ACTION_NOTE_MAX, NULL },               /* text */
};
static const struct row merge_rows[] = {
	{ 1, RULE_NONE, 0, 0, NULL },                             /* into */
	{ 2, RULE_NONE, 0, 0, NULL },                             /* into_sequence */
	{ 3, RULE_TEXT, 0, ACTION_REASON_MAX, NULL },             /* reason */
};
static const struct row split_rows[] = {
	{ 1, RULE_NONE, 0, 0, NULL },                             /* reports */
	{ 2, RULE_TEXT, 0, ACTION_REASON_MAX, NULL },             /* reason */
};
static const struct row move_report_rows[] = {
	{ 1, RULE_NONE, 0, 0, NULL },                             /* report */
	{ 2, RULE_NONE, 0, 0, NULL },                             /* into */
	{ 3, RULE_NONE, 0, 0, NULL },                             /* into_sequence */
	{ 4, RULE_TEXT, 0, ACTION_REASON_MAX, NULL },             /* reason */
};
static const struct row mark_rows[] = {
	{ 1, RULE_ENUM, 0, 0, NULL },                             /* kind */
	{ 2, RULE_NONE, 0, 0, NULL },                             /* of */
	{ 3, RULE_NONE, 0, 0, NULL },                             /* report */
	{ 4, RULE_TEXT, 0, ACTION_REASON_MAX, NULL },             /* reason */
};
static const struct row close_rows[] = {
	{ 1, RULE_ENUM, 0, 0, NULL },                             /* outcome */
	{ 2, RULE_TEXT, 0, ACTION_REASON_MAX, NULL },             /* text */
};
static const struct row reopen_rows[] = {
	{ 1, RULE_TEXT, 0, ACTION_REASON_MAX, NULL },             /* reason */
};
static const struct row undo_rows[] = {
	{ 1, RULE_NONE, 0, 0, NULL },                             /* decision */
	{ 2, RULE_TEXT, 0, ACTION_REASON_MAX, NULL },             /* reason */
};

static const struct row person_rows[] = {
	{ 1, RULE_CODE, 0, 64, &login_chars },                    /* account */
	{ 2, RULE_TEXT, 0, REPORT_NAME_MAX, NULL },               /* name */
	{ 3, RULE_CODE, 0, 254, &mail_chars },                    /* email */
	{ 4, RULE_CODE, 0, 20, &chat_chars },                     /* telegram */
	{ 5, RULE_CODE, 0, 500, &url_chars },                     /* webhook */
	{ 6, RULE_CODE, 0, REPORT_LANG_MAX, &lang_chars },        /* language */
};
static const struct row team_rows[] = {
	{ 1, RULE_NONE,    0, 0, NULL },                          /* id */
	{ 2, RULE_TEXT,    0, REPORT_NAME_MAX, NULL },            /* name */
	{ 3, RULE_CODE,    0, 31, &area_chars },                  /* areas */
	{ 4, RULE_MESSAGE, 0, 0, NULL },                          /* people */
	{ 5, RULE_NONE,    0, 0, NULL },                          /* removed */
};
static const struct row shift_rows[] = {
	{ 1, RULE_NONE,    0, 0, NULL },                          /* id */
	{ 2, RULE_CODE,    0, 31, &area_chars },                  /* area */
	{ 3, RULE_MESSAGE, 0, 0, NULL },                          /* person */
	{ 4, RULE_TIME,    0, 0, NULL },                          /* from */
	{ 5, RULE_TIME,    0, 0, NULL },                          /* to */
	{ 6, RULE_NONE,    0, 0, NULL },                          /* leads */
	{ 7, RULE_TEXT,    0, DUTY_NOTE_MAX, NULL },              /* note */
	{ 8, RULE_NONE,    0, 0, NULL },                          /* removed */
	{ 9, RULE_NONE,    0, 0, NULL },                          /* exercise */
	{ 10, RULE_TIME,   0, 0, NULL },                          /* answered_at */
	{ 11, RULE_TIME,   0, 0, NULL },                          /* left_at */
};
static const struct row on_call_rows[] = {
	{ 1, RULE_NONE,    0, 0, NULL },                          /* id */
	{ 2, RULE_CODE,    0, 31, &area_chars },                  /* area */
	{ 3, RULE_MESSAGE, 0, 0, NULL },                          /* people */
	{ 4, RULE_NONE,    0, 0, NULL },                          /* removed */
};
static const struct row step_rows[] = {
	{ 1, RULE_ENUM,  0, 0, NULL },                            /* to */
	{ 2, RULE_NONE,  0, 0, NULL },                            /* team */
	{ 3, RULE_ENUM,  0, 0, NULL },                            /* means */
	{ 4, RULE_COUNT, 0, 86400, NULL },                        /* after_s */
};
static const struct row policy_rows[] = {
	{ 1, RULE_NONE,    0, 0, NULL },                          /* id */
	{ 2, RULE_CODE,    0, 31, &area_chars },                  /* area */
	{ 3, RULE_COUNT,   1, 2, NULL },                          /* classes */
	{ 4, RULE_MESSAGE, 0, 0, NULL },                          /* steps */
	{ 5, RULE_COUNT,   0, 300, NULL },                        /* group_wait_s */
	{ 6, RULE_COUNT,   0, 3600, NULL },                       /* group_interval_s */
	{ 7, RULE_COUNT,   0, 86400, NULL },                      /* repeat_s */
	{ 8, RULE_COUNT,   0, 86400, NULL },                      /* hand_over_s */
	{ 9, RULE_NONE,    0, 0, NULL },                          /* removed */
};
static const struct row duty_answer_rows[] = {
	{ 1, RULE_NONE, 0, 0, NULL },                             /* on */
	{ 2, RULE_NONE, 0, 0, NULL },                             /* shift */
	{ 3, RULE_CODE, 0, 31, &area_chars },                     /* area */
	{ 4, RULE_TIME, 0, 0, NULL },                             /* to */
	{ 5, RULE_TEXT, 0, DUTY_NOTE_MAX, NULL },                 /* note */
	{ 6, RULE_NONE, 0, 0, NULL },                             /* exercise */
	{ 7, RULE_NONE, 0, 0, NULL },                             /* exercise_id */
};
static const struct row look_rows[] = {
	{ 1, RULE_TEXT, 0, LOOK_TAB_MAX, NULL },                  /* tab */
	{ 2, RULE_NONE, 0, 0, NULL },                             /* incident */
	{ 3, RULE_NONE, 0, 0, NULL },                             /* writing */
	{ 4, RULE_NONE, 0, 0, NULL },                             /* count */
};

static const struct row exercise_change_rows[] = {
	{ 1, RULE_NONE,  0, 0, NULL },                            /* on */
	{ 2, RULE_TEXT,  0, EXERCISE_NAME_MAX, NULL },            /* name */
	{ 3, RULE_COUNT, 0, EXERCISE_MINUTES_MAX, NULL },         /* minutes */
	{ 4, RULE_NONE,  0, 0, NULL },                            /* leave_open */
	{ 5, RULE_NONE,  0, 0, NULL },                            /* id */
};

#define ROWS(rows) sizeof(rows) / sizeof((rows)[0]), rows
static const struct table tables[] = {
	{ &vedetta__v1__report__descriptor,  ROWS(report_rows) },
	{ &vedetta__v1__place__descriptor,   ROWS(place_rows) },
	{ &vedetta__v1__point__descriptor,   ROWS(point_rows) },
	{ &vedetta__v1__signs__descriptor,   ROWS(signs_rows) },
	{ &vedetta__v1__contact__descriptor, ROWS(contact_rows) },
	{ &vedetta__v1__action__descriptor,  ROWS(action_rows) },
	{ &vedetta__v1__place_action__descriptor, ROWS(place_action_rows) },
	{ &vedetta__v1__duty_person__descriptor, ROWS(person_rows) },
	{ &vedetta__v1__team__descriptor, ROWS(team_rows) },
	{ &vedetta__v1__shift__descriptor, ROWS(shift_rows) },
	{ &vedetta__v1__on_call__descriptor, ROWS(on_call_rows) },
	{ &vedetta__v1__policy_step__descriptor, ROWS(step_rows) },
	{ &vedetta__v1__policy__descriptor, ROWS(policy_rows) },
	{ &vedetta__v1__duty_answer__descriptor, ROWS(duty_answer_rows) },
	{ &vedetta__v1__look__descriptor, ROWS(look_rows) },
	{ &vedetta__v1__exercise_change__descriptor, ROWS(exercise_change_rows) },
	{ &vedetta__v1__acknowledge__descriptor, 0, NULL },
	{ &vedetta__v1__assign__descriptor, ROWS(assign_rows) },
	{ &vedetta__v1__hand_over__descriptor, ROWS(hand_over_rows) },
	{ &vedetta__v1__refuse__descriptor, ROWS(refuse_rows) },
	{ &vedetta__v1__note__descriptor, ROWS(note_rows) },
	{ &vedetta__v1__set_class__descriptor, ROWS(set_class_rows) },
	{ &vedetta__v1__ask__descriptor, ROWS(ask_rows) },
	{ &vedetta__v1__merge__descriptor, ROWS(merge_rows) },
	{ &vedetta__v1__split__descriptor, ROWS(split_rows) },
	{ &vedetta__v1__move_report__descriptor, ROWS(move_report_rows) },
	{ &vedetta__v1__mark__descriptor, ROWS(mark_rows) },
	{ &vedetta__v1__close__descriptor, ROWS(close_rows) },
	{ &vedetta__v1__reopen__descriptor, ROWS(reopen_rows) },
	{ &vedetta__v1__undo__descriptor, ROWS(undo_rows) },
};
/* clang-format on */

static void check_message(const ProtobufCMessage *message, const struct path *up,
	struct trouble *trouble);

__attribute__((format(printf, 3, 4))) static void
complain(struct trouble *trouble, const struct path *where, const char *format, ...)
{
	char field[TROUBLE_FIELD_BYTES];
	char reason[TROUBLE_REASON_BYTES];
	va_list args;

	path_write(where, field);
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	trouble_add(trouble, field, "%s", reason);
}

static const struct table *
table_of(const ProtobufCMessageDescriptor *type)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (tables[i].type == type) {
			return &tables[i];
		}
	}
	return NULL;
}

static void
check_number(const struct row *row, const struct path *where, double number,
	struct trouble *trouble)
{
	if (!isfinite(number)) {
		complain(trouble, where, "must be a finite number");
	} else if (row->kind == RULE_POSITIVE && number <= 0) {
		complain(trouble, where, "must be more than 0");
	} else if (number < (double)row->min || number > (double)row->max) {
		complain(trouble, where, "must be between %lld and %lld",
			(long long)row->min, (long long)row->max);
	}
}

static void
check_text(const struct row *row, const struct path *where, const char *text,
	struct trouble *trouble)
{
	size_t bytes = strlen(text);

	if (!utf8_is_text(text, bytes, NULL)) {
		complain(trouble, where,
			"must be UTF-8 text without control characters but newline and "
			"tab");
	} else if (utf8_length(text, bytes) > (size_t)row->max) {
		complain(trouble, where, "must have %lld characters at most",
			(long long)row->max);
	}
}

static void
check_code(const struct row *row, const struct path *where, const char *text,
	struct trouble *trouble)
{
	size_t bytes = strlen(text);

	if (bytes > (size_t)row->max) {
		complain(trouble, where, "must have %lld characters at most",
			(long long)row->max);
	} else if (strspn(text, row->alphabet->chars) != bytes) {
		complain(trouble, where, "must be made of %s only",
			row->alphabet->shown);
	} else if (row->kind == RULE_HAZARD && text[0] == '_') {
		complain(trouble, where, "must start with a letter");
	}
}

static void
check_time(const struct path *where, const ProtobufCMessage *message,
	struct trouble *trouble)
{
	const Google__Protobuf__Timestamp *stamp =
		(const Google__Protobuf__Timestamp *)message;

	if (stamp->seconds < 0 || stamp->seconds >= YEAR_2100_S || stamp->nanos < 0 ||
		stamp->nanos > 999999999) {
		complain(trouble, where, "must be a time of the years 1970 to 2099");
	}
}

/* One field that is present and no list; at is where its value lies. */
static void
check_value(const struct row *row, const struct path *where, const char *at,
	struct trouble *trouble)
{
	double number;
	uint32_t count;
	int enumerator;
	const char *text;
	const ProtobufCMessage *message;

	switch (row->kind) {
	case RULE_NONE:
		break;
	case RULE_ENUM:
		memcpy(&enumerator, at, sizeof(enumerator));
		if (protobuf_c_enum_descriptor_get_value(
			    where->field->descriptor, enumerator) == NULL) {
			complain(trouble, where, "must be a known value");
		}
		break;
	case RULE_NUMBER:
	case RULE_POSITIVE:
		memcpy(&number, at, sizeof(number));
		check_number(row, where, number, trouble);
		break;
	case RULE_COUNT:
		memcpy(&count, at, sizeof(count));
		if (count < row->min || count > row->max) {
			complain(trouble, where, "must be between %lld and %lld",
				(long long)row->min, (long long)row->max);
		}
		break;
	case RULE_TEXT:
		memcpy(&text, at, sizeof(text));
		check_text(row, where, text == NULL ? "" : text, trouble);
		break;
	case RULE_CODE:
	case RULE_HAZARD:
		memcpy(&text, at, sizeof(text));
		check_code(row, where, text == NULL ? "" : text, trouble);
		break;
	case RULE_TIME:
		memcpy(&message, at, sizeof(message));
		if (message != NULL) {
			check_time(where, message, trouble);
		}
		break;
	case RULE_MESSAGE:
		memcpy(&message, at, sizeof(message));
		if (message != NULL) {
			check_message(message, where, trouble);
		}
		break;
	}
}

/* Elements of a list lie one behind the other, each as large as a field alone. */
static size_t
element_bytes(const ProtobufCFieldDescriptor *field)
{
	return field->type == PROTOBUF_C_TYPE_ENUM     ? sizeof(int)
	       : field->type == PROTOBUF_C_TYPE_UINT32 ? sizeof(uint32_t)
	       : field->type == PROTOBUF_C_TYPE_UINT64 ? sizeof(uint64_t)
						       : sizeof(void *);
}

static void
check_list(const struct row *row, struct path *where, const ProtobufCMessage *message,
	struct trouble *trouble)
{
	const ProtobufCFieldDescriptor *field = where->field;
	const char *list;
	size_t n;

	memcpy(&n, (const char *)message + field->quantifier_offset, sizeof(n));
	memcpy(&list, (const char *)message + field->offset, sizeof(list));
	if (n > LIST_MOST) {
		complain(trouble, where, "must have %d elements at most", LIST_MOST);
		return;
	}
	for (where->index = 0; where->index < n; where->index++) {
		check_value(row, where, list + where->index * element_bytes(field),
			trouble);
	}
}

/* Calls itself no deeper than the types nest. */
static void
check_message(
	const ProtobufCMessage *message, const struct path *up, struct trouble *trouble)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	const struct table *table = table_of(type);

	assert(table != NULL && table->n_rows == type->n_fields);
	for (unsigned i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];
		struct path step = {up, field, PATH_NO_INDEX};
		int32_t which = (int32_t)field->id;

		assert(table->rows[i].field_id == field->id);
		if (field->label == PROTOBUF_C_LABEL_REPEATED) {
			check_list(&table->rows[i], &step, message, trouble);
			continue;
		}
		if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
			memcpy(&which, (const char *)message + field->quantifier_offset,
				sizeof(which));
		}
		if (which == (int32_t)field->id) {
			check_value(&table->rows[i], &step,
				(const char *)message + field->offset, trouble);
		}
	}
}

bool
validate_has_row(const ProtobufCMessageDescriptor *type, uint32_t field_id)
{
	const struct table *table = table_of(type);

	for (size_t i = 0; table != NULL && i < table->n_rows; i++) {
		if (table->rows[i].field_id == field_id) {
			return true;
		}
	}
	return false;
}

int
validate_message(const ProtobufCMessage *message, struct trouble *trouble)
{
	size_t before = trouble->n_found;

	check_message(message, NULL, trouble);
	return trouble->n_found > before ? VALIDATE_REFUSED : 0;
}

/* White space of Unicode, and what takes no room at all. */
static bool
is_blank(int32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 ||
	       c == 0x1680 || (c >= 0x2000 && c <= 0x200D) || c == 0x2028 ||
	       c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x2060 ||
	       c == 0x3000 || c == 0xFEFF;
}

bool
validate_says_nothing(const char *text)
{
	size_t bytes = text == NULL ? 0 : strlen(text);
	size_t at = 0;

	while (at < bytes) {
		if (!is_blank(utf8_next(text, bytes, &at))) {
			return false;
		}
	}
	return true;
}

int
validate_report(const Vedetta__V1__Report *report, struct trouble *trouble)
{
	size_t before = trouble->n_found;

	validate_message(&report->base, trouble);
	if ((report->hazard == NULL || report->hazard[0] == '\0') &&
		validate_says_nothing(report->text)) {
		trouble_add(trouble, "hazard", "hazard or text is required");
	}
	return trouble->n_found > before ? VALIDATE_REFUSED : 0;
}
