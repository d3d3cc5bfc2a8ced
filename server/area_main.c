/*
 * vedetta area - the areas that see what happens in them
 *
 * An executable of its own, so that nothing else of the program is linked to
 * SpatiaLite; `vedetta area` becomes it. What it is given may be hostile or
 * huge, and GEOS cannot be interrupted: so its processor time is bounded.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "server/area_gather.h"

enum {
	EXIT_SOME_REFUSED = 1,
	EXIT_USAGE = 2,
	PROCESSOR_S = 600,
};

static const char usage[] =
	"usage: vedetta area check FILE... [options]\n"
	"\n"
	"Reads areas from GeoJSON and TopoJSON and says of each feature what is odd:\n"
	"repaired (and how) or refused (and why). Writes nothing. ISTAT's properties\n"
	"(com_istat_code, prov_istat_code, reg_istat_code) give code, name, level and\n"
	"parent; for other files say which properties do:\n"
	"\n"
	"  --level LEVEL     sector, municipality, province, region or nation\n"
	"  --code PROPERTY   holds each area's code\n"
	"  --name PROPERTY   holds its name\n"
	"  --parent PROPERTY holds the code of the area around it (may be left out)\n"
	"  --all             tell of good features too\n"
	"  --help\n"
	"\n"
	"Exit status: 0 each feature can be used; 1 some cannot, or a file could not "
	"be\n"
	"read; 2 nothing was tried.\n";

static const struct option options[] = {
	{"all", no_argument, NULL, 'a'},
	{"code", required_argument, NULL, 'c'},
	{"help", no_argument, NULL, 'h'},
	{"level", required_argument, NULL, 'l'},
	{"name", required_argument, NULL, 'n'},
	{"parent", required_argument, NULL, 'p'},
	{NULL, 0, NULL, 0},
};

static const char *const levels[] = {
	[AREA_NATION] = "nation",
	[AREA_REGION] = "region",
	[AREA_PROVINCE] = "province",
	[AREA_MUNICIPALITY] = "municipality",
	[AREA_SECTOR] = "sector",
};

static const char *const level_plurals[] = {
	[AREA_NATION] = "nations",
	[AREA_REGION] = "regions",
	[AREA_PROVINCE] = "provinces",
	[AREA_MUNICIPALITY] = "municipalities",
	[AREA_SECTOR] = "sectors",
};

static int
read_level(const char *text, enum area_level *level)
{
	for (int i = AREA_NATION; i <= AREA_SECTOR; i++) {
		if (strcmp(text, levels[i]) == 0) {
			*level = (enum area_level)i;
			return 0;
		}
	}
	fprintf(stderr, "area: there is no level %s\n", text);
	return EXIT_USAGE;
}

/* NULL after the reason was written. The caller frees it. */
static char *
read_file(const char *path, size_t *n_bytes)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	long size = -1;

	if (file != NULL && fseek(file, 0, SEEK_END) == 0) {
		size = ftell(file);
		rewind(file);
	}
	if (size > AREA_FILE_BYTES_MOST) {
		errno = EFBIG;
	} else if (size >= 0) {
		text = malloc((size_t)size + 1);
	}
	if (text != NULL) {
		*n_bytes = fread(text, 1, (size_t)size, file);
	}
	if (text == NULL || *n_bytes != (size_t)size) {
		fprintf(stderr, "area: cannot read %s: %s\n", path, strerror(errno));
		free(text);
		text = NULL;
	}
	if (file != NULL) {
		(void)fclose(file);
	}
	return text;
}

static void
add(struct area_sums *to, const struct area_sums *sums)
{
	to->n_features += sums->n_features;
	to->n_good += sums->n_good;
	to->n_repaired += sums->n_repaired;
	to->n_turned += sums->n_turned;
	to->n_refused += sums->n_refused;
}

static void
print_sums(const char *name, const struct area_sums *sums)
{
	printf("%s: %zu feature%s: %zu good, %zu repaired (%zu by turning rings only), "
	       "%zu refused\n",
		name, sums->n_features, sums->n_features == 1 ? "" : "s", sums->n_good,
		sums->n_repaired, sums->n_turned, sums->n_refused);
}

