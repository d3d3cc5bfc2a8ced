/* Over 500 lines: inputs, helpers, commands and the clock meet in one list of jobs. */
#include "server/desk_office.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include <sodium.h>

#include "geo/store_record.h"
#include "proto/scan.h"
#include "server/clock.h"
#include "server/desk_provider.h"
#include "server/hooks.h"
#include "server/line.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/password.h"

#define OUTCOME(name) VEDETTA__V1__OFFICE_OUTCOME__OFFICE_OUTCOME_##name

enum {
	ARENA_BYTES = 1024 * 1024,
	JOBS_MOST = 16 + PASSWORD_HELPERS,
	JOB_WITHIN_MS = 10 * 1000,
	LIST_MOST = 200,
	KEEP_EVERY_S = 60,
	WHY_BYTES = 160,
	DIGEST_BYTES = 16,
};

struct job {
	TAILQ_ENTRY(job) link;
	struct desk_office *office; /* borrowed: owns us */
	uint64_t line;
	uint64_t ref;
	uint8_t key[STORE_KEY_BYTES];
	struct line *helper; /* NULL: it waits for one */
	int64_t until_ms;
	size_t body_bytes;
	uint8_t body[]; /* the input */
};

TAILQ_HEAD(jobs, job);

struct desk_office {
	struct event_base *base; /* borrowed */
	struct desk_office_events events;
	void *arg;
	struct keeper *keeper; /* borrowed */
	struct arena *arena;   /* of one input */
	struct event *sweep;
	struct jobs jobs;
	size_t n_jobs;
	struct desk_provider *provider;
	struct jobs done; /* freed at the next sweep: we may be in their lines */
	unsigned seconds;
};

/* ---- writing */

struct writing {
	const Vedetta__V1__OfficeInput *input;
	const uint8_t *key; /* borrowed: what is done under it is done once; or NULL */
	const Vedetta__V1__OfficeCommand *command;
	const struct office_help *help;
	struct office_out out;
	struct arena *arena; /* of the answer: outlives the batch */
	bool more;
};

static int
write_records(const struct keeper_own *own, const struct office_out *from)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < from->n_records; i++) {
		r = store_put_record(own->store, &from->records[i]);
	}
	return r;
}

/* Rows, then records that name them. KEEPER_NOTHING: there was nothing to write. */
static int
write_out(const struct keeper_own *own, const struct office_out *from)
{
	struct desk_out out;
	int r;

	if (from->n_rows + from->n_records == 0) {
		return KEEPER_NOTHING;
	}
	r = desk_take_office(own->desk, own->now_ms, from, &out);
	if (r == 0) {
		r = keeper_write(own, &out);
	}
	return r == 0 ? write_records(own, from) : r;
}

static int
step(void *arg, const struct keeper_own *own)
{
	struct writing *w = arg;
	struct office *office = desk_office(own->desk);
	uint64_t seq = desk_last_seq(own->desk) + 1;
	int r;

	if (w->key != NULL && desk_knows_office(own->desk, w->key, w->input->print,
				      own->now_ms, &w->out.answer)) {
		return KEEPER_NOTHING;
	}
	r = w->command != NULL ? office_command(office, w->command, own->now_ms, seq,
					 w->arena, &w->out)
			       : office_step(office, w->input, w->help, own->now_ms,
					 seq, w->arena, &w->out);
	if (w->key != NULL) {
		w->out.key = w->key;
		w->out.print = w->input->print;
	}
	return r == 0 ? write_out(own, &w->out) : r;
}

/* Steps and commits; the answer is in w->out then. */
static void
run(struct desk_office *o, struct writing *w)
{
	int r = keeper_do(o->keeper, clock_wall_ms(), step, w);

	if (r != 0 && r != KEEPER_NOTHING) {
		w->out.answer =
			(Vedetta__V1__OfficeAnswer)VEDETTA__V1__OFFICE_ANSWER__INIT;
		w->out.answer.outcome = OUTCOME(STORE_FAULT);
		return;
	}
	o->events.on_change(o->arg);
}

/* ---- inputs */

