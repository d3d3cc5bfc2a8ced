/* reader - the executable of the readers; see reader.h */
#include "server/reader.h"

int
main(void)
{
	struct role *role;

	return role_open(&role) == 0 ? reader_run(role) : 2;
}
