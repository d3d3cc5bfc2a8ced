#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/derive.h"
#include "dispatch/outbox_internal.h"
#include "dispatch/target.h"
#include "proto/utf8.h"

#define STATE(name) VEDETTA__V1__DELIVERY_STATE__DELIVERY_STATE_##name
#define REASON(name) VEDETTA__V1__DELIVERY_REASON__DELIVERY_REASON_##name
#define URGENCY(name) VEDETTA__V1__DELIVERY_URGENCY__DELIVERY_URGENCY_##name

static bool
is_line(const char *text)
{
	return strpbrk(text, "\r\n\t") == NULL;
}

static bool
is_name(const char *text)
{
	size_t bytes = strlen(text);

	for (size_t i = 0; i < bytes; i++) {
		if (text[i] <= ' ' || text[i] > '~') {
			return false;
		}
	}
	return bytes <= OUTBOX_KEY_MAX;
}

static bool
is_text(const char *text, size_t most)
{
	size_t bytes = strlen(text);

	return utf8_is_text(text, bytes, NULL) && utf8_length(text, bytes) <= most;
}

static bool
is_link(const char *link)
{
	char host[TARGET_HOST_BYTES];

	return link[0] == '\0' || target_host(link, host) > 0;
}

static int
check(const Vedetta__V1__Delivery *d, struct trouble *trouble)
{
	int r = d->target == NULL ? TARGET_BAD
				  : target_check(d->means, d->target, trouble);

	if (d->target == NULL) {
		trouble_add(trouble, "target", "is missing");
	}
	if (d->key[0] == '\0' || !is_name(d->key)) {
		trouble_add(trouble, "key", "must be 1 to %d printable characters",
			OUTBOX_KEY_MAX);
	}
	if (!is_name(d->group)) {
		trouble_add(trouble, "group", "must be at most %d printable characters",
			OUTBOX_KEY_MAX);
	}
	if (d->title[0] == '\0' || !is_text(d->title, OUTBOX_TITLE_MAX) ||
		!is_line(d->title)) {
		trouble_add(trouble, "title", "must be one line of 1 to %d characters",
			OUTBOX_TITLE_MAX);
	}
	if (!is_text(d->text, OUTBOX_TEXT_MAX)) {
		trouble_add(trouble, "text", "must be at most %d characters of text",
			OUTBOX_TEXT_MAX);
	}
	if (!is_link(d->link)) {
		trouble_add(trouble, "link", "must be a URL of http or https");
	}
	return r == 0 && trouble_is_empty(trouble) ? 0 : OUTBOX_BAD;
}

static uint8_t
urgency_of(const Vedetta__V1__Delivery *d)
{
	return d->urgency >= URGENCY(LOW) && d->urgency <= URGENCY(HIGH)
		       ? (uint8_t)d->urgency
		       : (uint8_t)URGENCY(NORMAL);
}

static struct store_delivery
record_of(const Vedetta__V1__Delivery *d, int64_t now_ms)
{
	int64_t last_ms = now_ms + OUTBOX_LIFE_MOST_MS;

	return (struct store_delivery){
		.means = (uint8_t)d->means,
		.state = STATE(QUEUED),
		.urgency = urgency_of(d),
		.exercise = d->exercise,
		.incident = d->incident,
		.account = d->account,
		.bucket = target_bucket(d->means, d->target->address),
		.key_hash = derive_hash("key", d->key),
		.group_hash = d->group[0] == '\0' ? 0 : derive_hash("group", d->group),
		.queued_ms = now_ms,
		.next_ms = now_ms,
		.not_after_ms = d->not_after_ms == 0        ? now_ms + OUTBOX_LIFE_MS
				: d->not_after_ms > last_ms ? last_ms
							    : d->not_after_ms,
	};
}

static int
queue(struct outbox *o, const Vedetta__V1__Delivery *delivery,
	const struct store_delivery *record, const struct outbox_turn *turn,
	struct outbox_row *out)
{
	struct outbox_item *i;
	int r = outbox_make_room(o);

	if (r != 0) {
		return r;
	}
	i = calloc(1, sizeof(*i));
	if (i == NULL) {
		return -ENOMEM;
	}
	i->d = *record;
	i->bucket = outbox_bucket_of(o, record, turn->now_ms);
	r = i->bucket == NULL ? -ENOMEM : outbox_row(i, delivery, turn, out);
	if (r < 0) {
		free(i);
		return r;
	}
	outbox_enter(o, i);
	outbox_queue_put(o, i);
	return r;
}

int
outbox_put(struct outbox *o, const Vedetta__V1__Delivery *delivery,
	const struct outbox_turn *turn, struct trouble *trouble, struct outbox_row *out,
	uint64_t *id)
{
	struct store_delivery record;
	struct outbox_item *known;
	struct trouble own;
	int r;

	trouble = trouble == NULL ? &own : trouble;
	trouble_init(trouble);
	r = check(delivery, trouble);
	if (r != 0) {
		return r;
	}
	record = record_of(delivery, turn->now_ms);
	known = outbox_item_by_key(o, record.key_hash);
	if (known != NULL) {
		*id = known->d.id;
		return OUTBOX_KNOWN;
	}
	if (delivery->exercise && !delivery->target->exercises) {
		return OUTBOX_NOT_JOINED;
	}
	if (record.not_after_ms <= turn->now_ms) {
		return OUTBOX_LATE;
	}
	r = queue(o, delivery, &record, turn, out);
	if (r == OUTBOX_ROW) {
		*id = out->record.id;
	}
	return r;
}

int
outbox_cancel_next(struct outbox *o, const char *group, const struct outbox_turn *turn,
	struct outbox_row *out)
{
	uint64_t hash = derive_hash("group", group);
	struct outbox_item *i;

	TAILQ_FOREACH (i, &o->open, link) {
		if (i->d.group_hash != hash || i->d.unwanted) {
			continue;
		}
		i->d.unwanted = true;
		return i->where == OUTBOX_GONE ? outbox_row(i, NULL, turn, out)
					       : outbox_end_as(o, i, STATE(CANCELLED),
							 REASON(UNWANTED), turn, out);
	}
	return 0;
}
