#include "server/drill_place.h"

#include <stdbool.h>
#include <string.h>

enum {
	COLUMNS = 5,
	CELL_BYTES = 64,
	/* A millionth of a degree is 111.195 mm of latitude (R = 6,371,008.8 m), and
	 * cos 42.3 degrees as much of longitude. */
	MM_PER_1000_LAT = 111195,
	MM_PER_1000_LON = 82243,
};

/* Copies what stands before the next comma or line end; false: does not fit. */
static bool
take_cell(const char **at, const char *end, char out[CELL_BYTES])
{
	size_t n = 0;

	while (*at < end && **at != ',' && **at != '\n' && **at != '\r') {
		if (n == CELL_BYTES - 1) {
			return false;
		}
		out[n++] = *(*at)++;
	}
	out[n] = '\0';
	if (*at < end && **at == ',') {
		++*at;
	}
	return true;
}

static bool
read_count(const char *text, uint32_t *out)
{
	uint32_t n = 0;
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 8 || text[digits] != '\0') {
		return false;
	}
	for (; *text != '\0'; text++) {
		n = n * 10 + (uint32_t)(*text - '0');
	}
	*out = n;
	return true;
}

/* "42.35122195" is 42351222 millionths; digits beyond the sixth round. */
static bool
read_degrees(const char *text, int32_t *out)
{
	size_t whole = strspn(text, "0123456789");
	int32_t udeg = 0;

	if (whole == 0 || whole > 3) {
		return false;
	}
	for (size_t i = 0; i < whole; i++) {
		udeg = udeg * 10 + (text[i] - '0');
	}
	text += whole;
	text += *text == '.';
	for (int i = 0; i < 6; i++) {
		bool has = *text >= '0' && *text <= '9';

		udeg = udeg * 10 + (has ? *text - '0' : 0);
		text += has;
	}
	udeg += *text >= '5' && *text <= '9';
	text += strspn(text, "0123456789");
	*out = udeg;
	return *text == '\0';
}

static bool
read_town(char cells[COLUMNS][CELL_BYTES], struct drill_town *town)
{
	memset(town, 0, sizeof(*town));
	if (strlen(cells[0]) != DRILL_CODE_BYTES - 1 || cells[1][0] == '\0' ||
		strlen(cells[1]) >= DRILL_NAME_BYTES) {
		return false;
	}
	memcpy(town->code, cells[0], DRILL_CODE_BYTES);
	memcpy(town->name, cells[1], strlen(cells[1]) + 1);
	return read_count(cells[2], &town->residents) &&
	       read_degrees(cells[3], &town->at.lat_udeg) &&
	       read_degrees(cells[4], &town->at.lon_udeg);
}

size_t
drill_place_read(const char *csv, size_t bytes, const char *province,
	struct drill_town *out, size_t max)
{
	const char *at = csv;
	const char *end = csv + bytes;
	size_t n = 0;

	for (size_t line = 0; at < end; line++) {
		char cells[COLUMNS][CELL_BYTES];

		for (size_t c = 0; c < COLUMNS; c++) {
			if (!take_cell(&at, end, cells[c])) {
				return 0;
			}
		}
		while (at < end && (*at == '\r' || *at == '\n')) {
			at++;
		}
		if (line == 0 || strncmp(cells[0], province, strlen(province)) != 0) {
			continue;
		}
		if (n == max || !read_town(cells, &out[n])) {
			return 0;
		}
		n++;
	}
	return n;
}

uint32_t
drill_place_root(uint64_t n)
{
	uint64_t low = 0;
	uint64_t high = UINT32_MAX;

	while (low < high) {
		uint64_t middle = (low + high + 1) / 2;

		if (middle * middle <= n) {
			low = middle;
		} else {
			high = middle - 1;
		}
	}
	return (uint32_t)low;
}

uint32_t
drill_place_distance(struct drill_point a, struct drill_point b)
{
	int64_t north_mm = ((int64_t)a.lat_udeg - b.lat_udeg) * MM_PER_1000_LAT / 1000;
	int64_t east_mm = ((int64_t)a.lon_udeg - b.lon_udeg) * MM_PER_1000_LON / 1000;
	int64_t north_m = north_mm / 1000;
	int64_t east_m = east_mm / 1000;

	return drill_place_root((uint64_t)(north_m * north_m + east_m * east_m));
}

struct drill_point
drill_place_shift(struct drill_point from, int32_t north_m, int32_t east_m)
{
	from.lat_udeg += (int32_t)((int64_t)north_m * 1000 * 1000 / MM_PER_1000_LAT);
	from.lon_udeg += (int32_t)((int64_t)east_m * 1000 * 1000 / MM_PER_1000_LON);
	return from;
}