static void
answer_with(struct desk_office *o, uint64_t line, uint64_t ref,
	Vedetta__V1__OfficeOutcome outcome, uint32_t retry_s)
{
	Vedetta__V1__OfficeAnswer answer = VEDETTA__V1__OFFICE_ANSWER__INIT;

	answer.outcome = outcome;
	answer.retry_s = retry_s;
	o->events.on_answer(o->arg, line, ref, &answer);
}

/* NULL when it is not what a console front may send. */
static const Vedetta__V1__OfficeInput *
read_input(struct desk_office *o, const uint8_t *body, size_t bytes)
{
	const Vedetta__V1__OfficeInput *in;
	ProtobufCMessage *message;
	struct trouble trouble;

	trouble_init(&trouble);
	arena_reset(o->arena);
	if (scan_unpack(&vedetta__v1__office_input__descriptor, body, bytes,
		    &scan_default_limits, o->arena, &trouble, &message) != 0) {
		return NULL;
	}
	in = (const Vedetta__V1__OfficeInput *)message;
	return office_input_is_whole(in) ? in : NULL;
}

/* What tests poison the desk with. */
static void
taste(const Vedetta__V1__OfficeInput *in)
{
	if (in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_LOGIN) {
		hooks_taste(in->login->login != NULL ? in->login->login->name : "");
	} else if (in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_OWN &&
		   in->own->what_case == VEDETTA__V1__OWN_CHANGE__WHAT_SETTINGS) {
		hooks_taste(in->own->settings->preferences);
	}
}

static void
refuse_poison(struct desk_office *o, uint64_t line, uint64_t ref)
{
	Vedetta__V1__OfficeAnswer answer = VEDETTA__V1__OFFICE_ANSWER__INIT;

	answer.outcome = OUTCOME(INVALID);
	answer.reason = (char *)"crashed the desk twice, and is not looked at again";
	o->events.on_answer(o->arg, line, ref, &answer);
}

static void
log_outcome(const Vedetta__V1__OfficeInput *in, const Vedetta__V1__OfficeAnswer *a)
{
	if (in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_PROVIDER_LOGOUT &&
		a->account != 0) {
		log_event(LOG_INFO, "session.ended", "account=%llu by=oidc",
			(unsigned long long)a->account);
	}
	if (in->what_case != VEDETTA__V1__OFFICE_INPUT__WHAT_LOGIN &&
		(in->what_case != VEDETTA__V1__OFFICE_INPUT__WHAT_IDENTITY ||
			in->identity->step_up)) {
		return;
	}
	if (a->outcome == OUTCOME(DONE)) {
		log_event(LOG_INFO, "session.opened", "session=%llu account=%llu",
			(unsigned long long)a->session, (unsigned long long)a->account);
	} else if (a->outcome == OUTCOME(WRONG) || a->outcome == OUTCOME(UNBOUND) ||
		   a->outcome == OUTCOME(DISABLED)) {
		log_event(LOG_INFO, "session.refused", NULL);
	}
}

static void
finish_with(struct desk_office *o, uint64_t line, uint64_t ref, const uint8_t *key,
	const Vedetta__V1__OfficeInput *in, struct office_help *help)
{
	struct writing w = {.input = in, .help = help, .arena = o->arena};

	if (in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_ACCOUNT) {
		w.key = key;
	}
	taste(in);
	randombytes_buf(help->random, sizeof(help->random));
	run(o, &w);
	sodium_memzero(help->random, sizeof(help->random));
	log_outcome(in, &w.out.answer);
	o->events.on_answer(o->arg, line, ref, &w.out.answer);
}

static void
finish(struct desk_office *o, uint64_t line, uint64_t ref, const uint8_t *key,
	const Vedetta__V1__OfficeInput *in, const Vedetta__V1__PasswordResult *found)
{
	struct office_help help = {.right = found != NULL && found->right};

	if (found != NULL && found->made[0] != '\0') {
		help.made = found->made;
	}
	finish_with(o, line, ref, key, in, &help);
}

/* ---- the identity provider */

