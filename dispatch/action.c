#include "dispatch/action.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* By the numbers of its fields. */
/* clang-format off */
static const char *const names[] = {
	[VEDETTA__V1__ACTION__WHAT_PLACE] = "place",
	[VEDETTA__V1__ACTION__WHAT_ACKNOWLEDGE] = "acknowledge",
	[VEDETTA__V1__ACTION__WHAT_ASSIGN] = "assign",
	[VEDETTA__V1__ACTION__WHAT_HAND_OVER] = "handOver",
	[VEDETTA__V1__ACTION__WHAT_REFUSE_HAND_OVER] = "refuseHandOver",
	[VEDETTA__V1__ACTION__WHAT_NOTE] = "note",
	[VEDETTA__V1__ACTION__WHAT_SET_CLASS] = "setClass",
	[VEDETTA__V1__ACTION__WHAT_ASK] = "ask",
	[VEDETTA__V1__ACTION__WHAT_MERGE] = "merge",
	[VEDETTA__V1__ACTION__WHAT_SPLIT] = "split",
	[VEDETTA__V1__ACTION__WHAT_MOVE] = "move",
	[VEDETTA__V1__ACTION__WHAT_MARK] = "mark",
	[VEDETTA__V1__ACTION__WHAT_CLOSE] = "close",
	[VEDETTA__V1__ACTION__WHAT_REOPEN] = "reopen",
	[VEDETTA__V1__ACTION__WHAT_UNDO] = "undo",
};
/* clang-format on */

const char *
action_what(const Vedetta__V1__Action *action)
{
	size_t what = (size_t)action->what_case;

	return what < sizeof(names) / sizeof(names[0]) && names[what] != NULL
		       ? names[what]
		       : "";
}

bool
action_only_adds(const Vedetta__V1__Action *action)
{
	switch (action->what_case) {
	case VEDETTA__V1__ACTION__WHAT_ACKNOWLEDGE:
	case VEDETTA__V1__ACTION__WHAT_HAND_OVER:
	case VEDETTA__V1__ACTION__WHAT_REFUSE_HAND_OVER:
	case VEDETTA__V1__ACTION__WHAT_NOTE:
	case VEDETTA__V1__ACTION__WHAT_ASK:
		return true;
	case VEDETTA__V1__ACTION__WHAT_PLACE:
	case VEDETTA__V1__ACTION__WHAT_ASSIGN:
	case VEDETTA__V1__ACTION__WHAT_SET_CLASS:
	case VEDETTA__V1__ACTION__WHAT_MERGE:
	case VEDETTA__V1__ACTION__WHAT_SPLIT:
	case VEDETTA__V1__ACTION__WHAT_MOVE:
	case VEDETTA__V1__ACTION__WHAT_MARK:
	case VEDETTA__V1__ACTION__WHAT_CLOSE:
	case VEDETTA__V1__ACTION__WHAT_REOPEN:
	case VEDETTA__V1__ACTION__WHAT_UNDO:
	case VEDETTA__V1__ACTION__WHAT__NOT_SET:
	case _VEDETTA__V1__ACTION__WHAT__CASE_IS_INT_SIZE:
		break;
	}
	return false;
}

bool
action_has_undo(const Vedetta__V1__Action *action)
{
	switch (action->what_case) {
	case VEDETTA__V1__ACTION__WHAT_ACKNOWLEDGE:
	case VEDETTA__V1__ACTION__WHAT_ASSIGN:
	case VEDETTA__V1__ACTION__WHAT_HAND_OVER:
	case VEDETTA__V1__ACTION__WHAT_REFUSE_HAND_OVER:
	case VEDETTA__V1__ACTION__WHAT_SET_CLASS:
	case VEDETTA__V1__ACTION__WHAT_MERGE:
	case VEDETTA__V1__ACTION__WHAT_SPLIT:
	case VEDETTA__V1__ACTION__WHAT_MOVE:
	case VEDETTA__V1__ACTION__WHAT_MARK:
	case VEDETTA__V1__ACTION__WHAT_CLOSE:
		return true;
	case VEDETTA__V1__ACTION__WHAT_PLACE:
	case VEDETTA__V1__ACTION__WHAT_NOTE:
	case VEDETTA__V1__ACTION__WHAT_ASK:
	case VEDETTA__V1__ACTION__WHAT_REOPEN:
	case VEDETTA__V1__ACTION__WHAT_UNDO:
	case VEDETTA__V1__ACTION__WHAT__NOT_SET:
	case _VEDETTA__V1__ACTION__WHAT__CASE_IS_INT_SIZE:
		break;
	}
	return false;
}

