/* desk_duty - what people say about duty, and whom the desk wakes by itself */
#include <errno.h>
#include <string.h>

#include "dispatch/derive.h"
#include "dispatch/desk_internal.h"
#include "dispatch/duty_decide.h"
#include "dispatch/right.h"
#include "dispatch/wake.h"
#include "proto/stamp.h"

#define BIT(means) (1u << VEDETTA__V1__DUTY_MEANS__DUTY_MEANS_##means)
#define STATE(name) VEDETTA__V1__DELIVERY_STATE__DELIVERY_STATE_##name
#define OUTCOME(name) VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_##name

enum {
	AREAS_EACH = 1024, /* more than an account can have */
	DELIVERIES_MOST = 16,
	PAGES_MOST = 64,
	PAGE_LISTED_MOST = 20,
	FAULTS_MOST = 64,
	TEST_EVERY_MS = 10 * 1000,
};

/* ---- accounts */

static unsigned
means_of(const Vedetta__V1__AccountContacts *c)
{
	return c == NULL ? 0
			 : (c->email[0] != '\0' ? BIT(EMAIL) : 0) |
				   (c->telegram[0] != '\0' ? BIT(TELEGRAM) : 0) |
				   (c->webhook[0] != '\0' ? BIT(WEBHOOK) : 0) |
				   (c->n_push > 0 ? BIT(WEB_PUSH) : 0);
}

static bool
find_account(void *arg, const char *name, unsigned *means)
{
	const Vedetta__V1__Account *a = office_by_name(arg, name);

	if (a == NULL || a->disabled) {
		return false;
	}
	*means = means_of(a->contacts);
	return true;
}

/* Of all who may act; the cursor counts AREAS_EACH for each account. */
static const char *
next_area(void *arg, size_t *cursor)
{
	const struct office *o = arg;

	while (*cursor / AREAS_EACH < office_count(o)) {
		const Vedetta__V1__Account *a = office_at(o, *cursor / AREAS_EACH);
		size_t n = *cursor % AREAS_EACH;

		const char *area = duty_area_of(a, n);

		if (area != NULL && !a->disabled &&
			rights_have(
				role_rights(a->role), VEDETTA__V1__RIGHT__RIGHT_ACT)) {
			(*cursor)++;
			return area;
		}
		*cursor += AREAS_EACH - n;
	}
	return NULL;
}

void
desk_connect_duty(struct desk *d)
{
	const struct duty_accounts accounts = {
		find_account, next_area, d->memory.office};

	duty_use_accounts(d->memory.duty, &accounts);
}

/* ---- the book */

int
desk_load_duty(struct desk *d, const struct store_record *record)
{
	return duty_take(d->memory.duty, record->packed, record->packed_bytes);
}

struct duty *
desk_duty(struct desk *d)
{
	return d->memory.duty;
}

/* The bytes are the row's personal part, and the record beside the log. */
static int
write_record(const Vedetta__V1__DutyRecord *said, struct arena *arena,
	struct store_row *row, struct store_record *record)
{
	Vedetta__V1__LogDuty log = VEDETTA__V1__LOG_DUTY__INIT;
	uint8_t *body, *personal;

	log.by = said->by;
	log.what = (char *)(uintptr_t)duty_what(said);
	log.removed = duty_is_removed(said);
	body = arena_alloc(arena, vedetta__v1__log_duty__get_packed_size(&log) + 1);
	personal =
		arena_alloc(arena, vedetta__v1__duty_record__get_packed_size(said) + 1);
	if (body == NULL || personal == NULL) {
		return -ENOMEM;
	}
	row->kind = STORE_DUTY;
	row->subject = duty_record_id(said);
	row->body = body;
	row->body_bytes = vedetta__v1__log_duty__pack(&log, body);
	row->personal = personal;
	row->personal_bytes = vedetta__v1__duty_record__pack(said, personal);
	*record = (struct store_record){
		.kind = STORE_RECORD_DUTY,
		.id = row->subject,
		.seq = row->seq,
		.packed = log.removed ? NULL : personal,
		.packed_bytes = log.removed ? 0 : row->personal_bytes,
	};
	return 0;
}

