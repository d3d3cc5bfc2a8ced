#include "dispatch/policy.h"

#include <assert.h>

#define TO(name) VEDETTA__V1__POLICY_TARGET__POLICY_TARGET_##name

enum {
	SECOND_MS = 1000,
	AFTER_S = 180,
	GROUP_WAIT_S = 5,
	GROUP_INTERVAL_S = 60,
	REPEAT_S = 600,
	REPEAT_LEAST_S = 60, /* also when less was set */
	HAND_OVER_S = 900,
	STEPS = 4,
};

/* What init leaves is not const; these are filled once and never changed. */
struct built_in {
	Vedetta__V1__Policy policy;
	Vedetta__V1__PolicyStep steps[STEPS];
	Vedetta__V1__PolicyStep *list[STEPS];
	uint32_t class_no;
};

/* clang-format off */
#define STEP(target, seconds) { \
	.base = PROTOBUF_C_MESSAGE_INIT(&vedetta__v1__policy_step__descriptor), \
	.to = TO(target), .after_s = (seconds) }
#define POLICY(built, repeat) { \
	.base = PROTOBUF_C_MESSAGE_INIT(&vedetta__v1__policy__descriptor), \
	.area = (char *)(uintptr_t)"*", .n_classes = 1, .classes = &(built).class_no, \
	.n_steps = STEPS, .steps = (built).list, .repeat_s = (repeat) }
#define LIST(built) { &(built).steps[0], &(built).steps[1], &(built).steps[2], &(built).steps[3] }

static struct built_in lives_now = {
	.policy = POLICY(lives_now, 600),
	.steps = { STEP(ON_DUTY, 120), STEP(SHIFT_LEADER, 180), STEP(AREA_ABOVE, 180), STEP(ON_CALL, 180) },
	.list = LIST(lives_now),
	.class_no = 1,
};
static struct built_in lives_soon = {
	.policy = POLICY(lives_soon, 1800),
	.steps = { STEP(ON_DUTY, 300), STEP(SHIFT_LEADER, 300), STEP(AREA_ABOVE, 600), STEP(ON_CALL, 600) },
	.list = LIST(lives_soon),
	.class_no = 2,
};
/* clang-format on */

const Vedetta__V1__Policy *
policy_built_in(size_t n)
{
	assert(n < POLICY_BUILT_IN);
	return n == 0 ? &lives_now.policy : &lives_soon.policy;
}

bool
policy_is_for(const Vedetta__V1__Policy *p, unsigned class_no)
{
	for (size_t i = 0; i < p->n_classes; i++) {
		if (p->classes[i] == class_no) {
			return true;
		}
	}
	return false;
}

static int64_t
ms(uint32_t said_s, uint32_t else_s)
{
	return (int64_t)(said_s != 0 ? said_s : else_s) * SECOND_MS;
}

int64_t
policy_after_ms(const Vedetta__V1__PolicyStep *step)
{
	return ms(step->after_s, AFTER_S);
}

int64_t
policy_group_wait_ms(const Vedetta__V1__Policy *p)
{
	return ms(p->group_wait_s, GROUP_WAIT_S);
}

int64_t
policy_group_interval_ms(const Vedetta__V1__Policy *p)
{
	return ms(p->group_interval_s, GROUP_INTERVAL_S);
}

int64_t
policy_repeat_ms(const Vedetta__V1__Policy *p)
{
	int64_t said_ms = ms(p->repeat_s, REPEAT_S);

	return said_ms < REPEAT_LEAST_S * SECOND_MS ? REPEAT_LEAST_S * SECOND_MS
						    : said_ms;
}

int64_t
policy_hand_over_ms(const Vedetta__V1__Policy *p)
{
	return ms(p->hand_over_s, HAND_OVER_S);
}