/* ---- as it is kept */

/* Names of offices and accounts are no words: who helps is said for ever. */
static bool
is_kept(const ProtobufCFieldDescriptor *field)
{
	return field->type != PROTOBUF_C_TYPE_STRING ||
	       strcmp(field->name, "to") == 0 || strcmp(field->name, "person") == 0 ||
	       strcmp(field->name, "team_name") == 0;
}

/* All strings of an action lie one level down; `place` is never kept like this. */
static void
strip(Vedetta__V1__Action *a)
{
	ProtobufCMessage *what = &a->acknowledge->base; /* a union: any member */
	unsigned i;

	for (i = 0; i < what->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &what->descriptor->fields[i];

		if (!is_kept(field)) {
			char *nothing = (char *)protobuf_c_empty_string;

			memcpy((char *)what + field->offset, &nothing, sizeof(nothing));
		}
	}
}

static int
pack(const ProtobufCMessage *message, struct arena *arena, const uint8_t **out,
	size_t *bytes)
{
	uint8_t *to;

	*bytes = protobuf_c_message_get_packed_size(message);
	to = arena_alloc(arena, *bytes > 0 ? *bytes : 1);
	if (to == NULL) {
		return -ENOMEM;
	}
	(void)protobuf_c_message_pack(message, to);
	*out = to;
	return 0;
}

int
action_write(const Vedetta__V1__Action *action, uint64_t seen,
	Vedetta__V1__LogDecision *decision, struct arena *arena, struct store_row *row)
{
	int r = pack(&action->base, arena, &row->personal, &row->personal_bytes);
	Vedetta__V1__Action *kept;

	if (r < 0) {
		return r;
	}
	kept = vedetta__v1__action__unpack(
		arena_allocator(arena), row->personal_bytes, row->personal);
	if (kept == NULL) {
		return -ENOMEM;
	}
	strip(kept);
	if (kept->sequence > seen) {
		kept->sequence = seen;
	}
	decision->action = kept;
	return pack(&decision->base, arena, &row->body, &row->body_bytes);
}

/* The words of the second action in the first. */
static void
give_words(Vedetta__V1__Action *body, Vedetta__V1__Action *said)
{
	Vedetta__V1__Action swap;

	if (said == NULL || said->what_case != body->what_case) {
		return; /* erased */
	}
	said->sequence = body->sequence;
	swap = *body;
	*body = *said;
	*said = swap;
}

static Vedetta__V1__LogDecision *
read_with(const struct store_row *row, ProtobufCAllocator *from, bool with_notes)
{
	Vedetta__V1__LogDecision *said =
		vedetta__v1__log_decision__unpack(from, row->body_bytes, row->body);
	Vedetta__V1__Action *words;

	if (said == NULL || said->action == NULL ||
		action_what(said->action)[0] == '\0') {
		vedetta__v1__log_decision__free_unpacked(said, from);
		return NULL;
	}
	if (row->personal == NULL ||
		(!with_notes &&
			said->action->what_case == VEDETTA__V1__ACTION__WHAT_NOTE)) {
		return said;
	}
	words = vedetta__v1__action__unpack(from, row->personal_bytes, row->personal);
	if (words == NULL) {
		vedetta__v1__log_decision__free_unpacked(said, from);
		return NULL;
	}
	give_words(said->action, words);
	vedetta__v1__action__free_unpacked(words, from);
	return said;
}

Vedetta__V1__LogDecision *
action_read(const struct store_row *row)
{
	return read_with(row, NULL, false);
}

Vedetta__V1__LogDecision *
action_read_all(const struct store_row *row, struct arena *arena)
{
	return read_with(row, arena_allocator(arena), true);
}