/* Was it asked before, under this key? Of a test there is no record, but a message. */
static bool
answer_known(const struct desk *d, const uint8_t *key, uint64_t print, int64_t now_ms,
	Vedetta__V1__InputAnswer *answer)
{
	struct seen_entry first;

	if (key == NULL || memory_known(&d->memory, key, now_ms, &first) == NULL) {
		return false;
	}
	answer->outcome = first.print == print ? OUTCOME(REPEATED) : OUTCOME(CONFLICT);
	answer->duty->record = (Vedetta__V1__DutyRecord *)(uintptr_t)duty_find(
		d->memory.duty, first.incident);
	answer->duty->not_found = answer->duty->record == NULL;
	answer->duty->page = first.incident == 0 ? first.row : 0;
	return true;
}

int
desk_keep_duty(struct desk *d, const Vedetta__V1__DutyRecord *said, struct arena *arena,
	struct desk_out *out, struct store_record *record)
{
	struct store_row *row = &out->rows[0];
	int r = write_record(said, arena, row, record);

	if (r < 0) {
		return r;
	}
	/* What was decided borrows from the record that goes now. */
	out->answer.duty->record = vedetta__v1__duty_record__unpack(
		arena_allocator(arena), row->personal_bytes, row->personal);
	out->answer.outcome = OUTCOME(ACTED);
	out->n_rows = 1;
	return out->answer.duty->record == NULL ? -ENOMEM
						: memory_apply(&d->memory, row);
}

int
desk_take_duty(struct desk *d, const Vedetta__V1__DutyInput *input, const uint8_t *key,
	int64_t now_ms, struct arena *arena, struct desk_out *out,
	struct store_record *record)
{
	Vedetta__V1__DutyAnswered *said = arena_alloc(arena, sizeof(*said));
	int r;

	*out = (struct desk_out){.n_rows = 0};
	out->rows = out->few;
	out->answer = (Vedetta__V1__InputAnswer)VEDETTA__V1__INPUT_ANSWER__INIT;
	if (said == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__duty_answered__init(said);
	out->answer.duty = said;
	if (answer_known(d, key, input->print, now_ms, &out->answer)) {
		return 0;
	}
	r = duty_decide(d->memory.duty, input, d->memory.last_seq + 1, now_ms,
		d->memory.areas, arena, said);
	if (r == 0) {
		r = desk_count_drills(d, said, now_ms);
	}
	if (r < 0 || said->record == NULL) {
		out->answer.outcome = OUTCOME(REFUSED);
		return r;
	}
	out->rows[0] = (struct store_row){.seq = d->memory.last_seq + 1,
		.at_ms = now_ms,
		.print = input->print,
		.has_key = key != NULL};
	if (key != NULL) {
		memcpy(out->rows[0].key, key, STORE_KEY_BYTES);
	}
	return desk_keep_duty(d, said->record, arena, out, record);
}

/* The newest test of this account; 0: none is remembered. */
static int64_t
tested_ms(const struct desk *d, const char *account)
{
	const struct escalation_sent *sent;

	for (size_t nth = 0;
		(sent = escalations_sent(d->memory.escalations, nth)) != NULL; nth++) {
		if (sent->test && strcmp(sent->account, account) == 0) {
			return sent->at_ms;
		}
	}
	return 0;
}

/* NULL: it can be tested. */
static const char *
untestable(const struct desk *d, const Vedetta__V1__Account *a, int64_t now_ms)
{
	int64_t since_ms = now_ms - (a == NULL ? 0 : tested_ms(d, a->name));

	if (a == NULL || a->disabled || means_of(a->contacts) == 0) {
		return "are none that could be tested: save one first";
	}
	return since_ms >= 0 && since_ms < TEST_EVERY_MS
		       ? "were tested just now: wait a moment"
		       : NULL;
}

int
desk_test_contacts(struct desk *d, const Vedetta__V1__DutyInput *input,
	const uint8_t *key, int64_t now_ms, struct arena *arena, struct desk_out *out,
	struct escalation_page *page)
{
	const Vedetta__V1__Account *a = office_by_name(d->memory.office, input->author);
	Vedetta__V1__DutyAnswered *said = arena_alloc(arena, sizeof(*said));
	Vedetta__V1__DutyPerson *person = arena_alloc(arena, sizeof(*person));
	const char *why = untestable(d, a, now_ms);

