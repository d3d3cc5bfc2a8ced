/*
 * vedetta area - the areas that see what happens in them
 *
 * An executable of its own, so that nothing else of the program is linked to
 * SpatiaLite; `vedetta area` becomes it. What it is given may be hostile or
 * huge, and neither GEOS nor a JSON reader can be interrupted: so its processor
 * time and its memory are bounded, and the desk's processes go before it.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/area_gather.h"
#include "server/area_import.h"
#include "server/cli.h"

enum {
	EXIT_SOME_REFUSED = 1,
	EXIT_USAGE = 2,
	PROCESSOR_S = 600,
	SPARE_S = 5, /* to say so */
	NICENESS = 10,
};

/* A tree of JSON is fifty times the file at worst; of a map it is fifteen times. */
static const rlim_t MEMORY_BYTES = (rlim_t)4 << 30;

static const char usage[] =
	"usage: vedetta area check FILE... [options]\n"
	"       vedetta area import [FILE...] [--residents CSV] [options]\n"
	"       vedetta area list [--data DIR]\n"
	"\n"
	"Reads areas from GeoJSON and TopoJSON and says of each feature what is odd:\n"
	"repaired (and how) or refused (and why); import brings the others to the "
	"desk,\n"
	"running or not. A code that is there already gets the new ground. ISTAT's "
	"properties\n"
	"(com_istat_code, prov_istat_code, reg_istat_code) give code, name, level and\n"
	"parent; for other files say which properties do:\n"
	"\n"
	"  --level LEVEL     sector, municipality, province, region or nation\n"
	"  --code PROPERTY   holds each area's code\n"
	"  --name PROPERTY   holds its name\n"
	"  --parent PROPERTY holds the code of the area around it (may be left out)\n"
	"  --all             tell of good features too\n"
	"  --residents CSV   residents by code (columns istat, residenti, lat, lon)\n"
	"  --config FILE     " CLI_CONFIG_PATH " when there is one\n"
	"  --data DIR        folder of the store\n"
	"  --help\n"
	"\n"
	"Exit status: 0 each feature can be used; 1 some cannot, or a file could not "
	"be\n"
	"read; 2 nothing was tried.\n";

