#include "unit.h"

#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/frame.h"
#include "server/ask.h"
#include "server/limits.h"

enum {
	WAIT_US = LIMIT_QUESTION_MS * 1000,
};

struct scene {
	struct event_base *base;
	struct ask *ask;
	int reader;        /* the other end of the short queue */
	uint64_t answered; /* number of the last question answered */
	bool gave_up;
	unsigned n_done;
	Vedetta__V1__AnswerOutcome outcome;
};

static int
set_up(void **state)
{
	static struct scene s;
	int pair[2];

	s = (struct scene){0};
	s.base = event_base_new();
	s.ask = ask_new(s.base, &s);
	if (s.ask == NULL ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) != 0) {
		return 1;
	}
	s.reader = pair[1];
	*state = &s;
	return ask_take_line(s.ask, ASK_SHORT, pair[0]);
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	ask_free(s->ask);
	event_base_free(s->base);
	(void)close(s->reader);
	return 0;
}

static void
on_done(void *arg, const struct ask_about *about, const Vedetta__V1__Answer *answer)
{
	struct scene *s = arg;

	s->n_done++;
	s->answered = about->number;
	s->gave_up = answer == NULL;
	if (answer != NULL) {
		s->outcome = answer->outcome;
	}
}

static int
ask_for(struct scene *s, uint64_t number, int64_t now_us)
{
	Vedetta__V1__Question question = VEDETTA__V1__QUESTION__INIT;
	struct ask_about about = {.number = number, .since_us = now_us};

	question.about_case = VEDETTA__V1__QUESTION__ABOUT_REPORT;
	question.report = number;
	return ask_put(s->ask, ASK_SHORT, &question, &about, on_done);
}

/* Takes a question as a reader does. 0 when there is none. */
static uint64_t
take_question(struct scene *s, uint64_t *number)
{
	uint8_t datagram[1024];
	struct frame_head head;
	Vedetta__V1__Question *question;
	ssize_t n = recv(s->reader, datagram, sizeof(datagram), 0);

	if (n < 0) {
		return 0;
	}
	assert_int_equal(frame_read_head(datagram, &head), 0);
	assert_int_equal(head.kind, FRAME_QUESTION);
	assert_int_equal(head.body_bytes + FRAME_HEAD_BYTES, n);
	question = vedetta__v1__question__unpack(
		NULL, head.body_bytes, datagram + FRAME_HEAD_BYTES);
	assert_non_null(question);
	*number = question->report;
	vedetta__v1__question__free_unpacked(question, NULL);
	return head.ref;
}

static void
answer(struct scene *s, uint64_t ref)
{
	Vedetta__V1__Answer a = VEDETTA__V1__ANSWER__INIT;
	uint8_t datagram[256];
	struct frame_head head = {.kind = FRAME_ANSWER, .ref = ref};

	a.outcome = VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_NOT_FOUND;
	head.body_bytes =
		(uint32_t)vedetta__v1__answer__pack(&a, datagram + FRAME_HEAD_BYTES);
	frame_write_head(&head, datagram);
	assert_true(
		send(s->reader, datagram, FRAME_HEAD_BYTES + head.body_bytes, 0) > 0);
	(void)event_base_loop(s->base, EVLOOP_NONBLOCK);
}

static void
an_answer_reaches_the_one_who_asked(void **state)
{
	struct scene *s = *state;
	uint64_t number, first, second;

	assert_int_equal(ask_for(s, 7, 0), 0);
	assert_int_equal(ask_for(s, 8, 0), 0);
	first = take_question(s, &number);
	assert_int_equal(number, 7);
	second = take_question(s, &number);
	assert_int_equal(number, 8);
	answer(s, second);
	assert_int_equal(s->answered, 8);
	assert_int_equal(
		s->outcome, VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_NOT_FOUND);
	answer(s, first);
	assert_int_equal(s->answered, 7);
	assert_int_equal(ask_count(s->ask), 0);
}

