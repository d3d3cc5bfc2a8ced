/* front_main - the executable of public and console fronts */
#include "server/front_role.h"

int
main(void)
{
	return front_role_main();
}
