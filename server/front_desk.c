/* What a front hears from the desk, and how what waits is sent there. */
#include "server/front.h"

#include <string.h>

#include "proto/frame.h"
#include "server/clock.h"
#include "server/front_role.h"
#include "server/log.h"
#include "server/presence.h"

void
front_flush(struct front *f)
{
	const struct pending_input *input;

	while (f->desk != NULL && (input = pending_next_unsent(f->pending)) != NULL) {
		struct frame_head head = {
			.body_bytes = (uint32_t)input->body_bytes,
			.kind = input->kind,
			.ref = input->ref,
		};

		memcpy(head.key, input->key, sizeof(head.key));
		if (line_send(f->desk, &head, input->body) != 0) {
			return; /* full: goes on when the line has drained */
		}
		pending_sent(f->pending);
	}
}

static void
take_answer(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__InputAnswer *answer = vedetta__v1__input_answer__unpack(
		arena_allocator(f->arena), head->body_bytes, body);

	if (answer == NULL) {
		log_event(LOG_WARN, "desk.bad_frame", "kind=%u", head->kind);
		return;
	}
	api_report_answered(f, head->ref, answer);
}

/* What was said last holds while there is no desk: one that ends is told by the next.
 */
static void
use_exercise(struct front *f, uint64_t exercise)
{
	char token[EXERCISE_TOKEN_BYTES] = "";

	if (exercise != 0) {
		exercise_token(f->setup->exercise_key, exercise, token);
	}
	page_use_exercise(f->page, token);
	f->exercise = exercise;
	f->knows_exercise = true;
}

int
front_check_exercise(const struct front *f, const char *given)
{
	if (!f->knows_exercise) {
		return PROBLEM_DESK_AWAY;
	}
	switch (exercise_check(f->setup->exercise_key, f->exercise, given)) {
	case 0:
		return 0;
	case EXERCISE_OVER:
		return PROBLEM_EXERCISE_OVER;
	default:
		return PROBLEM_EXERCISE;
	}
}

static void
take_duty(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__Duty *duty =
		vedetta__v1__duty__unpack(NULL, head->body_bytes, body);

	if (duty != NULL) {
		vedetta__v1__duty__free_unpacked(f->staff, NULL);
		f->staff = duty;
		f->raw_mode = duty->raw_mode;
		f->refusing = duty->refusing;
		use_exercise(f, duty->exercise);
	}
}

static void
take_reset(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__BoardReset *reset = vedetta__v1__board_reset__unpack(
		arena_allocator(f->arena), head->body_bytes, body);

	if (reset != NULL && f->board != NULL) {
		board_reset(f->board, reset->epoch);
		no_news_views_fini(&f->silence);
		log_event(LOG_INFO, "board.filling", "incidents=%zu",
			board_count(f->board));
	}
}

static void
put_state(struct front *f, const Vedetta__V1__Incident *state)
{
	int r = board_put(f->board, state);

	if (r != 0 && r != BOARD_UNCHANGED) {
		log_event(LOG_ERROR, "board.bad_state", "incident=%llu reason=%s",
			(unsigned long long)state->id,
			r == BOARD_OUT_OF_ORDER     ? "out_of_order"
			: r == BOARD_UNKNOWN_HAZARD ? "unknown_hazard"
						    : "no_memory");
	}
	if (f->umbrellas != NULL && state->silent != NULL) {
		umbrella_board_label_silent(f->umbrellas, f->board, state->id);
	}
}

static void
take_areas(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__BoardAreas *piece = vedetta__v1__board_areas__unpack(
		arena_allocator(f->arena), head->body_bytes, body);

	if (piece == NULL || f->areas == NULL || area_list_take(f->areas, piece) != 0) {
		log_event(LOG_WARN, "desk.bad_frame", "kind=%u", head->kind);
	}
}

/* Does the stream's session still see what it saw when the stream began? */
static bool
is_allowed(void *arg, uint64_t session, const struct scope *scope)
{
	struct front *f = arg;
	struct who who;

	return office_view_session(f->office, session, clock_wall_ms(), &who) &&
	       rights_have(who.rights, VEDETTA__V1__RIGHT__RIGHT_VIEW) &&
	       who.scope == scope;
}

static void
end_streams(struct front *f)
{
	hub_end_unless(f->hub, is_allowed, f);
}

static void
take_office(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__OfficeStates *states = vedetta__v1__office_states__unpack(
		arena_allocator(f->arena), head->body_bytes, body);
	bool was_ready;

	if (states == NULL || f->office == NULL) {
		log_event(LOG_WARN, "desk.bad_frame", "kind=%u", head->kind);
		return;
	}
	was_ready = office_view_is_ready(f->office);
	if (office_view_take(f->office, states) != 0) {
		log_event(LOG_WARN, "office.no_memory", NULL);
	}
	if (!was_ready && office_view_is_ready(f->office)) {
		if (office_view_count(f->office) == 0) {
			log_event(LOG_WARN, "office.no_accounts",
				"do=\"vedetta user add NAME --role administrator "
				"--area '*'\"");
		}
		front_role_check_ready(f);
	}
	end_streams(f);
}

static void
take_provider(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__ProviderState *state =
		vedetta__v1__provider_state__unpack(NULL, head->body_bytes, body);

	if (state != NULL) {
		vedetta__v1__provider_state__free_unpacked(f->provider, NULL);
		f->provider = state;
	}
}

