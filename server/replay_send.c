#include "server/replay_send.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <jansson.h>
#include <sodium.h>

#include "server/clock.h"
#include "server/exercise.h"
#include "server/replay_token.h"

enum {
	ANSWER_BYTES =
		8 * 1024, /* of an answer that is read; the rest is passed over */
	CONNECT_MS = 5 * 1000,
	ANSWER_MS = 30 * 1000,
	FIRST_PAUSE_MS = 100,
	LONGEST_PAUSE_MS = 5 * 1000,
	LONGEST_POLL_MS = 500,
	STOPPED_MS = 2 * LONGEST_POLL_MS, /* no turn takes so long by itself */
	KEY_BYTES = 16,
	TOKEN_WAIT_MS = 20, /* until somebody else's fetching is looked at again */
};

enum state {
	IDLE,
	FLYING,
	PAUSED, /* until retry_at_ms */
};

/* One report on its way. */
struct post {
	enum state state;
	bool fetching;              /* flying to the form, for a token */
	struct replay_token *token; /* of its sender; NULL: it names none */
	CURL *easy;
	struct curl_slist *headers;
	char *body;
	int64_t first_us;
	int64_t retry_at_ms;
	unsigned attempts;
	size_t answer_bytes;
	char answer[ANSWER_BYTES + 1];
};

struct sender {
	const struct replay_sending *s;
	struct replay_tally *tally;
	CURLM *multi;
	struct post *posts;
	struct replay_tokens tokens;
	size_t next; /* report of the plan */
	size_t n_done;
	int64_t start_ms;
	int64_t start_wall_ms;
	int64_t looked_ms; /* at the clock, last */
};

static size_t
on_bytes(char *data, size_t size, size_t n, void *arg)
{
	struct post *post = arg;
	size_t bytes = size * n;
	size_t room = ANSWER_BYTES - post->answer_bytes;
	size_t taken = bytes < room ? bytes : room;

	memcpy(post->answer + post->answer_bytes, data, taken);
	post->answer_bytes += taken;
	post->answer[post->answer_bytes] = '\0';
	return bytes;
}

static size_t
on_head(char *line, size_t size, size_t n, void *arg)
{
	struct post *post = arg;

	if (post->fetching) {
		(void)replay_token_take(post->token, line, size * n);
	}
	return size * n;
}

