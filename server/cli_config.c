#include <unistd.h>

#include "server/cli.h"

int
cli_read_config(struct config *config, const char *path)
{
	config_init(config);
	if (path == NULL) {
		if (access(CLI_CONFIG_PATH, F_OK) != 0) {
			return CLI_DONE;
		}
		path = CLI_CONFIG_PATH;
	}
	return config_read(config, path, stderr) == 0 ? CLI_DONE : CLI_FAILED;
}
