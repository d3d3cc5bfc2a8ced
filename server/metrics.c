#include "server/metrics.h"

#include <string.h>

#include "server/metrics_internal.h"

/* Rows of one family stand together. */
/* clang-format off */
const struct metric_row metric_rows[METRICS] = {
#define C(n, l, h) {"vedetta_" n "_total", l, COUNTER, h}
#define G(n, h) {"vedetta_" n, "", GAUGE_SUM, h}
#define M(n, h) {"vedetta_" n, "", GAUGE_MAX, h}
	[METRIC_CONNECTIONS] = G("http_connections", "Open connections."),
	[METRIC_REQUESTS] = C("http_requests", "", "Whole requests taken."),
	[METRIC_ANSWERS_2XX] = C("http_answers", "class=\"2xx\"", "Answers by class of status."),
	[METRIC_ANSWERS_3XX] = C("http_answers", "class=\"3xx\"", ""),
	[METRIC_ANSWERS_4XX] = C("http_answers", "class=\"4xx\"", ""),
	[METRIC_ANSWERS_5XX] = C("http_answers", "class=\"5xx\"", ""),
	[METRIC_HTTP_REFUSED_SYNTAX] = C("http_refused", "reason=\"syntax\"",
		"Requests and connections refused before any handler saw them."),
	[METRIC_HTTP_REFUSED_TOO_LARGE] = C("http_refused", "reason=\"too_large\"", ""),
	[METRIC_HTTP_REFUSED_TOO_SLOW] = C("http_refused", "reason=\"too_slow\"", ""),
	[METRIC_HTTP_REFUSED_UNSUPPORTED] = C("http_refused", "reason=\"unsupported\"", ""),
	[METRIC_HTTP_REFUSED_PER_ADDRESS] = C("http_refused", "reason=\"per_address\"", ""),
	[METRIC_HTTP_REFUSED_CONNECTIONS] = C("http_refused", "reason=\"connections\"", ""),
	[METRIC_HTTP_REFUSED_DESCRIPTORS] = C("http_refused", "reason=\"descriptors\"", ""),
	[METRIC_INTAKE_IN] = C("intake_in", "", "Report posts taken by the fronts."),
	[METRIC_INTAKE_OUT] = C("intake_out", "", "Report posts answered with a receipt."),
	[METRIC_INTAKE_REFUSED_INVALID] = C("intake_refused", "reason=\"invalid\"",
		"Report posts answered without a receipt."),
	[METRIC_INTAKE_REFUSED_FULL] = C("intake_refused", "reason=\"full\"", ""),
	[METRIC_INTAKE_REFUSED_TIMEOUT] = C("intake_refused", "reason=\"timeout\"", ""),
	[METRIC_INTAKE_REFUSED_NO_ROOM] = C("intake_refused", "reason=\"no_room\"", ""),
	[METRIC_INTAKE_REFUSED_FAULT] = C("intake_refused", "reason=\"fault\"", ""),
	[METRIC_INTAKE_QUEUE] = G("intake_queue_length", "Inputs that await the desk's answer."),
	[METRIC_INTAKE_RESENT] = C("intake_resent", "", "Inputs sent again to a restarted desk."),
	[METRIC_DESK_IN] = C("desk_in", "", "Inputs taken by the desk."),
	[METRIC_DESK_STORED] = C("desk_out", "outcome=\"stored\"", "Inputs answered after their commit."),
	[METRIC_DESK_REPEATED] = C("desk_out", "outcome=\"repeated\"", ""),
	[METRIC_DESK_ADDED] = C("desk_out", "outcome=\"added\"", ""),
	[METRIC_DESK_CONFLICTS] = C("desk_out", "outcome=\"conflict\"", ""),
	[METRIC_DESK_ACTED] = C("desk_out", "outcome=\"acted\"", ""),
	[METRIC_DESK_ACTIONS_REFUSED] =
		C("desk_out", "outcome=\"action_refused\"", ""),
	[METRIC_DESK_QUARANTINED] = C("desk_out", "outcome=\"quarantined\"", ""),
	[METRIC_DESK_RAW] = C("desk_out", "outcome=\"raw\"", ""),
	[METRIC_DESK_REFUSED_NO_ROOM] = C("desk_refused", "reason=\"no_room\"",
		"Inputs the desk could not store."),
	[METRIC_DESK_REFUSED_FAULT] = C("desk_refused", "reason=\"fault\"", ""),
	[METRIC_DESK_QUEUE] = G("desk_queue_length", "Inputs in the open batch."),
	[METRIC_DESK_BATCHES] = C("desk_batches", "", "Batches committed."),
	[METRIC_DESK_RELOADS] = C("desk_reloads", "", "Times the desk dropped its memory and read the store again."),
	[METRIC_DESK_LAST_SEQ] = M("desk_last_sequence", "Sequence of the newest log row."),
	[METRIC_DESK_INCIDENTS_OPEN] = M("desk_incidents_open", "Open incidents that are real."),
	[METRIC_DESK_INCIDENTS_UNPLACED] = M("desk_incidents_unplaced", "Of these, those without a trustworthy place."),
	[METRIC_DESK_REPORTS_LIVE] = M("desk_reports_live", "Reports of open incidents that are real."),
	[METRIC_EXERCISE_REPORTS] = C("exercise_reports", "", "Report posts of an exercise; they are part of the intake's."),
	[METRIC_EXERCISE_INCIDENTS_OPEN] = M("exercise_incidents_open", "Open incidents of an exercise."),
	[METRIC_EXERCISE_REPORTS_LIVE] = M("exercise_reports_live", "Reports of these."),
	[METRIC_EXERCISE_UMBRELLAS_OPEN] = M("exercise_umbrellas_open", "Umbrellas of an exercise that live."),
	[METRIC_EXERCISE_WAITING] = M("exercise_waiting", "Incidents of an exercise that nobody has acknowledged, class 1 or 2."),
	[METRIC_EXERCISE_CLOSED] = C("exercise_closed", "", "Incidents closed because their exercise was over."),
	[METRIC_DESK_KEYS] = M("desk_keys", "Idempotency keys held in memory."),
	[METRIC_DESK_KEYS_PUSHED_OUT] = C("desk_keys_pushed_out", "", "Keys dropped before their time: the table was full."),
	[METRIC_DESK_UMBRELLAS_OPEN] = M("desk_umbrellas_open", "Umbrellas that live, of real reports."),
	[METRIC_DESK_UMBRELLAS_MAXI] = M("desk_umbrellas_maxi", "Of these, those that are maxi."),
	[METRIC_DESK_UMBRELLA_POINTS] = M("desk_umbrella_points", "Placed reports in the windows of the umbrellas, real ones."),
	[METRIC_DESK_UMBRELLAS_BEHIND] = M("desk_umbrellas_behind", "Rows of the log that umbrellas have not read yet after a start."),
	[METRIC_DESK_RAW_WAITING] = M("desk_raw_waiting", "Reports kept raw that nobody has interpreted yet."),
	[METRIC_DESK_RAW_MODE] = M("desk_raw_mode", "1 while the desk stores without interpreting."),
	[METRIC_ESCALATION_WAITING] = M("escalation_waiting", "Real incidents that nobody has acknowledged, class 1 or 2."),
	[METRIC_ESCALATION_UNANSWERED] = M("escalation_unanswered", "Of these, those where all were told and nobody answered."),
	[METRIC_ESCALATION_NOBODY] = M("escalation_nobody", "Of these, those with nobody to tell."),
	[METRIC_ESCALATION_PAGES] = C("escalation_messages", "", "Messages to people about waiting incidents."),
	[METRIC_ESCALATION_UNSENT] = C("escalation_unsent", "", "Of these, ways that could not be queued."),
	[METRIC_DUTY_UNREACHABLE] = M("duty_unreachable", "People in rota, lists and teams whom nothing reaches."),
	[METRIC_DUTY_STEPS_LACKING] = M("duty_steps_lacking", "Steps of policies by a means that is not set up."),
	[METRIC_DELIVERIES_SENT_EMAIL] = C("deliveries", "outcome=\"sent\",means=\"email\"",
		"Messages that left the desk, or did not, by how they ended."),
	[METRIC_DELIVERIES_SENT_WEB_PUSH] = C("deliveries", "outcome=\"sent\",means=\"web_push\"", ""),
	[METRIC_DELIVERIES_SENT_WEBHOOK] = C("deliveries", "outcome=\"sent\",means=\"webhook\"", ""),
	[METRIC_DELIVERIES_SENT_TELEGRAM] = C("deliveries", "outcome=\"sent\",means=\"telegram\"", ""),
	[METRIC_DELIVERIES_REFUSED] = C("deliveries", "outcome=\"refused\"", ""),
	[METRIC_DELIVERIES_GIVEN_UP] = C("deliveries", "outcome=\"given_up\"", ""),
	[METRIC_DELIVERIES_CANCELLED] = C("deliveries", "outcome=\"cancelled\"", ""),
	[METRIC_DELIVERIES_FAILED] = C("delivery_attempts_failed", "", "Attempts to deliver that will be made again."),
	[METRIC_DELIVERIES_UNKNOWN] = C("delivery_attempts_unknown", "", "Attempts of which nobody knows how they ended; made again."),
	[METRIC_DELIVERIES_QUEUE] = M("deliveries_queue_length", "Messages that have not ended."),
	[METRIC_DELIVERIES_OLDEST_S] = M("deliveries_oldest_seconds", "Age of the oldest of them."),
	[METRIC_DELIVERIES_BREAKERS] = M("deliveries_breakers_open", "Hosts that are left alone for a while because they failed."),
	[METRIC_COURIER_UP] = M("courier_up", "1 while the desk has a courier."),
	[METRIC_COURIER_JOBS] = G("courier_transfers", "Attempts on their way."),
	[METRIC_OIDC_READY] = M("oidc_ready", "1 while the identity provider answers as it should."),
	[METRIC_OIDC_CONFIRMED] = C("oidc_logins", "outcome=\"confirmed\"", "Codes of logins that the identity provider was asked about."),
	[METRIC_OIDC_REFUSED] = C("oidc_logins", "outcome=\"refused\"", ""),
	[METRIC_OIDC_AWAY] = C("oidc_logins", "outcome=\"away\"", ""),
	[METRIC_OIDC_LOGOUTS_CONFIRMED] = C("oidc_logouts", "outcome=\"confirmed\"", "Logout tokens that came as the identity provider's."),
	[METRIC_OIDC_LOGOUTS_REFUSED] = C("oidc_logouts", "outcome=\"refused\"", ""),
	[METRIC_OIDC_LOGOUTS_AWAY] = C("oidc_logouts", "outcome=\"away\"", ""),
	[METRIC_STORE_WAL_BYTES] = M("store_wal_bytes", "Size of the write-ahead log."),
	[METRIC_STORE_FREE_BYTES] = M("store_free_bytes", "Room left on the store's file system."),
	[METRIC_STORE_FAULTS] = C("store_faults", "", "Failed reads, writes and commits of the store."),
	[METRIC_STORE_DAMAGED_ROWS] = C("store_damaged_rows", "", "Rows read that were not what was written."),
	[METRIC_BOARD_INCIDENTS] = M("board_incidents", "Incidents on the largest board, drills too."),
	[METRIC_BOARD_STATES_IN] = C("board_states_in", "", "Incident states that came from the desk."),
	[METRIC_STREAMS] = G("streams", "Open event streams."),
	[METRIC_STREAM_EVENTS] = C("stream_events", "", "Events queued to streams."),
	[METRIC_STREAM_CUT_SLOW] = C("stream_cut_slow", "", "Streams cut because their reader was too slow."),
	[METRIC_STREAM_RESETS] = C("stream_resets", "", "Streams told to load the board anew."),
	[METRIC_LINES_CUT_STUCK] = C("lines_cut_stuck", "", "Lines to a role that read nothing for too long."),
	[METRIC_QUESTIONS_IN] = C("questions_in", "", "Questions asked of the readers."),
	[METRIC_QUESTIONS_OUT] = C("questions_out", "", "Questions answered."),
	[METRIC_QUESTIONS_REFUSED_FULL] = C("questions_refused", "reason=\"full\"", "Questions without an answer."),
	[METRIC_QUESTIONS_REFUSED_TIMEOUT] = C("questions_refused", "reason=\"timeout\"", ""),
	[METRIC_QUESTIONS_NOT_FOUND] = C("questions_not_found", "", "Questions about what does not exist."),
	[METRIC_QUESTIONS_TOO_SLOW] = C("questions_too_slow", "", "Questions a reader gave up at their deadline."),
	[METRIC_QUESTIONS_FAULT] = C("questions_fault", "", "Questions a reader failed at."),
	[METRIC_QUESTIONS_QUEUE] = G("questions_queue_length", "Questions that await their answer."),
	[METRIC_INDEX_SEQ] = M("index_sequence", "Log row up to which the index holds everything."),
	[METRIC_INDEX_LAG_ROWS] = M("index_lag_rows", "Log rows the index does not hold yet."),
	[METRIC_INDEX_LAG_S] = M("index_lag_seconds", "Age of the oldest of them."),
	[METRIC_INDEX_ROWS] = C("index_rows", "", "Log rows indexed."),
	[METRIC_INDEX_ANEW] = C("index_anew", "", "Times the index was begun anew."),
	[METRIC_INDEX_WAITS] = M("index_waits", "1 while the index can do nothing: no room, or a fault; the log says why."),
	[METRIC_ROLE_STARTS] = C("role_starts", "", "Processes started."),
	[METRIC_ROLE_CRASHES] = C("role_crashes", "", "Processes that ended unasked."),
	[METRIC_ROLES_RUNNING] = G("roles_running", "Processes running under the supervisor."),
	[METRIC_START_TIME_S] = M("start_time_seconds", "Unix time of the supervisor's start."),
#undef C
#undef G
#undef M
};
/* clang-format on */

