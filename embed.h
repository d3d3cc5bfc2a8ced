/* embed - files that embed.py has put into the program; an array ends in a NULL name */
#ifndef EMBED_H
#define EMBED_H

#include <stddef.h>

struct embedded {
	const char *name;          /* the file's name without its folder */
	const unsigned char *data; /* a NUL follows that is not counted */
	size_t bytes;
};

#endif
