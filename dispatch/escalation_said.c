/*
 * escalation_said - what the rows of an escalation said, and whom they told
 *
 * Kept packed: unpacked each name, list and time is an allocation, and it took ten
 * times as much. It is looked at when somebody is told of the incident, when its next
 * row comes, and when a message failed.
 */
#include <errno.h>
#include <stdlib.h>

#include "dispatch/escalation_internal.h"

Vedetta__V1__Escalation *
escalation_said(const struct escalation *x, ProtobufCAllocator *from)
{
	return vedetta__v1__escalation__unpack(from, x->said_bytes, x->said);
}

int
escalation_say(struct escalation *x, const Vedetta__V1__Escalation *said)
{
	Vedetta__V1__Escalation without = *said;
	uint8_t *packed;

	without.since = without.next_at = NULL; /* the escalation's own */
	packed = malloc(vedetta__v1__escalation__get_packed_size(&without) + 1);
	if (packed == NULL) {
		return -ENOMEM;
	}
	free(x->said);
	x->said = packed;
	x->said_bytes = (uint32_t)vedetta__v1__escalation__pack(&without, packed);
	x->round = said->round;
	x->nobody_answered = said->nobody_answered != 0;
	x->nobody_to_tell = said->nobody_to_tell != 0;
	return 0;
}