	*out = (struct desk_out){.n_rows = 0};
	out->answer = (Vedetta__V1__InputAnswer)VEDETTA__V1__INPUT_ANSWER__INIT;
	*page = (struct escalation_page){.test = true};
	if (said == NULL || person == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__duty_answered__init(said);
	out->answer.duty = said;
	if (answer_known(d, key, input->print, now_ms, &out->answer)) {
		return 0;
	}
	if (why != NULL) {
		out->answer.outcome = OUTCOME(REFUSED);
		said->field = (char *)(uintptr_t) "contacts";
		said->reason = (char *)(uintptr_t)why;
		return 0;
	}
	vedetta__v1__duty_person__init(person);
	person->account = a->name;
	person->name = a->full_name;
	page->person = person;
	page->means = means_of(a->contacts);
	out->answer.outcome = OUTCOME(ACTED);
	said->page = d->memory.last_seq + 1;
	return wake_test(&d->memory, page, key, input->print, now_ms, arena, out);
}

int
desk_wake_next(struct desk *d, int64_t now_ms, struct arena *arena,
	struct desk_out *out, struct escalation_page *page)
{
	return wake_next(&d->memory, d->umbrellas, now_ms, arena, out, page);
}

int
desk_settle_next(struct desk *d, const struct outbox_turn *turn, struct outbox_row *out)
{
	return wake_settle_next(&d->memory, turn, out);
}

void
desk_escalation_figures(const struct desk *d, struct escalation_figures *out)
{
	escalations_figures(d->memory.escalations, out);
}

/* ---- messages, and what became of them */

/* Deliveries are the rows right behind that of their message. */
static int
tell_deliveries(const struct desk *d, const struct escalation_sent *sent,
	struct arena *arena, Vedetta__V1__DutyPage *page)
{
	const struct store_delivery *found;
	char group[WAKE_GROUP_BYTES];
	uint64_t hash;

	wake_group(sent->row, group);
	hash = derive_hash("group", group);
	page->deliveries =
		arena_alloc(arena, DELIVERIES_MOST * sizeof(page->deliveries[0]));
	while (page->deliveries != NULL && page->n_deliveries < DELIVERIES_MOST &&
		(found = outbox_find(d->memory.outbox,
			 sent->row + 1 + page->n_deliveries)) != NULL &&
		found->group_hash == hash) {
		Vedetta__V1__DutyDelivery *one = arena_alloc(arena, sizeof(*one));

		if (one == NULL) {
			return -ENOMEM;
		}
		vedetta__v1__duty_delivery__init(one);
		one->means = (Vedetta__V1__DeliveryMeans)found->means;
		one->state = (Vedetta__V1__DeliveryState)found->state;
		one->reason = (Vedetta__V1__DeliveryReason)found->reason;
		one->attempts = found->attempts;
		page->deliveries[page->n_deliveries++] = one;
	}
	return page->deliveries == NULL ? -ENOMEM : 0;
}

static Vedetta__V1__DutyPage *
tell_page(const struct desk *d, const struct escalation_sent *sent, struct arena *arena)
{
	Vedetta__V1__DutyPage *page = arena_alloc(arena, sizeof(*page));
	Google__Protobuf__Timestamp *at = stamp_new(arena, sent->at_ms);

	if (page == NULL || at == NULL) {
		return NULL;
	}
	vedetta__v1__duty_page__init(page);
	page->id = sent->row;
	page->at = at;
	page->name = (char *)(uintptr_t)sent->name;
	page->account = (char *)(uintptr_t)sent->account;
	page->exercise = sent->exercise;
	page->test = sent->test;
	page->incidents = sent->n;
	page->incident_ids = (uint64_t *)(uintptr_t)sent->incidents;
	page->n_incident_ids =
		sent->n_listed < PAGE_LISTED_MOST ? sent->n_listed : PAGE_LISTED_MOST;
	return tell_deliveries(d, sent, arena, page) < 0 ? NULL : page;
}

/* ---- contacts that failed */

/* What is known of one means by one message. */
struct way {
	bool is_said;                      /* it arrived, or will not */
	const struct store_delivery *lost; /* NULL: it arrived */
};

enum {
	WAYS = VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_TELEGRAM + 1,
	KNOWN_MOST = 4 * ESCALATION_SENT_MOST,
};

static void
ways_of(const struct desk *d, const struct escalation_sent *sent, struct way ways[WAYS])
{
	const struct store_delivery *found;
	char group[WAKE_GROUP_BYTES];
	uint64_t id = sent->row + 1;
	uint64_t hash;

	wake_group(sent->row, group);
	hash = derive_hash("group", group);
	memset(ways, 0, WAYS * sizeof(ways[0]));
	for (; (found = outbox_find(d->memory.outbox, id)) != NULL &&
		found->group_hash == hash;
		id++) {
		struct way *way = &ways[found->means % WAYS];

		if (wake_is_lost(found)) {
			way->lost = way->is_said && way->lost == NULL ? NULL : found;
			way->is_said = true;
		} else if (outbox_has_ended(found) &&
			   found->state != STATE(CANCELLED)) {
			way->lost = NULL;
			way->is_said = true;
		}
	}
}

/* Newer messages to the same person by the same means have said how it is. */
struct known {
	const struct escalation_sent *who;
	uint8_t means;
};

static bool
is_known(const struct known *known, size_t n, const struct escalation_sent *sent,
	uint8_t means)
{
	for (size_t i = 0; i < n; i++) {
		if (known[i].means == means &&
			strcmp(known[i].who->account, sent->account) == 0 &&
			strcmp(known[i].who->name, sent->name) == 0) {
			return true;
		}
	}
	return false;
}

static int
tell_fault(const struct escalation_sent *sent, const struct store_delivery *found,
	struct arena *arena, Vedetta__V1__DutyNow *out)
{
	Vedetta__V1__ContactFault *fault = arena_alloc(arena, sizeof(*fault));
	Google__Protobuf__Timestamp *at = stamp_new(arena, sent->at_ms);