static void
take_login(struct desk_office *o, const struct desk_provider_login *login,
	const Vedetta__V1__LoginResult *said)
{
	const Vedetta__V1__OfficeInput *in =
		read_input(o, login->body, login->body_bytes);
	struct office_help help = {.login = said};

	if (in == NULL || keeper_desk(o->keeper) == NULL) {
		answer_with(o, login->line, login->ref, OUTCOME(STORE_FAULT), 0);
		return;
	}
	finish_with(o, login->line, login->ref, login->key, in, &help);
}

static void
on_logged_in(void *arg, const struct desk_provider_login *login,
	const Vedetta__V1__LoginResult *said)
{
	struct desk_office *o = arg;

	/* It was looked at once already: it is not in quarantine. */
	(void)keeper_enter(o->keeper, login->key);
	take_login(o, login, said);
	keeper_leave(o->keeper);
}

static int
on_order(void *arg, const Vedetta__V1__LoginOrder *order, uint64_t ref)
{
	struct desk_office *o = arg;

	return o->events.on_order(o->arg, order, ref);
}

void
desk_office_take_login(
	struct desk_office *o, uint64_t ref, const Vedetta__V1__LoginResult *said)
{
	desk_provider_take(o->provider, ref, said);
}

void
desk_office_lose_courier(struct desk_office *o)
{
	desk_provider_lose(o->provider);
}

/* ---- helpers */

static void
end_job(struct job *job)
{
	struct desk_office *o = job->office;

	TAILQ_REMOVE(&o->jobs, job, link);
	o->n_jobs--;
	TAILQ_INSERT_TAIL(&o->done, job, link);
	sodium_memzero(job->body, job->body_bytes);
	event_active(o->sweep, EV_TIMEOUT, 0);
}

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct desk_office *o = arg;
	struct job *job;

	(void)fd;
	(void)what;
	while ((job = TAILQ_FIRST(&o->done)) != NULL) {
		TAILQ_REMOVE(&o->done, job, link);
		line_free(job->helper);
		free(job);
	}
}

static void
want_helpers(struct desk_office *o, size_t n)
{
	struct job *job;
	size_t running = 0;

	TAILQ_FOREACH (job, &o->jobs, link) {
		running += job->helper != NULL;
	}
	if (running + n <= PASSWORD_HELPERS && o->n_jobs >= running + n) {
		o->events.on_want(o->arg);
	}
}

static void
give_up(struct job *job, const char *why)
{
	struct desk_office *o = job->office;

	log_event(LOG_WARN, "password.failed", "reason=%s", why);
	answer_with(o, job->line, job->ref, OUTCOME(BUSY), 2);
	end_job(job);
	want_helpers(o, 1);
}

static bool
is_over(const struct job *job)
{
	const struct job *other;

	TAILQ_FOREACH (other, &job->office->done, link) {
		if (other == job) {
			return true;
		}
	}
	return false;
}

static void
take_result(struct job *job, const struct frame_head *head, const uint8_t *body)
{
	struct desk_office *o = job->office;
	const Vedetta__V1__OfficeInput *in = read_input(o, job->body, job->body_bytes);
	const Vedetta__V1__PasswordResult *found = vedetta__v1__password_result__unpack(
		arena_allocator(o->arena), head->body_bytes, body);

	if (in == NULL || is_over(job)) {
		return; /* it said more than one thing */
	}
	if (head->kind != FRAME_PASSWORD || found == NULL) {
		give_up(job, "nonsense");
		return;
	}
	finish(o, job->line, job->ref, job->key, in, found);
	end_job(job);
	want_helpers(o, 1);
}

static void
on_result(void *arg, const struct frame_head *head, const uint8_t *body)
{
	struct job *job = arg;
	struct keeper *keeper = job->office->keeper;

	/* It was looked at once already: it is not in quarantine. */
	(void)keeper_enter(keeper, job->key);
	take_result(job, head, body);
	keeper_leave(keeper);
}

static void
on_helper_closed(void *arg)
{
	struct job *job = arg;

	if (!is_over(job)) {
		give_up(job, "helper_gone");
	}
}

