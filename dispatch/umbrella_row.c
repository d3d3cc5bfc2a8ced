#include <errno.h>

#include "dispatch/umbrella_internal.h"

static struct store_umbrella
record_of(const struct umbrella *umbrella)
{
	return (struct store_umbrella){
		.id = umbrella->id,
		.seq = umbrella->seq,
		.event_group = (uint8_t)umbrella->field->group,
		.exercise = umbrella->field->exercise,
		.status = umbrella->status,
		.anchor = umbrella->anchor,
		.merged_into = umbrella->merged_into,
		.opened_ms = umbrella->opened_ms,
		.ended_ms = umbrella->ended_ms,
	};
}

/* A row about the umbrella as it is now; its first gives it its id. */
int
umbrella_put_row(
	struct umbrella *umbrella, Vedetta__V1__UmbrellaEvent event, uint64_t other)
{
	struct umbrellas *u = umbrella->field->all;
	struct umbrella_due *due;

	if (u->n_given == u->n_due) {
		u->n_given = u->n_due = 0;
	}
	if (umbrella_make_room((void **)&u->due, &u->room_due, u->n_due + 1,
		    sizeof(*u->due)) < 0) {
		return -ENOMEM;
	}
	due = &u->due[u->n_due++];
	*due = (struct umbrella_due){.event = event,
		.other = other,
		.core = (uint32_t)cluster_size(
			umbrella->field->cluster, umbrella->component)};
	u->last_seq++;
	if (umbrella->id == 0) {
		umbrella->id = u->last_seq;
	}
	due->row = (struct store_row){
		.seq = u->last_seq,
		.at_ms = u->now_ms,
		.kind = STORE_UMBRELLA,
		.subject = umbrella->id,
		.prev = umbrella->seq,
		.about = u->cause_seq,
		.print = (uint64_t)u->clock_ms,
	};
	umbrella->seq = u->last_seq;
	due->record = record_of(umbrella);
	return 0;
}

int
umbrellas_next_row(struct umbrellas *u, struct arena *arena, struct umbrella_row *out)
{
	Vedetta__V1__LogUmbrella body = VEDETTA__V1__LOG_UMBRELLA__INIT;
	const struct umbrella_due *due;
	uint8_t *packed;

	if (u->n_given == u->n_due) {
		return 0;
	}
	due = &u->due[u->n_given];
	body.event = due->event;
	body.event_group =
		(char *)event_group_name((enum event_group)due->record.event_group);
	body.exercise = due->record.exercise;
	body.anchor = due->record.anchor;
	body.other = due->other;
	body.core = due->core;
	packed = arena_alloc(arena, vedetta__v1__log_umbrella__get_packed_size(&body));
	if (packed == NULL) {
		return -ENOMEM;
	}
	*out = (struct umbrella_row){due->row, due->record};
	out->row.body = packed;
	out->row.body_bytes = vedetta__v1__log_umbrella__pack(&body, packed);
	u->n_given++;
	return 1;
}

uint64_t
umbrellas_last_seq(const struct umbrellas *u)
{
	return u->last_seq;
}