static struct metrics_page *own;

size_t
metrics_page_bytes(void)
{
	return sizeof(struct metrics_page);
}

void
metrics_use(struct metrics_page *page)
{
	own = page;
}

void
metrics_add(enum metric m, uint64_t n)
{
	if (own != NULL) {
		__atomic_fetch_add(&own->value[m], n, __ATOMIC_RELAXED);
	}
}

void
metrics_set(enum metric m, uint64_t value)
{
	if (own != NULL) {
		__atomic_store_n(&own->value[m], value, __ATOMIC_RELAXED);
	}
}

/* The smallest i with us <= 2^i; METRIC_BUCKETS when there is none. */
static size_t
find_bucket(uint64_t us)
{
	size_t i = 0;

	while (i < METRIC_BUCKETS && us > (uint64_t)1 << i) {
		i++;
	}
	return i;
}

void
metrics_observe_us(enum metric_latency l, uint64_t us)
{
	size_t i = find_bucket(us);

	if (own == NULL) {
		return;
	}
	if (i < METRIC_BUCKETS) {
		__atomic_fetch_add(&own->latency[l].bucket[i], 1, __ATOMIC_RELAXED);
	}
	__atomic_fetch_add(&own->latency[l].sum_us, us, __ATOMIC_RELAXED);
	__atomic_fetch_add(&own->latency[l].count, 1, __ATOMIC_RELAXED);
}

