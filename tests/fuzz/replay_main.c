/*
 * replay_main - runs a fuzz target once for every file of the folders given
 *
 * With any compiler, in every test run: a crash once found stays found.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fuzz.h"

enum {
	PATH_BYTES = 4096,
};

/* The input gets memory of its own size, so that ASan sees a read past it. */
static int
run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct stat st;
	uint8_t *data;
	int rc = -1;

	if (file == NULL) {
		return -1;
	}
	if (fstat(fileno(file), &st) == 0) {
		size_t bytes = (size_t)st.st_size;

		data = malloc(bytes == 0 ? 1 : bytes);
		if (data != NULL && fread(data, 1, bytes, file) == bytes) {
			LLVMFuzzerTestOneInput(data, bytes);
			rc = 0;
		}
		free(data);
	}
	fclose(file);
	return rc;
}

/* Returns how many files were run, or -1. */
static int
run_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[PATH_BYTES];
	int n = 0;

	if (dir == NULL) {
		return -1;
	}
	while (n >= 0 && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.') {
			continue;
		}
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (run_file(path) < 0) {
			perror(path);
			n = -1;
		} else {
			n++;
		}
	}
	closedir(dir);
	return n;
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int n = run_folder(argv[i]);

		if (n <= 0) {
			fprintf(stderr, "%s: no corpus\n", argv[i]);
			return 1;
		}
		printf("%s: %d inputs\n", argv[i], n);
	}
	return argc < 2;
}
