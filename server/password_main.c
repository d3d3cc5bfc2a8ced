/* password - what the supervisor starts for one password; see password.h */
#include "server/password.h"

int
main(void)
{
	return password_help();
}
