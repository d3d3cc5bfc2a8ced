/* desk - the executable of the desk role; see desk_role.h */
#include "server/desk_role.h"

int
main(void)
{
	struct role *role;

	return role_open(&role) == 0 ? desk_role_run(role) : 2;
}
