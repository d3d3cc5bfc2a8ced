/* index - the executable of the index role; see index_role.h */
#include "server/index_role.h"

int
main(void)
{
	struct role *role;

	return role_open(&role) == 0 ? index_role_run(role) : 2;
}