static int
gather_one(struct area_gather *g, const char *path, const struct area_mapping *mapping,
	struct area_sums *all)
{
	struct area_sums sums = {0};
	char why[AREA_WHY_BYTES] = "";
	size_t n_bytes = 0;
	char *text = read_file(path, &n_bytes);
	int r;

	if (text == NULL) {
		return EXIT_SOME_REFUSED;
	}
	r = area_gather_file(g, path, text, n_bytes, mapping, &sums, why);
	free(text);
	add(all, &sums);
	if (r != 0) {
		fprintf(stderr, "area: %s: %s\n", path,
			r == -EINVAL ? why : strerror(-r));
		return EXIT_SOME_REFUSED;
	}
	print_sums(path, &sums);
	return sums.n_refused > 0 ? EXIT_SOME_REFUSED : 0;
}

static void
print_levels(const struct area_map *map)
{
	size_t counts[AREA_SECTOR + 1] = {0};
	size_t n_bare = 0;

	for (size_t i = 0; i < area_map_count(map); i++) {
		counts[area_map_get(map, i)->level]++;
		n_bare += area_map_get(map, i)->polygon == NULL;
	}
	printf("together: %zu area%s", area_map_count(map),
		area_map_count(map) == 1 ? "" : "s");
	for (int i = AREA_SECTOR; i >= AREA_NATION; i--) {
		if (counts[i] > 0) {
			printf(", %zu %s", counts[i],
				counts[i] == 1 ? levels[i] : level_plurals[i]);
		}
	}
	if (n_bare > 0) {
		printf("; %zu known by %s parts only", n_bare,
			n_bare == 1 ? "its" : "their");
	}
	printf("\n");
}

static int
check(char **paths, int n_paths, const struct area_mapping *mapping, bool is_talkative)
{
	struct area_gather *g = area_gather_new(stdout, is_talkative);
	struct area_sums all = {0};
	struct area_map *map = NULL;
	int status = 0;

	if (g == NULL) {
		fprintf(stderr, "area: cannot make ready: %s\n", strerror(ENOMEM));
		return EXIT_SOME_REFUSED;
	}
	for (int i = 0; i < n_paths; i++) {
		int r = gather_one(g, paths[i], mapping, &all);

		status = r != 0 ? r : status;
	}
	if (area_gather_map(g, &map) != 0) {
		status = EXIT_SOME_REFUSED;
	} else {
		print_levels(map);
	}
	area_map_free(map);
	area_gather_free(g);
	return status;
}

int
main(int argc, char **argv)
{
	const struct rlimit processor = {PROCESSOR_S, PROCESSOR_S};
	struct area_mapping mapping = {0};
	bool is_talkative = false;
	int status = 0;
	int code;

	while ((code = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (code) {
		case 'a':
			is_talkative = true;
			break;
		case 'c':
			mapping.code = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		case 'l':
			status = read_level(optarg, &mapping.level);
			break;
		case 'n':
			mapping.name = optarg;
			break;
		case 'p':
			mapping.parent = optarg;
			break;
		default:
			return EXIT_USAGE;
		}
	}
	if (status != 0) {
		return status;
	}
	if (optind + 2 > argc || strcmp(argv[optind], "check") != 0) {
		fprintf(stderr, "area: say `check` and at least one file; "
				"vedetta area --help says more\n");
		return EXIT_USAGE;
	}
	if ((mapping.level != 0) != (mapping.code != NULL) ||
		(mapping.level != 0) != (mapping.name != NULL) ||
		(mapping.parent != NULL && mapping.level == 0)) {
		fprintf(stderr, "area: --level, --code and --name go together\n");
		return EXIT_USAGE;
	}
	(void)setrlimit(RLIMIT_CPU, &processor);
	return check(argv + optind + 1, argc - optind - 1, &mapping, is_talkative);
}