static void
set_up(struct post *post)
{
	curl_easy_setopt(post->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(post->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(post->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(post->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(post->easy, CURLOPT_TIMEOUT_MS, (long)ANSWER_MS);
	curl_easy_setopt(post->easy, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(post->easy, CURLOPT_WRITEDATA, post);
	curl_easy_setopt(post->easy, CURLOPT_HEADERFUNCTION, on_head);
	curl_easy_setopt(post->easy, CURLOPT_HEADERDATA, post);
	curl_easy_setopt(post->easy, CURLOPT_PRIVATE, post);
}

/* "Idempotency-Key: <hex>" from run, file and row. */
static void
make_key_header(const struct replay_sending *s, const struct replay_report *report,
	char out[64])
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state state;
	char row[32];

	snprintf(row, sizeof row, "%u", report->row->line);
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(
		&state, (const unsigned char *)s->run, strlen(s->run) + 1);
	crypto_hash_sha256_update(
		&state, (const unsigned char *)s->file, strlen(s->file) + 1);
	crypto_hash_sha256_update(&state, (const unsigned char *)row, strlen(row) + 1);
	crypto_hash_sha256_final(&state, hash);
	memcpy(out, "Idempotency-Key: ", 17);
	sodium_bin2hex(out + 17, 2 * KEY_BYTES + 1, hash, KEY_BYTES);
}

static void
clear(struct post *post)
{
	curl_slist_free_all(post->headers);
	free(post->body);
	post->headers = NULL;
	post->body = NULL;
	post->state = IDLE;
}

/* The form's page, of which only the cookie counts. */
static void
aim_at_form(const struct sender *sender, struct post *post)
{
	post->fetching = true;
	post->token->state = REPLAY_TOKEN_ASKED;
	curl_easy_setopt(post->easy, CURLOPT_URL, sender->s->form);
	curl_easy_setopt(post->easy, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(post->easy, CURLOPT_HTTPHEADER, NULL);
	curl_easy_setopt(post->easy, CURLOPT_COOKIE, NULL);
}

static void
aim_at_reports(const struct sender *sender, struct post *post)
{
	char cookie[sizeof SOURCE_COOKIE + 1 + SOURCE_TOKEN_BYTES];

	curl_easy_setopt(post->easy, CURLOPT_URL, sender->s->url);
	curl_easy_setopt(post->easy, CURLOPT_POST, 1L);
	curl_easy_setopt(post->easy, CURLOPT_POSTFIELDS, post->body);
	curl_easy_setopt(post->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(post->body));
	curl_easy_setopt(post->easy, CURLOPT_HTTPHEADER, post->headers);
	if (post->token != NULL) {
		snprintf(cookie, sizeof cookie, SOURCE_COOKIE "=%s", post->token->text);
	}
	curl_easy_setopt(
		post->easy, CURLOPT_COOKIE, post->token != NULL ? cookie : NULL);
}

static int
attempt(struct sender *sender, struct post *post)
{
	if (post->token != NULL && post->token->state == REPLAY_TOKEN_ASKED) {
		post->state = PAUSED;
		post->retry_at_ms = clock_mono_ms() + TOKEN_WAIT_MS;
		return 0;
	}
	if (post->token != NULL && post->token->state == REPLAY_TOKEN_NONE) {
		aim_at_form(sender, post);
	} else {
		aim_at_reports(sender, post);
	}
	post->answer_bytes = 0;
	post->answer[0] = '\0';
	post->attempts++;
	post->state = FLYING;
	return curl_multi_add_handle(sender->multi, post->easy) == CURLM_OK ? 0
									    : -ENOMEM;
}

/* The lines of a post's head that are ours. Returns 0 or -ENOMEM. */
static int
make_headers(const struct replay_sending *s, const struct replay_report *report,
	struct post *post)
{
	char lines[3][128] = {"Content-Type: application/json", "", ""};

	make_key_header(s, report, lines[1]);
	if (s->exercise != NULL) {
		snprintf(
			lines[2], sizeof lines[2], EXERCISE_HEADER ": %s", s->exercise);
	}
	for (size_t i = 0; i < 3 && lines[i][0] != '\0'; i++) {
		struct curl_slist *more = curl_slist_append(post->headers, lines[i]);

		if (more == NULL) {
			return -ENOMEM;
		}
		post->headers = more;
	}
	return 0;
}

static int
begin(struct sender *sender, struct post *post, int64_t now_ms)
{
	const struct replay_sending *s = sender->s;
	const struct replay_report *report = &s->plan->reports[sender->next];
	int64_t late_ms = now_ms - sender->start_ms - report->due_ms;

	post->body = replay_plan_body(
		s->plan, report, s->claim ? sender->start_wall_ms + report->due_ms : 0);
	if (post->body == NULL || make_headers(s, report, post) != 0) {
		clear(post);
		return -ENOMEM;
	}
	post->token = report->sender == 0 ? NULL : &sender->tokens.at[report->sender];
	post->fetching = false;
	post->first_us = clock_mono_us();
	post->attempts = 0;
	sender->next++;
	sender->tally->sent++;
	if (late_ms > sender->tally->latest_ms) {
		sender->tally->latest_ms = late_ms;
	}
	return attempt(sender, post);
}

/* "400 place.point.latDeg: must be ..." from a problem's first error. */
static void
describe(const struct post *post, long status, char out[REPLAY_REASON_BYTES])
{
	json_t *problem = json_loads(post->answer, 0, NULL);
	json_t *first = json_array_get(json_object_get(problem, "errors"), 0);
	const char *field = json_string_value(json_object_get(first, "field"));
	const char *reason = json_string_value(json_object_get(first, "reason"));
	const char *title = json_string_value(json_object_get(problem, "title"));

	if (field != NULL && reason != NULL) {
		snprintf(out, REPLAY_REASON_BYTES, "%ld %s: %s", status, field, reason);
	} else {
		snprintf(out, REPLAY_REASON_BYTES, "%ld %s", status,
			title != NULL ? title : "without a reason");
	}
	json_decref(problem);
}

static void
finish(struct sender *sender, struct post *post)
{
	sender->n_done++;
	clear(post);
}

/* No final answer: once more later, or never. */
static void
put_off(struct sender *sender, struct post *post, const char *why)
{
	int64_t now_ms = clock_mono_ms();
	int64_t pause_ms = FIRST_PAUSE_MS;

	if (now_ms - post->first_us / 1000 >= sender->s->patience_ms) {
		sender->tally->given_up++;
		replay_tally_reason(sender->tally, why);
		finish(sender, post);
		return;
	}
	for (unsigned i = 1; i < post->attempts && pause_ms < LONGEST_PAUSE_MS; i++) {
		pause_ms *= 2;
	}
	post->retry_at_ms =
		now_ms + (pause_ms < LONGEST_PAUSE_MS ? pause_ms : LONGEST_PAUSE_MS);
	post->state = PAUSED;
}

/* The form came, or not; with a token on to the report itself. */
static void
take_token(struct sender *sender, struct post *post, CURLcode result)
{
	post->fetching = false;
	if (post->token->state == REPLAY_TOKEN_HELD) {
		post->attempts = 0;
		if (attempt(sender, post) != 0) {
			put_off(sender, post, "not enough memory");
		}
		return;
	}
	post->token->state = REPLAY_TOKEN_NONE;
	put_off(sender, post,
		result != CURLE_OK ? curl_easy_strerror(result)
				   : "the form gives no token");
}

static void
take_answer(struct sender *sender, struct post *post, CURLcode result)
{
	char why[REPLAY_REASON_BYTES];
	long status = 0;

	curl_easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_multi_remove_handle(sender->multi, post->easy);
	if (post->fetching) {
		take_token(sender, post, result);
		return;
	}
	if (result != CURLE_OK) {
		put_off(sender, post, curl_easy_strerror(result));
		return;
	}
	if (status == 200 || status == 201) {
		sender->tally->accepted += status == 201;
		sender->tally->repeated += status == 200;
		replay_tally_latency(sender->tally, clock_mono_us() - post->first_us);
		finish(sender, post);
		return;
	}
	describe(post, status, why);
	if (status == 429 || status >= 500) {
		put_off(sender, post, why);
		return;
	}
	sender->tally->refused++;
	replay_tally_reason(sender->tally, why);
	finish(sender, post);
}

static void
take_answers(struct sender *sender)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(sender->multi, &left)) != NULL) {
		CURLcode result = message->data.result;
		struct post *post;

		if (message->msg == CURLMSG_DONE) {
			curl_easy_getinfo(
				message->easy_handle, CURLINFO_PRIVATE, &post);
			take_answer(sender, post, result);
		}
	}
}

/* Starts what is due; *wait_ms: until the next start. Returns 0 or -ENOMEM. */
static int
start_due(struct sender *sender, int64_t *wait_ms)
{
	const struct replay_plan *plan = sender->s->plan;
	int64_t now_ms = clock_mono_ms();
	int fault = 0;

	*wait_ms = LONGEST_POLL_MS;
	for (size_t i = 0; i < sender->s->concurrency && fault == 0; i++) {
		struct post *post = &sender->posts[i];
		int64_t left_ms = LONGEST_POLL_MS;

		if (post->state == PAUSED) {
			left_ms = post->retry_at_ms - now_ms;
			if (left_ms <= 0) {
				sender->tally->retries += post->attempts > 0;
				fault = attempt(sender, post);
			}
		} else if (post->state == IDLE && sender->next < plan->n_reports) {
			left_ms = sender->start_ms +
				  plan->reports[sender->next].due_ms - now_ms;
			if (left_ms <= 0) {
				fault = begin(sender, post, now_ms);
			}
		}
		if (post->state == PAUSED && left_ms <= 0) {
			left_ms = post->retry_at_ms - now_ms; /* waits for a token */
		}
		if (left_ms > 0 && left_ms < *wait_ms) {
			*wait_ms = left_ms;
		}
	}
	return fault;
}

/* While we were stopped (SIGSTOP, Ctrl-Z) nobody's patience ran. */
static void
forgive(struct sender *sender)
{
	int64_t now_ms = clock_mono_ms();
	int64_t stopped_ms = now_ms - sender->looked_ms;

	sender->looked_ms = now_ms;
	if (stopped_ms < STOPPED_MS) {
		return;
	}
	for (size_t i = 0; i < sender->s->concurrency; i++) {
		sender->posts[i].first_us += stopped_ms * 1000;
	}
}

static int
turn(struct sender *sender)
{
	const struct replay_sending *s = sender->s;
	size_t done_before = sender->n_done;
	int64_t wait_ms;
	int running;
	int fault;

	forgive(sender);
	fault = start_due(sender, &wait_ms);
	if (fault != 0 || curl_multi_perform(sender->multi, &running) != CURLM_OK) {
		return -ENOMEM;
	}
	forgive(sender);
	take_answers(sender);
	s->on_progress(sender->tally, sender->n_done, s->plan->n_reports,
		clock_mono_ms() - sender->start_ms);
	/* A post that has become free may have work waiting. */
	if (sender->n_done == done_before && curl_multi_poll(sender->multi, NULL, 0,
						     (int)wait_ms, NULL) != CURLM_OK) {
		return -ENOMEM;
	}
	return 0;
}

/* Whoever was on the way when the user stopped us has no answer. */
static void
abandon(struct sender *sender)
{
	for (size_t i = 0; i < sender->s->concurrency; i++) {
		struct post *post = &sender->posts[i];

		if (post->state == FLYING) {
			curl_multi_remove_handle(sender->multi, post->easy);
		}
		if (post->state != IDLE) {
			sender->tally->given_up++;
			replay_tally_reason(sender->tally, "stopped by you");
			finish(sender, post);
		}
	}
}

static int
open_posts(struct sender *sender)
{
	sender->posts = calloc(sender->s->concurrency, sizeof *sender->posts);
	if (sender->posts == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < sender->s->concurrency; i++) {
		sender->posts[i].easy = curl_easy_init();
		if (sender->posts[i].easy == NULL) {
			return -ENOMEM;
		}
		set_up(&sender->posts[i]);
	}
	return 0;
}

static void
close_posts(struct sender *sender)
{
	for (size_t i = 0; i < sender->s->concurrency; i++) {
		curl_easy_cleanup(sender->posts[i].easy);
	}
	free(sender->posts);
}

int
replay_send(
	const struct replay_sending *s, struct replay_tally *tally, int64_t *elapsed_ms)
{
	struct sender sender = {.s = s, .tally = tally, .multi = curl_multi_init()};
	int fault = sender.multi == NULL
			    ? -ENOMEM
			    : replay_tokens_init(&sender.tokens, s->plan->n_senders);

	fault = fault != 0 ? fault : open_posts(&sender);

	sender.start_ms = clock_mono_ms();
	sender.looked_ms = sender.start_ms;
	sender.start_wall_ms = clock_wall_ms();
	while (fault == 0 && !*s->stop && sender.n_done < s->plan->n_reports) {
		fault = turn(&sender);
	}
	*elapsed_ms = clock_mono_ms() - sender.start_ms;
	if (sender.posts != NULL) {
		abandon(&sender);
		close_posts(&sender);
	}
	replay_tokens_fini(&sender.tokens);
	curl_multi_cleanup(sender.multi);
	return fault;
}
