#include "server/descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

uint64_t
descriptors_raise(uint64_t wanted)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
		return 0;
	}
	if (files.rlim_max < wanted) {
		const struct rlimit more = {wanted, wanted};

		if (setrlimit(RLIMIT_NOFILE, &more) == 0) {
			return wanted;
		}
	}
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	return files.rlim_cur;
}

size_t
descriptors_room(size_t wanted, size_t doors)
{
	struct rlimit files;
	size_t room;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
		return wanted;
	}
	room = (size_t)files.rlim_cur;
	room = room > 2 * DESCRIPTORS_OWN ? room - DESCRIPTORS_OWN : room / 2;
	room /= doors;
	return wanted < room ? wanted : room;
}

void
spares_init(struct spares *s)
{
	size_t i;

	for (i = 0; i < DESCRIPTORS_SPARE; i++) {
		s->fds[i] = -1;
	}
}

bool
spares_keep(struct spares *s)
{
	bool any = false;
	size_t i;

	for (i = 0; i < DESCRIPTORS_SPARE; i++) {
		if (s->fds[i] < 0) {
			s->fds[i] = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
		}
		any = any || s->fds[i] >= 0;
	}
	return any;
}

void
spares_give(struct spares *s)
{
	size_t i;

	for (i = 0; i < DESCRIPTORS_SPARE; i++) {
		if (s->fds[i] >= 0) {
			(void)close(s->fds[i]);
			s->fds[i] = -1;
			return;
		}
	}
}
