#include "server/duty_scope.h"

#include "dispatch/duty.h"

#define CASE(name) VEDETTA__V1__DUTY_RECORD__WHAT_##name
#define ASKED(name) VEDETTA__V1__DUTY_INPUT__WHAT_##name

/* Of all of these, "*" being everywhere; none at all is nobody's. */
static bool
sees_all(const struct front *f, const struct who *who, char *const *areas, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!who_sees_area(f, who, areas[i])) {
			return false;
		}
	}
	return n > 0;
}

static bool
covers_record(
	const struct front *f, const struct who *who, const Vedetta__V1__DutyRecord *r)
{
	switch ((int)r->what_case) {
	case CASE(TEAM):
		return sees_all(f, who, r->team->areas, r->team->n_areas);
	case CASE(SHIFT):
		return sees_all(f, who, &r->shift->area, 1);
	case CASE(ON_CALL):
		return sees_all(f, who, &r->on_call->area, 1);
	case CASE(POLICY):
		return sees_all(f, who, &r->policy->area, 1);
	default:
		return false;
	}
}

/* What was there under that number must be this one's, and what comes in its place. */
static bool
may_replace(const struct front *f, const struct who *who, uint64_t id, bool removed,
	char *const *areas, size_t n)
{
	const Vedetta__V1__DutyRecord *before = id != 0 ? duty_find(f->duty, id) : NULL;

	return (id == 0 || (before != NULL && covers_record(f, who, before))) &&
	       (removed || sees_all(f, who, areas, n));
}

bool
duty_scope_allows(const struct front *f, const struct who *who,
	const Vedetta__V1__DutyInput *said)
{
	if (who->scope == NULL) {
		return true;
	}
	switch ((int)said->what_case) {
	case ASKED(CONTACT_TEST):
		return true; /* one's own */
	case ASKED(TEAM):
		return may_replace(f, who, said->team->id, said->team->removed,
			said->team->areas, said->team->n_areas);
	case ASKED(SHIFT):
		return may_replace(f, who, said->shift->id, said->shift->removed,
			&said->shift->area, 1);
	case ASKED(ON_CALL):
		return may_replace(f, who, said->on_call->id, said->on_call->removed,
			&said->on_call->area, 1);
	case ASKED(POLICY):
		return may_replace(f, who, said->policy->id, said->policy->removed,
			&said->policy->area, 1);
	case ASKED(ANSWER):
		return said->answer->area[0] == '\0' ||
		       who_sees_area(f, who, said->answer->area);
	case ASKED(EXERCISE):
		/* It is everybody's: who sees all begins it, whoever may ends it. */
		return !said->exercise->on;
	default:
		return false;
	}
}
