#include "dispatch/right.h"

#include <string.h>

#define BIT(name) (1u << VEDETTA__V1__RIGHT__RIGHT_##name)

struct row {
	const char *name;
	unsigned rights;
};

/* clang-format off */
static const struct row rows[ROLES_END] = {
	[VEDETTA__V1__ROLE__ROLE_UNSPECIFIED] = {"", 0},
	[VEDETTA__V1__ROLE__ROLE_VIEWER] = {"viewer", BIT(VIEW)},
	[VEDETTA__V1__ROLE__ROLE_OPERATOR] = {"operator",
		BIT(VIEW) | BIT(ACT) | BIT(PERSONAL)},
	[VEDETTA__V1__ROLE__ROLE_SHIFT_LEADER] = {"shift_leader",
		BIT(VIEW) | BIT(ACT) | BIT(PERSONAL) | BIT(LEAD) | BIT(EXPORT) |
		BIT(DUTY) | BIT(AUDIT) | BIT(EXERCISE)},
	[VEDETTA__V1__ROLE__ROLE_COMMUNICATOR] = {"communicator",
		BIT(VIEW) | BIT(ALERT)},
	[VEDETTA__V1__ROLE__ROLE_ADMINISTRATOR] = {"administrator",
		BIT(ACCOUNTS) | BIT(AUDIT) | BIT(DUTY) | BIT(METRICS)},
};
/* clang-format on */

unsigned
right_bit(Vedetta__V1__Right right)
{
	return (int)right > 0 && (int)right < RIGHTS_END ? 1u << right : 0;
}

static bool
is_role(Vedetta__V1__Role role)
{
	return (int)role > 0 && (int)role < ROLES_END;
}

unsigned
role_rights(Vedetta__V1__Role role)
{
	return is_role(role) ? rows[role].rights : 0;
}

bool
rights_have(unsigned rights, Vedetta__V1__Right right)
{
	return (rights & right_bit(right)) != 0;
}

const char *
role_name(Vedetta__V1__Role role)
{
	return is_role(role) ? rows[role].name : "";
}

Vedetta__V1__Role
role_by_name(const char *name)
{
	for (int role = 1; role < ROLES_END; role++) {
		if (strcmp(rows[role].name, name) == 0) {
			return (Vedetta__V1__Role)role;
		}
	}
	return VEDETTA__V1__ROLE__ROLE_UNSPECIFIED;
}
