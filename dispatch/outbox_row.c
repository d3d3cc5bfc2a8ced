#include <errno.h>

#include "dispatch/outbox_internal.h"

/* Steele and others: Fast splittable pseudorandom number generators, 2014 */
uint64_t
outbox_draw(uint64_t id, uint64_t attempt)
{
	uint64_t z = id * 0x9e3779b97f4a7c15U + attempt;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

static int
pack(const ProtobufCMessage *message, struct arena *arena, const uint8_t **bytes,
	size_t *n)
{
	uint8_t *packed;

	*n = protobuf_c_message_get_packed_size(message);
	packed = arena_alloc(arena, *n + 1);
	if (packed == NULL) {
		return -ENOMEM;
	}
	(void)protobuf_c_message_pack(message, packed);
	*bytes = packed;
	return 0;
}

/* What the log keeps for ever, and what can be erased. */
static void
part(const Vedetta__V1__Delivery *whole, const struct outbox_item *i,
	Vedetta__V1__Delivery *kept, Vedetta__V1__Delivery *personal)
{
	const Vedetta__V1__Delivery none = VEDETTA__V1__DELIVERY__INIT;

	*kept = *whole;
	kept->id = i->d.id;
	kept->target = NULL;
	kept->title = none.title;
	kept->text = none.text;
	kept->link = none.link;
	kept->not_after_ms = i->d.not_after_ms;
	kept->urgency = (Vedetta__V1__DeliveryUrgency)i->d.urgency;
	*personal = none;
	personal->target = whole->target;
	personal->title = whole->title;
	personal->text = whole->text;
	personal->link = whole->link;
}

int
outbox_row(struct outbox_item *i, const Vedetta__V1__Delivery *delivery,
	const struct outbox_turn *turn, struct outbox_row *out)
{
	Vedetta__V1__LogDelivery body = VEDETTA__V1__LOG_DELIVERY__INIT;
	Vedetta__V1__Delivery kept, personal;
	struct store_row *row = &out->row;
	int r = 0;

	*row = (struct store_row){
		.seq = *turn->last_seq + 1,
		.at_ms = turn->now_ms,
		.kind = STORE_DELIVERY,
		.subject = i->d.id,
		.prev = i->d.seq,
	};
	if (delivery != NULL) {
		i->d.id = row->subject = row->seq;
		part(delivery, i, &kept, &personal);
		body.delivery = &kept;
		r = pack(&personal.base, turn->arena, &row->personal,
			&row->personal_bytes);
	}
	body.state = (Vedetta__V1__DeliveryState)i->d.state;
	body.reason = (Vedetta__V1__DeliveryReason)i->d.reason;
	body.attempt = i->d.attempts;
	body.status = i->d.status;
	if (r == 0) {
		r = pack(&body.base, turn->arena, &row->body, &row->body_bytes);
	}
	if (r < 0) {
		return r;
	}
	*turn->last_seq = i->d.seq = row->seq;
	out->record = i->d;
	return OUTBOX_ROW;
}