static int
send_job(struct job *job)
{
	struct desk_office *o = job->office;
	const Vedetta__V1__OfficeInput *in = read_input(o, job->body, job->body_bytes);
	struct frame_head head = {.kind = FRAME_PASSWORD};
	Vedetta__V1__PasswordJob work;
	uint8_t *body;

	if (in == NULL || keeper_desk(o->keeper) == NULL) {
		return -EAGAIN;
	}
	office_job(desk_office(keeper_desk(o->keeper)), in, &work);
	head.body_bytes = (uint32_t)vedetta__v1__password_job__get_packed_size(&work);
	body = arena_alloc(o->arena, head.body_bytes + 1);
	if (body == NULL) {
		return -ENOMEM;
	}
	(void)vedetta__v1__password_job__pack(&work, body);
	return line_send(job->helper, &head, body);
}

void
desk_office_take_helper(struct desk_office *o, int fd)
{
	static const struct line_events events = {
		on_result, NULL, NULL, on_helper_closed};
	struct job *job;

	TAILQ_FOREACH (job, &o->jobs, link) {
		if (job->helper == NULL) {
			break;
		}
	}
	if (job == NULL) {
		(void)close(fd);
		return;
	}
	job->helper = line_new(o->base, fd, &events, job);
	if (job->helper == NULL) {
		(void)close(fd);
		give_up(job, "no_memory");
		return;
	}
	if (send_job(job) != 0) {
		give_up(job, "not_sent");
		return;
	}
	want_helpers(o, 1);
}

static void
put_job(struct desk_office *o, uint64_t line, const struct frame_head *head,
	const uint8_t *body)
{
	struct job *job = o->n_jobs < JOBS_MOST
				  ? calloc(1, sizeof(*job) + head->body_bytes)
				  : NULL;

	if (job == NULL) {
		answer_with(o, line, head->ref, OUTCOME(BUSY), 2);
		return;
	}
	job->office = o;
	job->line = line;
	job->ref = head->ref;
	memcpy(job->key, head->key, STORE_KEY_BYTES);
	job->until_ms = clock_mono_ms() + JOB_WITHIN_MS;
	job->body_bytes = head->body_bytes;
	memcpy(job->body, body, head->body_bytes);
	TAILQ_INSERT_TAIL(&o->jobs, job, link);
	o->n_jobs++;
	want_helpers(o, 1);
}

static void
ask_provider(struct desk_office *o, const struct desk_provider_login *login,
	const Vedetta__V1__OfficeInput *in)
{
	Vedetta__V1__LoginOrder order = VEDETTA__V1__LOGIN_ORDER__INIT;

	if (in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_PROVIDER_LOGOUT) {
		order.logout_token = in->provider_logout->token;
	} else {
		order.code = in->identity->code;
		order.verifier = in->identity->verifier;
		order.nonce = in->identity->nonce;
		order.redirect_uri = in->identity->redirect_uri;
	}
	if (desk_provider_ask(o->provider, login, &order, clock_mono_ms()) != 0) {
		answer_with(o, login->line, login->ref, OUTCOME(BUSY), 2);
	}
}

static void
take(struct desk_office *o, uint64_t line, const struct frame_head *head,
	const uint8_t *body)
{
	struct desk *desk = keeper_desk(o->keeper);
	struct desk_provider_login login = {.line = line,
		.ref = head->ref,
		.body = body,
		.body_bytes = head->body_bytes};
	const Vedetta__V1__OfficeInput *in;
	int64_t wait_ms;

	memcpy(login.key, head->key, sizeof(login.key));
	in = read_input(o, body, head->body_bytes);
	if (in == NULL || desk == NULL) {
		answer_with(o, line, head->ref,
			desk == NULL ? OUTCOME(STORE_FAULT) : OUTCOME(INVALID), 0);
		return;
	}
	switch (office_plan(desk_office(desk), in, clock_wall_ms(), &wait_ms)) {
	case OFFICE_STEP:
		finish(o, line, head->ref, head->key, in, NULL);
		break;
	case OFFICE_HELPER:
		put_job(o, line, head, body);
		break;
	case OFFICE_PROVIDER:
		ask_provider(o, &login, in);
		break;
	case OFFICE_SLOWER:
		answer_with(o, line, head->ref, OUTCOME(SLOWER),
			(uint32_t)((wait_ms + 999) / 1000));
		break;
	}
}

