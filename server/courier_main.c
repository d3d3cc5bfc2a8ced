/* courier - the executable of the courier role; see courier_role.h */
#include "server/courier_role.h"

int
main(void)
{
	struct role *role;

	return role_open(&role) == 0 ? courier_role_run(role) : 2;
}
