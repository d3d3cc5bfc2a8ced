/*
 * vedetta export - everything there is, for maps and tables
 *
 * Reads only, beside a running desk or without one. Files get their names when
 * they are whole and on disk, so a name never stands for half a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/cli.h"
#include "server/clock.h"
#include "server/export_help.h"
#include "server/exporter.h"
#include "server/interrupt.h"
#include "server/log.h"

static const char usage[] =
	"usage: vedetta export gis DIR [options]\n"
	"\n"
	"Writes DIR/vedetta.gpkg, a GeoPackage for QGIS: layers incidents, outlines,\n"
	"umbrellas, reports and areas, and meta, which says up to which row of the "
	"log\n"
	"they reach. Reads only; may run beside serve.\n"
	"\n"
	"  --format FORMAT  gpkg; csv or geojson write a file for each layer\n"
	"  --personal       with words, contacts and exact places; only you may read "
	"it\n"
	"  --config FILE    " CLI_CONFIG_PATH " when there is one\n"
	"  --data DIR       folder of the store\n"
	"\n"
	"Without --personal places are rounded to 0.001 degrees. In CSV a text that a\n"
	"spreadsheet would take for a formula (=, +, -, @, tab) begins with '.\n";

static const struct option options[] = {
	{"config", required_argument, NULL, 'c'},
	{"data", required_argument, NULL, 'd'},
	{"format", required_argument, NULL, 'f'},
	{"help", no_argument, NULL, 'h'},
	{"personal", no_argument, NULL, 'p'},
	{NULL, 0, NULL, 0},
};

enum {
	WHY_BYTES = 1024,
	PATH_BYTES = 4096,
	BAR_WIDTH = 30,
	BAR_EVERY_MS = 100,
	LINE_EVERY_MS = 5000,
	NICENESS = 10,
};

static const char gpkg_name[] = "vedetta.gpkg";

struct task {
	const char *data_dir;
	const char *folder;
	const char *format;
	bool personal;
	int64_t told_ms;
};

static int
on_told(void *arg, uint64_t n_done, uint64_t n_all)
{
	struct task *t = arg;
	bool tty = isatty(STDERR_FILENO) == 1;
	int64_t now_ms = clock_mono_ms();
	int filled = n_all == 0 ? 0 : (int)(n_done * BAR_WIDTH / n_all);

	if (now_ms - t->told_ms < (tty ? BAR_EVERY_MS : LINE_EVERY_MS) &&
		n_done < n_all) {
		return interrupted;
	}
	t->told_ms = now_ms;
	if (tty) {
		fprintf(stderr, "\r[%.*s%.*s] %" PRIu64 "/%" PRIu64 " rows ", filled,
			"##############################", BAR_WIDTH - filled,
			"..............................", n_done, n_all);
		if (n_done == n_all) {
			fputc('\n', stderr);
		}
	} else {
		fprintf(stderr, "%" PRIu64 " of %" PRIu64 " rows\n", n_done, n_all);
	}
	return interrupted;
}

static int
on_written(void *arg, uint64_t n_rows)
{
	(void)arg;
	(void)n_rows;
	return interrupted;
}

/* ---- files */

static int
fail(const char *path, int fault)
{
	fprintf(stderr, "export: %s: %s\n", path, strerror(-fault));
	return CLI_FAILED;
}

/* The file under its new name, the name in its folder, both on disk. */
static int
give_name(const char *folder, const char *from, const char *to)
{
	int fd, fault = 0;

	if (rename(from, to) != 0) {
		return fail(to, -errno);
	}
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0) {
		fault = -errno;
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	return fault == 0 ? CLI_DONE : fail(folder, fault);
}

static int
write_to(struct export *file, enum export_layer layer, bool is_csv, const char *path)
{
	const struct export_listener listener = {on_written, NULL};
	FILE *out = fopen(path, "wxe");
	int r;

	if (out == NULL) {
		return -errno;
	}
	r = is_csv ? export_write_csv(file, layer, out, &listener)
		   : export_write_geojson(file, layer, out, &listener);
	if (r == 0 && fsync(fileno(out)) != 0) {
		r = -errno;
	}
	if (fclose(out) != 0 && r == 0) {
		r = -errno;
	}
	return r;
}

struct names {
	char name[PATH_BYTES];
	char fresh[PATH_BYTES]; /* until all are whole */
};

static struct names
names_of(const struct task *t, int layer)
{
	const char *name = export_table((enum export_layer)layer)->name;
	struct names n;

	(void)snprintf(n.name, sizeof(n.name), "%s/%s.%s", t->folder, name, t->format);
	(void)snprintf(
		n.fresh, sizeof(n.fresh), "%s/.%s.%s.new", t->folder, name, t->format);
	return n;
}

static int
write_layer(const struct task *t, struct export *file, int layer)
{
	struct names n = names_of(t, layer);
	int r;

	(void)unlink(n.fresh);
	r = write_to(
		file, (enum export_layer)layer, strcmp(t->format, "csv") == 0, n.fresh);
	if (r > 0) {
		fprintf(stderr, "export: stopped\n");
		return CLI_FAILED;
	}
	return r == 0 ? CLI_DONE : fail(n.name, r);
}