void
desk_office_take(struct desk_office *o, uint64_t line, const struct frame_head *head,
	const uint8_t *body)
{
	if (keeper_enter(o->keeper, head->key) != 0) {
		refuse_poison(o, line, head->ref);
		return;
	}
	take(o, line, head, body);
	keeper_leave(o->keeper);
}

/* ---- commands */

static void
list_accounts(const struct office *office, uint64_t from, struct arena *arena,
	Vedetta__V1__CommandAnswer *answer)
{
	answer->accounts = arena_alloc(arena, LIST_MOST * sizeof(answer->accounts[0]));
	for (size_t i = 0; answer->accounts != NULL && i < office_count(office) &&
			   answer->n_accounts < LIST_MOST;
		i++) {
		const Vedetta__V1__Account *a = office_at(office, i);

		if (a->id >= from) {
			answer->accounts[answer->n_accounts++] =
				(Vedetta__V1__Account *)a;
		}
	}
}

void
desk_office_command(struct desk_office *o, const Vedetta__V1__OfficeCommand *command,
	Vedetta__V1__CommandAnswer *answer)
{
	struct writing w = {.command = command, .arena = o->arena};

	*answer = (Vedetta__V1__CommandAnswer)VEDETTA__V1__COMMAND_ANSWER__INIT;
	arena_reset(o->arena);
	if (keeper_desk(o->keeper) == NULL) {
		answer->refused = (char *)"the desk's file has failed";
		return;
	}
	if (command->what_case == VEDETTA__V1__OFFICE_COMMAND__WHAT_LIST) {
		list_accounts(desk_office(keeper_desk(o->keeper)), command->list,
			o->arena, answer);
		return;
	}
	run(o, &w);
	if (w.out.answer.outcome == OUTCOME(STORE_FAULT)) {
		answer->refused = (char *)"the desk's file has failed, or is full";
	} else if (w.out.answer.outcome != OUTCOME(DONE)) {
		answer->refused = arena_printf(
			o->arena, "%s %s", w.out.answer.field, w.out.answer.reason);
	}
}

/* ---- time */

static int
expire(void *arg, const struct keeper_own *own)
{
	struct writing *w = arg;
	int r = office_expire(desk_office(own->desk), own->now_ms,
		desk_last_seq(own->desk) + 1, w->arena, &w->out);

	w->more = r == 1;
	return r == 1 ? write_out(own, &w->out) : r == 0 ? KEEPER_NOTHING : r;
}

static int
keep_use(void *arg, const struct keeper_own *own)
{
	struct writing *w = arg;
	bool wrote = false;
	int r;

	while ((r = office_keep_use(desk_office(own->desk), w->arena, &w->out)) == 1) {
		wrote = true;
		r = write_records(own, &w->out);
		if (r != 0) {
			return r;
		}
		arena_reset(w->arena);
	}
	return r != 0 ? r : wrote ? 0 : KEEPER_NOTHING;
}

static void
give_up_late(struct desk_office *o, int64_t mono_ms)
{
	struct job *job, *next;

	for (job = TAILQ_FIRST(&o->jobs); job != NULL; job = next) {
		next = TAILQ_NEXT(job, link);
		if (mono_ms >= job->until_ms) {
			give_up(job, "too_slow");
		}
	}
}

void
desk_office_tick(struct desk_office *o, int64_t now_ms, int64_t mono_ms)
{
	struct writing w = {.arena = o->arena, .more = true};

	give_up_late(o, mono_ms);
	desk_provider_tick(o->provider, mono_ms);
	if (keeper_desk(o->keeper) == NULL) {
		return;
	}
	while (w.more) {
		w.more = false;
		arena_reset(o->arena);
		if (keeper_do(o->keeper, now_ms, expire, &w) != 0) {
			break;
		}
		o->events.on_change(o->arg);
	}
	if (++o->seconds % KEEP_EVERY_S == 0) {
		arena_reset(o->arena);
		(void)keeper_do(o->keeper, now_ms, keep_use, &w);
	}
}

