#include "dispatch/duty.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/duty_internal.h"
#include "proto/stamp.h"

#define CASE(name) VEDETTA__V1__DUTY_RECORD__WHAT_##name

struct duty *
duty_new(void)
{
	struct duty *d = calloc(1, sizeof(*d));

	if (d != NULL) {
		TAILQ_INIT(&d->items);
		TAILQ_INIT(&d->husks);
		d->means = UINT_MAX;
	}
	return d;
}

static void
forget_presence(struct duty *d)
{
	for (size_t i = 0; i < d->n_present; i++) {
		vedetta__v1__presence_of__free_unpacked(d->present[i], NULL);
	}
	free(d->present);
	free(d->at_console);
	d->present = NULL;
	d->at_console = NULL;
	d->n_present = 0;
}

void
duty_free(struct duty *d)
{
	struct duty_item *item;

	if (d == NULL) {
		return;
	}
	TAILQ_CONCAT(&d->items, &d->husks, link);
	while ((item = TAILQ_FIRST(&d->items)) != NULL) {
		TAILQ_REMOVE(&d->items, item, link);
		vedetta__v1__duty_record__free_unpacked(item->record, NULL);
		free(item);
	}
	forget_presence(d);
	table_fini(&d->by_id);
	free(d);
}

bool
duty_said(const char *text)
{
	return text != NULL && text[0] != '\0';
}

/* ---- the book */

uint64_t
duty_record_id(const Vedetta__V1__DutyRecord *r)
{
	switch (r->what_case) {
	case CASE(TEAM):
		return r->team->id;
	case CASE(SHIFT):
		return r->shift->id;
	case CASE(ON_CALL):
		return r->on_call->id;
	case CASE(POLICY):
		return r->policy->id;
	case CASE(JOINED):
		return r->joined->id;
	case CASE(EXERCISE):
		return r->exercise->id;
	case CASE(_NOT_SET):
	case _VEDETTA__V1__DUTY_RECORD__WHAT__CASE_IS_INT_SIZE:
		break;
	}
	return 0;
}

bool
duty_is_removed(const Vedetta__V1__DutyRecord *r)
{
	switch (r->what_case) {
	case CASE(TEAM):
		return r->team->removed;
	case CASE(SHIFT):
		return r->shift->removed;
	case CASE(ON_CALL):
		return r->on_call->removed;
	case CASE(POLICY):
		return r->policy->removed;
	case CASE(JOINED):
		return r->joined->removed;
	case CASE(EXERCISE):
		return false;
	case CASE(_NOT_SET):
	case _VEDETTA__V1__DUTY_RECORD__WHAT__CASE_IS_INT_SIZE:
		break;
	}
	return true;
}

static struct duty_item *
new_item(struct duty *d, uint64_t id)
{
	struct duty_item *item = calloc(1, sizeof(*item));

	if (item == NULL || table_put(&d->by_id, id, item) < 0) {
		free(item);
		return NULL;
	}
	item->id = id;
	return item;
}

/* Behind all that changed before it; mostly that is the end. */
static void
insert(struct duty *d, struct duty_item *item)
{
	struct duty_item *before = TAILQ_LAST(&d->items, duty_items);

	while (before != NULL && before->record->sequence > item->record->sequence) {
		before = TAILQ_PREV(before, duty_items, link);
	}
	if (before != NULL) {
		TAILQ_INSERT_AFTER(&d->items, before, item, link);
	} else {
		TAILQ_INSERT_HEAD(&d->items, item, link);
	}
}

int
duty_take(struct duty *d, const uint8_t *bytes, size_t n_bytes)
{
	Vedetta__V1__DutyRecord *record =
		vedetta__v1__duty_record__unpack(NULL, n_bytes, bytes);
	uint64_t id = record != NULL ? duty_record_id(record) : 0;
	struct duty_item *item;

	if (record == NULL) {
		return -ENOMEM;
	}
	item = table_find(&d->by_id, id);
	if (id == 0 || (item != NULL && item->record != NULL &&
			       item->record->sequence >= record->sequence)) {
		vedetta__v1__duty_record__free_unpacked(record, NULL);
		return 0;
	}
	if (item == NULL) {
		item = new_item(d, id);
	} else if (item->record == NULL) {
		TAILQ_REMOVE(&d->husks, item, link);
	} else {
		TAILQ_REMOVE(&d->items, item, link);
		d->n -= duty_is_removed(item->record) ? 0 : 1;
		vedetta__v1__duty_record__free_unpacked(item->record, NULL);
	}
	if (item == NULL) {
		vedetta__v1__duty_record__free_unpacked(record, NULL);
		return -ENOMEM;
	}
	memset(d->kept, 0, sizeof(d->kept));
	item->record = record;
	d->n += duty_is_removed(record) ? 0 : 1;
	insert(d, item);
	return 0;
}