uint64_t
metrics_value(const struct metrics_page *page, enum metric m)
{
	return __atomic_load_n(&page->value[m], __ATOMIC_RELAXED);
}

void
metrics_set_head(uint64_t row, const uint8_t hash[METRICS_HASH_BYTES])
{
	uint64_t word;

	if (own == NULL) {
		return;
	}
	__atomic_store_n(&own->head_row, 0, __ATOMIC_SEQ_CST);
	for (size_t i = 0; i < METRICS_HASH_BYTES / sizeof(word); i++) {
		memcpy(&word, hash + i * sizeof(word), sizeof(word));
		__atomic_store_n(&own->head_hash[i], word, __ATOMIC_SEQ_CST);
	}
	__atomic_store_n(&own->head_row, row, __ATOMIC_SEQ_CST);
}

static bool
read_head(const struct metrics_page *page, uint64_t *row, uint8_t *hash)
{
	uint64_t word;

	*row = __atomic_load_n(&page->head_row, __ATOMIC_SEQ_CST);
	for (size_t i = 0; i < METRICS_HASH_BYTES / sizeof(word); i++) {
		word = __atomic_load_n(&page->head_hash[i], __ATOMIC_SEQ_CST);
		memcpy(hash + i * sizeof(word), &word, sizeof(word));
	}
	return *row != 0 && *row == __atomic_load_n(&page->head_row, __ATOMIC_SEQ_CST);
}

bool
metrics_head(const struct metrics_page *const *pages, size_t n_pages, uint64_t *row,
	uint8_t hash[METRICS_HASH_BYTES])
{
	for (size_t i = 0; i < n_pages; i++) {
		if (read_head(pages[i], row, hash)) {
			return true;
		}
	}
	return false;
}

void
metrics_clear_gauges(struct metrics_page *page)
{
	for (size_t m = 0; m < METRICS; m++) {
		if (metric_rows[m].kind != COUNTER) {
			__atomic_store_n(&page->value[m], 0, __ATOMIC_RELAXED);
		}
	}
}