/* ---- the config */

struct config_note {
	struct arena *arena;
	const uint8_t *digest;
	size_t bytes;
	bool same;
	bool first; /* there was none */
};

static int
look_at_note(void *arg, const struct store_record *record)
{
	struct config_note *n = arg;

	if (record->id == STORE_NOTE_CONFIG && !record->damaged) {
		n->first = false;
		n->same = record->packed_bytes == n->bytes &&
			  memcmp(record->packed, n->digest, n->bytes) == 0;
	}
	return 0;
}

static int
note_config(void *arg, const struct keeper_own *own)
{
	struct config_note *n = arg;
	Vedetta__V1__LogAudit log = VEDETTA__V1__LOG_AUDIT__INIT;
	struct office_out out = {.n_rows = 1, .n_records = 1};
	struct office_row *row = &out.rows[0];
	char hex[2 * DIGEST_BYTES + 1];
	int r = store_load_records(own->store, STORE_RECORD_NOTE, look_at_note, n);

	if (r != 0 || n->same) {
		return r != 0 ? r : KEEPER_NOTHING;
	}
	log.kind = VEDETTA__V1__AUDIT_KIND__AUDIT_KIND_CONFIG_CHANGED;
	log.detail = sodium_bin2hex(hex, sizeof(hex), n->digest, DIGEST_BYTES);
	row->kind = STORE_AUDIT;
	row->body_bytes = vedetta__v1__log_audit__get_packed_size(&log);
	row->body = arena_alloc(n->arena, row->body_bytes);
	if (row->body == NULL) {
		return -ENOMEM;
	}
	(void)vedetta__v1__log_audit__pack(&log, row->body);
	out.records[0] = (struct store_record){.kind = STORE_RECORD_NOTE,
		.id = STORE_NOTE_CONFIG,
		.seq = desk_last_seq(own->desk) + 1,
		.packed = n->digest,
		.packed_bytes = n->bytes};
	return write_out(own, &out);
}

void
desk_office_use(struct desk_office *o, struct keeper *keeper, const uint8_t *config,
	size_t config_bytes)
{
	struct config_note note = {.arena = o->arena,
		.digest = config,
		.bytes = config_bytes,
		.first = true};

	o->keeper = keeper;
	arena_reset(o->arena);
	if (keeper_do(keeper, clock_wall_ms(), note_config, &note) == 0 &&
		!note.first) {
		log_event(LOG_INFO, "config.changed", NULL);
	}
}

/* ---- coming and going */

struct desk_office *
desk_office_new(
	struct event_base *base, const struct desk_office_events *events, void *arg)
{
	static const struct desk_provider_events provider_events = {
		on_order, on_logged_in};
	struct desk_office *o = calloc(1, sizeof(*o));

	if (o == NULL) {
		return NULL;
	}
	o->base = base;
	o->events = *events;
	o->arg = arg;
	TAILQ_INIT(&o->jobs);
	TAILQ_INIT(&o->done);
	o->arena = arena_new(ARENA_BYTES);
	o->sweep = evtimer_new(base, on_sweep, o);
	o->provider = desk_provider_new(&provider_events, o);
	if (o->arena == NULL || o->sweep == NULL || o->provider == NULL) {
		desk_office_free(o);
		return NULL;
	}
	return o;
}

void
desk_office_free(struct desk_office *o)
{
	if (o == NULL) {
		return;
	}
	while (!TAILQ_EMPTY(&o->jobs)) {
		struct job *job = TAILQ_FIRST(&o->jobs);

		TAILQ_REMOVE(&o->jobs, job, link);
		TAILQ_INSERT_TAIL(&o->done, job, link);
	}
	on_sweep(-1, 0, o);
	if (o->sweep != NULL) {
		event_free(o->sweep);
	}
	desk_provider_free(o->provider);
	arena_free(o->arena);
	free(o);
}