const Vedetta__V1__DutyRecord *
duty_find(const struct duty *d, uint64_t id)
{
	const struct duty_item *item = table_find(&d->by_id, id);

	return item == NULL || item->record == NULL || duty_is_removed(item->record)
		       ? NULL
		       : item->record;
}

const Vedetta__V1__DutyRecord *
duty_next(const struct duty *d, const Vedetta__V1__DutyRecord *after)
{
	const struct duty_item *item =
		after == NULL ? TAILQ_FIRST(&d->items)
			      : TAILQ_NEXT((struct duty_item *)table_find(
						   &d->by_id, duty_record_id(after)),
					link);

	return item == NULL ? NULL : item->record;
}

const Vedetta__V1__DutyRecord *
duty_changed_since(const struct duty *d, uint64_t sequence)
{
	const struct duty_item *item = TAILQ_LAST(&d->items, duty_items);
	const struct duty_item *first = NULL;

	while (item != NULL && item->record->sequence > sequence) {
		first = item;
		item = TAILQ_PREV(item, duty_items, link);
	}
	return first == NULL ? NULL : first->record;
}

size_t
duty_count(const struct duty *d)
{
	return d->n;
}

/* When nothing is left to say about it; INT64_MAX: never. */
static int64_t
end_ms(const Vedetta__V1__DutyRecord *r)
{
	return r->what_case == CASE(SHIFT)    ? stamp_ms(r->shift->to) + DUTY_KEPT_MS
	       : r->what_case == CASE(JOINED) ? stamp_ms(r->joined->until)
	       : r->what_case == CASE(EXERCISE)
		       ? stamp_ms(r->exercise->until) +
				 DUTY_EXERCISE_DAYS * INT64_C(86400000)
		       : INT64_MAX;
}

void
duty_expire(struct duty *d, int64_t now_ms)
{
	struct duty_item *item = TAILQ_FIRST(&d->items);

	while (item != NULL) {
		struct duty_item *next = TAILQ_NEXT(item, link);

		if (end_ms(item->record) < now_ms) {
			TAILQ_REMOVE(&d->items, item, link);
			d->n -= duty_is_removed(item->record) ? 0 : 1;
			vedetta__v1__duty_record__free_unpacked(item->record, NULL);
			item->record = NULL;
			/* The table takes nothing out: the item waits there. */
			TAILQ_INSERT_TAIL(&d->husks, item, link);
		}
		item = next;
	}
}

/* ---- what is true now */

static Vedetta__V1__PresenceOf *
copied(const Vedetta__V1__PresenceOf *who)
{
	size_t bytes = vedetta__v1__presence_of__get_packed_size(who);
	uint8_t *packed = malloc(bytes + 1);
	Vedetta__V1__PresenceOf *copy = NULL;

	if (packed != NULL) {
		(void)vedetta__v1__presence_of__pack(who, packed);
		copy = vedetta__v1__presence_of__unpack(NULL, bytes, packed);
	}
	free(packed);
	return copy;
}

int
duty_be_present(struct duty *d, Vedetta__V1__PresenceOf *const *who, size_t n)
{
	forget_presence(d);
	memset(d->kept, 0, sizeof(d->kept));
	d->present = calloc(n + 1, sizeof(d->present[0]));
	d->at_console = calloc(n + 1, sizeof(d->at_console[0]));
	while (d->present != NULL && d->at_console != NULL && d->n_present < n) {
		Vedetta__V1__PresenceOf *copy = copied(who[d->n_present]);

		if (copy == NULL) {
			break;
		}
		vedetta__v1__duty_person__init(&d->at_console[d->n_present]);
		d->at_console[d->n_present].account = copy->account;
		d->present[d->n_present++] = copy;
	}
	if (d->present == NULL || d->at_console == NULL || d->n_present < n) {
		forget_presence(d);
		return -ENOMEM;
	}
	return 0;
}

void
duty_use_accounts(struct duty *d, const struct duty_accounts *accounts)
{
	d->accounts = *accounts;
}

/* ---- shifts */

const Vedetta__V1__Shift *
duty_shift(const struct duty_item *item)
{
	const Vedetta__V1__DutyRecord *r = item->record;

	return r->what_case == CASE(SHIFT) && !r->shift->removed ? r->shift : NULL;
}

bool
duty_is_now(const Vedetta__V1__Shift *s, int64_t now_ms)
{
	int64_t from_ms = stamp_ms(s->from);

	if (s->answered_at != NULL && stamp_ms(s->answered_at) < from_ms) {
		from_ms = stamp_ms(s->answered_at);
	}
	return now_ms >= from_ms && now_ms < stamp_ms(s->to) &&
	       (s->left_at == NULL || now_ms < stamp_ms(s->left_at));
}

bool
duty_is_answered(const Vedetta__V1__Shift *s, int64_t now_ms)
{
	return s->answered_at != NULL && now_ms >= stamp_ms(s->answered_at) &&
	       duty_is_now(s, now_ms);
}