static const struct option options[] = {
	{"all", no_argument, NULL, 'a'},
	{"code", required_argument, NULL, 'c'},
	{"config", required_argument, NULL, 'f'},
	{"data", required_argument, NULL, 'd'},
	{"help", no_argument, NULL, 'h'},
	{"level", required_argument, NULL, 'l'},
	{"name", required_argument, NULL, 'n'},
	{"parent", required_argument, NULL, 'p'},
	{"residents", required_argument, NULL, 'r'},
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
	int fd = open(
		path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* of a FIFO nobody waits */
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	struct stat about;
	char *text = NULL;

	if (file == NULL || fstat(fileno(file), &about) != 0) {
		fprintf(stderr, "area: cannot read %s: %s\n", path, strerror(errno));
	} else if (!S_ISREG(about.st_mode)) {
		fprintf(stderr, "area: cannot read %s: it is no file\n", path);
	} else if (about.st_size > AREA_FILE_BYTES_MOST) {
		fprintf(stderr, "area: cannot read %s: it has more than %d MiB\n", path,
			AREA_FILE_BYTES_MOST / (1024 * 1024));
	} else {
		size_t size = (size_t)about.st_size;

		text = malloc(size + 1);
		*n_bytes = text == NULL ? 0 : fread(text, 1, size, file);
		if (text == NULL || *n_bytes != size) {
			fprintf(stderr, "area: cannot read %s: %s\n", path,
				strerror(errno));
			free(text);
			text = NULL;
		}
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
			r == -EINVAL   ? why
			: r == -ENOMEM ? "reading it takes more than 4 GiB of memory"
				       : strerror(-r));
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

struct request {
	struct area_mapping mapping;
	bool is_talkative;
	const char *residents;
	const char *config;
	const char *data_dir;
};

/* The good of all files as a map; NULL when there is none. */
static int
gather(char **paths, int n_paths, const struct request *q, struct area_map **map)
{
	struct area_gather *g = area_gather_new(stdout, q->is_talkative);
	struct area_sums all = {0};
	int status = 0;

	if (g == NULL) {
		fprintf(stderr, "area: cannot make ready: %s\n", strerror(ENOMEM));
		return EXIT_SOME_REFUSED;
	}
	for (int i = 0; i < n_paths; i++) {
		int r = gather_one(g, paths[i], &q->mapping, &all);

		status = r != 0 ? r : status;
	}
	if (area_gather_map(g, map) != 0) {
		status = EXIT_SOME_REFUSED;
	} else {
		print_levels(*map);
	}
	area_gather_free(g);
	return status;
}

static int
check(char **paths, int n_paths, const struct request *q)
{
	struct area_map *map = NULL;
	int status = gather(paths, n_paths, q, &map);

	area_map_free(map);
	return status;
}

/* Leaves out what no area has the code of. How many were left out. */
static size_t
drop_unknown(struct area_residents *r, const char *path, const struct area_map *map,
	const struct area_known *known)
{
	size_t n = 0;
	size_t left_out;

	for (size_t i = 0; i < r->n; i++) {
		const char *code = r->rows[i].residents.code;
		bool has_ground;

		if ((map != NULL && area_map_by_code(map, code) != NULL) ||
			area_known_has(known, code, &has_ground)) {
			r->rows[n++] = r->rows[i];
		} else {
			fprintf(stderr, "%s, line %u: no area has the code %s\n", path,
				r->rows[i].line, code);
		}
	}
	left_out = r->n - n;
	r->n = n;
	return left_out;
}

static int
read_residents(struct area_residents *r, char **text, const char *path,
	const struct area_map *map, const struct area_known *known)
{
	size_t n_bytes = 0;

	*text = read_file(path, &n_bytes);
	if (*text == NULL ||
		area_residents_read(r, *text, n_bytes, path, stderr) != 0) {
		return EXIT_SOME_REFUSED;
	}
	r->n_left_out += drop_unknown(r, path, map, known);
	return r->n_left_out > 0 ? EXIT_SOME_REFUSED : 0;
}

static int
read_config(const struct request *q, struct config *config)
{
	int status = cli_read_config(config, q->config);

	if (status == 0 && q->data_dir != NULL &&
		config_set(config, "server", "data_dir", q->data_dir, "--data",
			stderr) != 0) {
		status = EXIT_USAGE;
	}
	return status;
}

static int
import(char **paths, int n_paths, const struct request *q)
{
	struct area_residents residents = {0};
	struct area_known *known = NULL;
	struct area_map *map = NULL;
	struct config config;
	char *text = NULL;
	int status = read_config(q, &config);
	int r;

	if (status != 0) {
		return status;
	}
	if (area_known_read(&known, config.data_dir) != 0) {
		return EXIT_SOME_REFUSED;
	}
	if (n_paths > 0) {
		status = gather(paths, n_paths, q, &map);
	}
	if (q->residents != NULL) {
		r = read_residents(&residents, &text, q->residents, map, known);
		status = r != 0 ? r : status;
	}
	if ((map == NULL || area_map_count(map) == 0) && residents.n == 0) {
		fprintf(stderr, "area: there is nothing to import\n");
		status = EXIT_SOME_REFUSED;
	} else if (area_import(&config, map, &residents, known) != 0) {
		status = EXIT_SOME_REFUSED;
	}
	area_residents_fini(&residents);
	free(text);
	area_map_free(map);
	area_known_free(known);
	return status;
}

static int
list(const struct request *q)
{
	struct config config;
	int status = read_config(q, &config);

	if (status != 0) {
		return status;
	}
	if (access(config.data_dir, F_OK) != 0) {
		fprintf(stderr, "area: %s: %s\n", config.data_dir, strerror(errno));
		return EXIT_SOME_REFUSED;
	}
	return area_known_list(config.data_dir) == 0 ? 0 : EXIT_SOME_REFUSED;
}

/* Exit status, or -1: go on. */
static int
read_options(int argc, char **argv, struct request *q)
{
	int status = 0;
	int code;

	while ((code = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (code) {
		case 'a':
			q->is_talkative = true;
			break;
		case 'c':
			q->mapping.code = optarg;
			break;
		case 'd':
			q->data_dir = optarg;
			break;
		case 'f':
			q->config = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		case 'l':
			status = read_level(optarg, &q->mapping.level);
			break;
		case 'n':
			q->mapping.name = optarg;
			break;
		case 'p':
			q->mapping.parent = optarg;
			break;
		case 'r':
			q->residents = optarg;
			break;
		default:
			return EXIT_USAGE;
		}
	}
	return status != 0 ? status : -1;
}

static bool
is_mapping_whole(const struct area_mapping *m)
{
	return (m->level != 0) == (m->code != NULL) &&
	       (m->level != 0) == (m->name != NULL) &&
	       (m->parent == NULL || m->level != 0);
}

static void
on_too_long(int signal_number)
{
	static const char sentence[] = "area: gave up: this takes more than ten "
				       "minutes of the processor\n";

	(void)signal_number;
	if (write(STDERR_FILENO, sentence, sizeof(sentence) - 1) < 0) {
		_exit(EXIT_SOME_REFUSED); /* nobody listens */
	}
	_exit(EXIT_SOME_REFUSED);
}

/* Under a sanitizer, whose shadow is larger than any limit, memory has none. */
static void
bound_ourselves(void)
{
	const struct rlimit processor = {PROCESSOR_S, PROCESSOR_S + SPARE_S};
	const struct rlimit memory = {MEMORY_BYTES, MEMORY_BYTES};
	unsigned long pages = 0;
	FILE *self = fopen("/proc/self/statm", "re");

	if (self == NULL || fscanf(self, "%lu", &pages) != 1 ||
		pages < MEMORY_BYTES / 2 / (rlim_t)sysconf(_SC_PAGESIZE)) {
		(void)setrlimit(RLIMIT_AS, &memory);
	}
	if (self != NULL) {
		(void)fclose(self);
	}
	(void)signal(SIGXCPU, on_too_long);
	(void)setrlimit(RLIMIT_CPU, &processor);
	(void)setpriority(PRIO_PROCESS, 0, NICENESS);
}

int
main(int argc, char **argv)
{
	struct request q = {.is_talkative = false};
	int status = read_options(argc, argv, &q);
	const char *verb;
	int n_files;

	if (status >= 0) {
		return status;
	}
	verb = optind < argc ? argv[optind] : "";
	n_files = argc - optind - 1;
	if (!is_mapping_whole(&q.mapping)) {
		fprintf(stderr, "area: --level, --code and --name go together\n");
		return EXIT_USAGE;
	}
	bound_ourselves();
	if (strcmp(verb, "check") == 0 && n_files > 0) {
		return check(argv + optind + 1, n_files, &q);
	}
	if (strcmp(verb, "import") == 0 && (n_files > 0 || q.residents != NULL)) {
		return import(argv + optind + 1, n_files, &q);
	}
	if (strcmp(verb, "list") == 0 && n_files == 0) {
		return list(&q);
	}
	fprintf(stderr,
		"area: say `check` or `import` and at least one file, or `list`; "
		"vedetta area --help says more\n");
	return EXIT_USAGE;
}