static void
an_answer_that_comes_twice_is_taken_once(void **state)
{
	struct scene *s = *state;
	uint64_t number, ref;

	assert_int_equal(ask_for(s, 7, 0), 0);
	ref = take_question(s, &number);
	answer(s, ref);
	answer(s, ref);
	answer(s, 0);
	answer(s, 12345);
	assert_int_equal(s->n_done, 1);
}

static void
a_question_is_asked_once_more_and_then_given_up(void **state)
{
	struct scene *s = *state;
	uint64_t number, ref;

	assert_int_equal(ask_for(s, 7, 0), 0);
	ref = take_question(s, &number);
	ask_expire(s->ask, WAIT_US - 1);
	assert_int_equal(take_question(s, &number), 0);
	ask_expire(s->ask, WAIT_US);
	assert_int_equal(take_question(s, &number), ref);
	ask_expire(s->ask, 2 * WAIT_US - 1);
	assert_int_equal(s->n_done, 0);
	ask_expire(s->ask, 2 * WAIT_US);
	assert_int_equal(s->n_done, 1);
	assert_true(s->gave_up);
	assert_int_equal(ask_count(s->ask), 0);
	answer(s, ref); /* too late */
	assert_int_equal(s->n_done, 1);
}

static void
the_late_first_answer_ends_a_question_asked_twice(void **state)
{
	struct scene *s = *state;
	uint64_t number, ref;

	assert_int_equal(ask_for(s, 7, 0), 0);
	ref = take_question(s, &number);
	ask_expire(s->ask, WAIT_US);
	answer(s, ref);
	assert_int_equal(s->n_done, 1);
	assert_false(s->gave_up);
	ask_expire(s->ask, 9 * WAIT_US);
	assert_int_equal(s->n_done, 1);
}

static void
questions_without_readers_wait_and_are_given_up(void **state)
{
	struct scene *s = *state;
	uint64_t number;
	int pair[2];

	/* The kernel takes a few hundred; the others stay with us. */
	for (uint64_t i = 1; i <= LIMIT_QUESTIONS; i++) {
		assert_int_equal(ask_for(s, i, 0), 0);
	}
	assert_int_equal(ask_for(s, 1, 0), ASK_FULL);
	/* A new line is sent those that had no room in the old one. */
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	assert_int_equal(ask_take_line(s->ask, ASK_SHORT, pair[0]), 0);
	(void)close(s->reader);
	s->reader = pair[1];
	assert_int_not_equal(take_question(s, &number), 0);
	assert_true(number > 1);
	ask_expire(s->ask, WAIT_US);
	ask_expire(s->ask, 2 * WAIT_US);
	/* Those asked again without room for it have their second time, too. */
	ask_expire(s->ask, 3 * WAIT_US);
	assert_int_equal(s->n_done, LIMIT_QUESTIONS);
	assert_int_equal(ask_count(s->ask), 0);
	assert_int_equal(ask_for(s, 1, 0), 0);
}

static void
nonsense_from_a_reader_is_passed_over(void **state)
{
	struct scene *s = *state;
	uint64_t number, ref;

	assert_int_equal(ask_for(s, 7, 0), 0);
	ref = take_question(s, &number);
	assert_true(send(s->reader, "short", 5, 0) > 0);
	(void)event_base_loop(s->base, EVLOOP_NONBLOCK);
	answer(s, ref);
	assert_int_equal(s->n_done, 1);
}

static void
without_memory_there_is_no_asking(void **state)
{
	struct event_base *base = event_base_new();

	(void)state;
	for (unsigned long n = 1;; n++) {
		struct ask *a;

		alloc_fail_at(n);
		a = ask_new(base, NULL);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_non_null(a);
			ask_free(a);
			break;
		}
		assert_null(a);
	}
	ask_free(NULL);
	event_base_free(base);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_answer_reaches_the_one_who_asked),
		T(an_answer_that_comes_twice_is_taken_once),
		T(a_question_is_asked_once_more_and_then_given_up),
		T(the_late_first_answer_ends_a_question_asked_twice),
		T(questions_without_readers_wait_and_are_given_up),
		T(nonsense_from_a_reader_is_passed_over),
		cmocka_unit_test(without_memory_there_is_no_asking),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