	if (fault == NULL || at == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__contact_fault__init(fault);
	fault->name = (char *)(uintptr_t)sent->name;
	fault->account = (char *)(uintptr_t)sent->account;
	fault->means = (Vedetta__V1__DeliveryMeans)found->means;
	fault->state = (Vedetta__V1__DeliveryState)found->state;
	fault->reason = (Vedetta__V1__DeliveryReason)found->reason;
	fault->at = at;
	out->faults[out->n_faults++] = fault;
	return 0;
}

/*
 * By the newest message whose end is known. One browser of several that takes no
 * push is no fault of the person's while another takes it.
 */
static int
tell_faults(const struct desk *d, struct arena *arena, Vedetta__V1__DutyNow *out)
{
	struct known *known = arena_alloc(arena, KNOWN_MOST * sizeof(*known));
	const struct escalation_sent *sent;
	size_t n = 0;
	int r = 0;

	out->faults = arena_alloc(arena, FAULTS_MOST * sizeof(out->faults[0]));
	if (known == NULL || out->faults == NULL) {
		return -ENOMEM;
	}
	for (size_t nth = 0;
		r == 0 && (sent = escalations_sent(d->memory.escalations, nth)) != NULL;
		nth++) {
		struct way ways[WAYS];

		ways_of(d, sent, ways);
		for (uint8_t m = 0; r == 0 && m < WAYS && n < KNOWN_MOST; m++) {
			if (!ways[m].is_said || is_known(known, n, sent, m)) {
				continue;
			}
			known[n++] = (struct known){sent, m};
			if (ways[m].lost != NULL && out->n_faults < FAULTS_MOST) {
				r = tell_fault(sent, ways[m].lost, arena, out);
			}
		}
	}
	return r;
}

int
desk_tell_pages(const struct desk *d, struct arena *arena, Vedetta__V1__DutyNow *out)
{
	const struct escalation_sent *sent;

	out->pages = arena_alloc(arena, PAGES_MOST * sizeof(out->pages[0]));
	while (out->pages != NULL && out->n_pages < PAGES_MOST &&
		(sent = escalations_sent(d->memory.escalations, out->n_pages)) !=
			NULL) {
		out->pages[out->n_pages] = tell_page(d, sent, arena);
		if (out->pages[out->n_pages++] == NULL) {
			return -ENOMEM;
		}
	}
	return out->pages == NULL ? -ENOMEM : tell_faults(d, arena, out);
}

bool
desk_describe(const struct desk *d, uint64_t incident, struct desk_description *out)
{
	const struct incident *i = roster_find(&d->memory.roster, incident);
	struct duty_place place;
	const struct area *area;

	if (i == NULL) {
		return false;
	}
	duty_place_of(&i->areas, d->memory.areas, &place);
	area = place.n == 0 || d->memory.areas == NULL
		       ? NULL
		       : area_map_by_code(d->memory.areas, place.leaves[0].codes[0]);
	*out = (struct desk_description){
		.hazard = i->hazard->code,
		.area = area != NULL ? area->name : "",
		.opened_ms = i->opened_ms,
	};
	return true;
}
