/*
 * basemap - what lies below the console's map
 *
 * Nothing but the console's own land and borders; or a PMTiles file (version
 * 3), opened once before the front closes the file system to itself and read
 * by ranges; or tiles of another server by an https template, and then the
 * page's policy is widened to exactly that origin.
 */
#ifndef SERVER_BASEMAP_H
#define SERVER_BASEMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum basemap_kind {
	BASEMAP_BUILT_IN,
	BASEMAP_PMTILES, /* /path/to/file.pmtiles */
	BASEMAP_TILES,   /* https://host/{z}/{x}/{y}.png */
	BASEMAP_NONE_OF_THESE,
};

enum basemap_answer {
	BASEMAP_NO_PMTILES = 1, /* a file of another kind */
};

enum {
	BASEMAP_RANGE_MOST = 4 * 1024 * 1024,
	BASEMAP_POLICY_BYTES = 1024,
	BASEMAP_TAG_BYTES = 48,
};

/* By its form alone. */
enum basemap_kind basemap_kind_of(const char *value);

struct basemap {
	enum basemap_kind kind;
	int fd; /* -1 when there is no file */
	uint64_t bytes;
	char tag[BASEMAP_TAG_BYTES]; /* of this file's content */
	char policy[BASEMAP_POLICY_BYTES];
};

/*
 * value: a good one. Returns 0, BASEMAP_NO_PMTILES or -errno: then it stands as
 * BASEMAP_BUILT_IN does.
 */
int basemap_open(struct basemap *b, const char *value);
void basemap_close(struct basemap *b);

/*
 * "bytes=FIRST-LAST", both inside the file (LAST may reach beyond its end) and
 * at most BASEMAP_RANGE_MOST apart. false: it is not.
 */
bool basemap_range(
	const struct basemap *b, const char *header, uint64_t *first, uint64_t *last);

/* Those bytes; 0 or -errno. */
int basemap_read(const struct basemap *b, uint64_t first, uint64_t last, uint8_t *out);

#endif
