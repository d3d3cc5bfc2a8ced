#include "server/who.h"

#include "server/front.h"
#include "server/reply.h"

const struct who *
call_who(const struct front *f, const struct call *call)
{
	static const struct who somebody = {
		.name = "console",
		.role = VEDETTA__V1__ROLE__ROLE_SHIFT_LEADER,
		.rights = ~0u,
		.unassigned = true,
	};

	(void)f;
	(void)call;
	return &somebody; /* whoever is on this machine */
}

bool
who_may_enter(struct front *f, const struct call *call, const struct route *route)
{
	const struct who *who;

	if (route->right == ROUTE_OPEN) {
		return true;
	}
	who = call_who(f, call);
	if (who != NULL &&
		(route->right == ROUTE_SESSION ||
			rights_have(who->rights, (Vedetta__V1__Right)route->right))) {
		return true;
	}
	reply_problem(f, &call->asker, PROBLEM_NO_RIGHT, NULL, NULL);
	return false;
}