/* All of one moment, or the names keep what they stood for. */
static int
write_files(const struct task *t, struct export *file)
{
	int status = CLI_DONE;

	for (int i = 0; status == CLI_DONE && i < EXPORT_LAYERS; i++) {
		status = write_layer(t, file, i);
	}
	for (int i = 0; status == CLI_DONE && i < EXPORT_LAYERS; i++) {
		struct names n = names_of(t, i);

		status = give_name(t->folder, n.fresh, n.name);
	}
	for (int i = 0; status != CLI_DONE && i < EXPORT_LAYERS; i++) {
		(void)unlink(names_of(t, i).fresh);
	}
	return status;
}

/* ---- the export */

static void
print_sums(const struct export *file, const struct exporter_moment *moment,
	const struct task *t)
{
	printf("vedetta-%s-%" PRIu64 ":", moment->epoch, moment->seq);
	for (int i = EXPORT_META + 1; i < EXPORT_LAYERS; i++) {
		enum export_layer layer = (enum export_layer)i;

		printf("%s %" PRIu64 " %s", i > EXPORT_META + 1 ? "," : "",
			export_rows(file, layer), export_table(layer)->name);
	}
	printf("%s\n", t->personal ? ", with what is personal" : "");
}

static void
log_export(const struct task *t, const struct exporter_moment *moment)
{
	log_event(LOG_INFO, "export.made",
		"user=%u format=%s personal=%d epoch=%s seq=%" PRIu64,
		(unsigned)getuid(), t->format, t->personal, moment->epoch, moment->seq);
}

static int
run(struct task *t)
{
	char fresh[PATH_BYTES], name[PATH_BYTES], why[WHY_BYTES];
	struct exporter_moment moment;
	struct export *file = NULL;
	const struct exporter_order order = {.data_dir = t->data_dir,
		.path = fresh,
		.personal = t->personal,
		.now_ms = clock_wall_ms(),
		.told = on_told,
		.arg = t};
	bool is_gpkg = strcmp(t->format, "gpkg") == 0;
	int status = CLI_FAILED;
	int r;

	(void)snprintf(fresh, sizeof(fresh), "%s/.%s.new", t->folder, gpkg_name);
	(void)snprintf(name, sizeof(name), "%s/%s", t->folder, gpkg_name);
	r = exporter_run(&file, &moment, &order, why, sizeof(why));
	if (r == 0) {
		status = is_gpkg ? give_name(t->folder, fresh, name)
				 : write_files(t, file);
	} else {
		fprintf(stderr, "export: %s\n",
			r == EXPORTER_STOPPED ? "stopped" : why);
	}
	if (status == CLI_DONE) {
		print_sums(file, &moment, t);
		log_export(t, &moment);
	}
	export_close(file);
	if (!is_gpkg || status != CLI_DONE) {
		(void)unlink(fresh);
	}
	return status;
}

static int
make_folder(const char *path)
{
	struct stat st;

	if (strlen(path) > PATH_BYTES - 64) {
		return fail(path, -ENAMETOOLONG);
	}
	if (mkdir(path, 0777) != 0 && errno != EEXIST) {
		return fail(path, -errno);
	}
	if (stat(path, &st) != 0) {
		return fail(path, -errno);
	}
	return S_ISDIR(st.st_mode) ? CLI_DONE : fail(path, -ENOTDIR);
}

static int
begin(struct task *t)
{
	bool was_there = access(t->folder, F_OK) == 0;
	int status;

	/* What is personal is for who made it. */
	(void)umask(t->personal ? 077 : umask(022) | 022);
	status = make_folder(t->folder);
	if (status != CLI_DONE) {
		return status;
	}
	interrupt_take();
	(void)setpriority(PRIO_PROCESS, 0, NICENESS);
	t->told_ms = clock_mono_ms();
	status = run(t);
	if (status != CLI_DONE && !was_there) {
		(void)rmdir(t->folder); /* it is empty, and nobody asked for that */
	}
	return status;
}

static bool
is_format(const char *format)
{
	return strcmp(format, "gpkg") == 0 || strcmp(format, "csv") == 0 ||
	       strcmp(format, "geojson") == 0;
}

int
main(int argc, char **argv)
{
	struct task task = {.format = "gpkg"};
	const char *config_path = NULL, *data_dir = NULL;
	struct config config;
	int status, code;

	if (argc == 1 && strcmp(argv[0], EXPORT_HELPER) == 0) {
		return export_help();
	}
	while ((code = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (code) {
		case 'c':
			config_path = optarg;
			break;
		case 'd':
			data_dir = optarg;
			break;
		case 'f':
			task.format = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return CLI_DONE;
		case 'p':
			task.personal = true;
			break;
		default:
			return CLI_USAGE;
		}
	}
	if (optind + 2 != argc || strcmp(argv[optind], "gis") != 0) {
		fprintf(stderr, "export: say `gis` and one folder; vedetta export "
				"--help says more\n");
		return CLI_USAGE;
	}
	if (!is_format(task.format)) {
		fprintf(stderr, "export: there is no format %s\n", task.format);
		return CLI_USAGE;
	}
	status = cli_read_config(&config, config_path);
	if (status != CLI_DONE) {
		return status;
	}
	task.folder = argv[optind + 1];
	task.data_dir = data_dir != NULL ? data_dir : config.data_dir;
	return begin(&task);
}
