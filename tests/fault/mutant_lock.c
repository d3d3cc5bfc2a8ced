/*
 * mutant_lock - a program that takes no lock
 *
 * The linker's --wrap puts this in the way (meson.build); the product has no
 * line about it.
 */
#include <sys/file.h>

int __wrap_flock(int fd, int operation);

int
__wrap_flock(int fd, int operation)
{
	(void)fd;
	(void)operation;
	return 0;
}