static void
take_states(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__BoardStates *states = vedetta__v1__board_states__unpack(
		arena_allocator(f->arena), head->body_bytes, body);
	bool was_ready;

	if (states == NULL || f->board == NULL) {
		log_event(LOG_WARN, "desk.bad_frame", "kind=%u", head->kind);
		return;
	}
	was_ready = board_is_ready(f->board);
	for (size_t i = 0; i < states->n_incidents; i++) {
		put_state(f, states->incidents[i]);
	}
	board_told(f->board, states->sequence, states->caught_up);
	metrics_add(METRIC_BOARD_STATES_IN, states->n_incidents);
	metrics_set(METRIC_BOARD_INCIDENTS, board_count(f->board));
	if (!was_ready && board_is_ready(f->board)) {
		log_event(LOG_INFO, "board.ready", "incidents=%zu",
			board_count(f->board));
		front_role_check_ready(f);
	}
}

static void
take_umbrellas(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__UmbrellaStates *states = vedetta__v1__umbrella_states__unpack(
		arena_allocator(f->arena), head->body_bytes, body);

	if (states == NULL || f->umbrellas == NULL) {
		log_event(LOG_WARN, "desk.bad_frame", "kind=%u", head->kind);
		return;
	}
	if (umbrella_board_take(f->umbrellas, states, f->board) != 0) {
		log_event(LOG_ERROR, "board.bad_state", "reason=no_memory");
	}
	hub_tell_umbrellas(f->hub, states);
}

static void
take_silence(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__SilenceView *view = vedetta__v1__silence_view__unpack(
		arena_allocator(f->arena), head->body_bytes, body);

	if (view == NULL) {
		log_event(LOG_WARN, "desk.bad_frame", "kind=%u", head->kind);
	} else if (no_news_views_put(&f->silence, view) != 0) {
		log_event(LOG_ERROR, "board.bad_state", "reason=no_memory");
	}
}

static void
on_frame(void *arg, const struct frame_head *head, const uint8_t *body)
{
	struct front *f = arg;

	f->desk_heard_ms = clock_mono_ms();
	arena_reset(f->arena);
	arena_reset(f->work);
	switch (head->kind) {
	case FRAME_INPUT_ANSWER:
		take_answer(f, head, body);
		break;
	case FRAME_DUTY:
		take_duty(f, head, body);
		break;
	case FRAME_BOARD_RESET:
		take_reset(f, head, body);
		break;
	case FRAME_STATES:
		take_states(f, head, body);
		break;
	case FRAME_AREAS:
		take_areas(f, head, body);
		break;
	case FRAME_OFFICE:
		take_office(f, head, body);
		break;
	case FRAME_UMBRELLAS:
		take_umbrellas(f, head, body);
		break;
	case FRAME_SILENCE:
		take_silence(f, head, body);
		break;
	case FRAME_DUTY_BOOK:
		api_duty_take(f, head, body);
		break;
	case FRAME_LOOKING:
		api_looking_take(f, head, body);
		break;
	case FRAME_PROVIDER:
		take_provider(f, head, body);
		break;
	default:
		log_event(LOG_WARN, "desk.bad_frame", "kind=%u", head->kind);
		break;
	}
}

static void
on_turn_end(void *arg)
{
	(void)arg; /* each answer has left on its own */
}

static void
on_drained(void *arg)
{
	front_flush(arg);
}

/* Streams are told at once: the next one may be here before their tick. */
static void
lose_desk(struct front *f)
{
	line_free(f->desk);
	f->desk = NULL;
	f->desk_lost_ms = clock_mono_ms();
	if (f->hub != NULL) {
		hub_tick(f->hub, false, f->desk_lost_ms);
	}
}

static void
on_desk_closed(void *arg)
{
	struct front *f = arg;

	lose_desk(f);
	role_keep_spares(f->role); /* its place is the next one's */
	vedetta__v1__duty__free_unpacked(f->staff, NULL);
	f->staff = NULL;
	if (f->looking != NULL) {
		(void)looking_view_take(f->looking, NULL);
	}
	log_event(LOG_WARN, "desk.lost", "pending=%zu", pending_count(f->pending));
}

void
front_take_desk(struct front *f, int fd)
{
	static const struct line_events events = {
		.on_frame = on_frame,
		.on_turn_end = on_turn_end,
		.on_drained = on_drained,
		.on_closed = on_desk_closed,
	};
	size_t again;

	if (f->desk != NULL) {
		lose_desk(f); /* its end is not read yet */
	}
	f->desk = line_new(f->base, fd, &events, f);
	if (f->desk == NULL) {
		f->desk_lost_ms = clock_mono_ms();
		log_event(LOG_WARN, "desk.no_memory", NULL);
		return;
	}
	f->desk_heard_ms = clock_mono_ms();
	f->told_streams = 0; /* a new desk knows of none */
	again = pending_unsend(f->pending);
	if (again > 0) {
		metrics_add(METRIC_INTAKE_RESENT, again);
		log_event(LOG_INFO, "intake.sent_again", "inputs=%zu", again);
	}
	front_flush(f);
	presence_tell(f, clock_mono_ms());
	if (f->looked != NULL) {
		api_looking_say_again(f);
	}
}
