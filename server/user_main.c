/*
 * vedetta user - who works the desk
 *
 * A password is read from the terminal without showing it, from a file, or from
 * standard input; never from an argument, which everybody on the machine can read.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <sodium.h>

#include "dispatch/right.h"
#include "dispatch/scope.h"
#include "server/cli.h"
#include "server/password.h"
#include "server/user_file.h"

static const char usage[] =
	"usage: vedetta user add NAME --role ROLE [--area CODE]... [--unassigned]\n"
	"       vedetta user change NAME --role ROLE [--area CODE]... [--unassigned]\n"
	"       vedetta user password NAME\n"
	"       vedetta user disable NAME | enable NAME | reset-totp NAME\n"
	"       vedetta user bind NAME --subject SUBJECT | unbind NAME\n"
	"       vedetta user list\n"
	"\n"
	"Accounts of the console. Also while `vedetta serve` runs: then it takes\n"
	"effect at once, and who is disabled is out.\n"
	"\n"
	"  --role ROLE           viewer, operator, shift_leader, communicator or\n"
	"                        administrator\n"
	"  --area CODE           of an area that was imported; '*' is all of them\n"
	"  --unassigned          sees what lies outside every area, too\n"
	"  --full-name TEXT      as colleagues know them\n"
	"  --language LANG       it, en\n"
	"  --password-file FILE  its first line; - is standard input. Without it the\n"
	"                        terminal is asked\n"
	"  --no-password         none yet: nobody gets in by one\n"
	"  --subject SUBJECT     who it is for the identity provider of oidc.issuer: "
	"they\n"
	"                        may log in through it. The login page shows it to "
	"whom\n"
	"                        it does not let in for want of it\n"
	"  --config FILE         " CLI_CONFIG_PATH " when there is one\n"
	"  --data DIR            folder of the store\n";

static const struct option options[] = {
	{"role", required_argument, NULL, 'r'},
	{"area", required_argument, NULL, 'a'},
	{"unassigned", no_argument, NULL, 'u'},
	{"full-name", required_argument, NULL, 'f'},
	{"language", required_argument, NULL, 'l'},
	{"password-file", required_argument, NULL, 'p'},
	{"no-password", no_argument, NULL, 'n'},
	{"subject", required_argument, NULL, 's'},
	{"config", required_argument, NULL, 'c'},
	{"data", required_argument, NULL, 'd'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

enum {
	LINE_BYTES = 512,
	PASSWORD_LEAST = 10,
	PASSWORD_MOST = 256,
};

struct wanted {
	const char *verb;
	const char *config_path;
	const char *data_dir;
	const char *password_file; /* NULL: ask the terminal, or standard input */
	bool no_password;
	bool has_role;
	char *areas[SCOPE_CODES_MOST];
	Vedetta__V1__Identity identity;
	Vedetta__V1__AccountChange change;
};

/* ---- passwords */

/* One line without its end. false: there is none, or it is too long. */
static bool
read_line(FILE *from, char line[LINE_BYTES])
{
	size_t bytes;

	if (fgets(line, LINE_BYTES, from) == NULL) {
		return false;
	}
	bytes = strcspn(line, "\r\n");
	if (line[bytes] == '\0' && bytes == LINE_BYTES - 1) {
		return false;
	}
	line[bytes] = '\0';
	return true;
}

static bool
ask_once(const char *question, char line[LINE_BYTES])
{
	struct termios shown, hidden;
	bool ok;

	fputs(question, stderr);
	if (tcgetattr(STDIN_FILENO, &shown) != 0) {
		return false;
	}
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	ok = read_line(stdin, line);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	fputc('\n', stderr);
	return ok;
}

static bool
ask_terminal(char line[LINE_BYTES])
{
	char again[LINE_BYTES] = "";
	bool same = ask_once("Password: ", line) && ask_once("Once more: ", again) &&
		    strcmp(line, again) == 0;

	sodium_memzero(again, sizeof(again));
	if (!same) {
		fputs("user: these are not the same twice\n", stderr);
	}
	return same;
}

static bool
read_file(const char *path, char line[LINE_BYTES])
{
	FILE *from = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	bool ok = from != NULL && read_line(from, line);

	if (!ok) {
		fprintf(stderr, "user: %s: %s\n", path,
			from == NULL ? strerror(errno) : "has no line of a password");
	}
	if (from != NULL && from != stdin) {
		(void)fclose(from);
	}
	return ok;
}

/* Its hash, which is all that leaves this process. */
static bool
read_password(const struct wanted *w, char hash[PASSWORD_HASH_BYTES])
{
	char line[LINE_BYTES] = "";
	bool ok = w->password_file != NULL ? read_file(w->password_file, line)
		  : isatty(STDIN_FILENO)   ? ask_terminal(line)
					   : read_file("-", line);

	if (ok && (strlen(line) < PASSWORD_LEAST || strlen(line) > PASSWORD_MOST)) {
		fputs("user: a password has 10 to 256 bytes\n", stderr);
		ok = false;
	}
	if (ok && password_make(line, hash) != 0) {
		fputs("user: there is no memory for a password's hash (256 MiB)\n",
			stderr);
		ok = false;
	}
	sodium_memzero(line, sizeof(line));
	return ok;
}

/* ---- doing it */

static int
list_all(struct user_file *u)
{
	Vedetta__V1__OfficeCommand command = VEDETTA__V1__OFFICE_COMMAND__INIT;
	Vedetta__V1__AccountList list;

	command.what_case = VEDETTA__V1__OFFICE_COMMAND__WHAT_LIST;
	command.list = 1;
	do {
		if (user_file_do(u, &command, &list) != 0) {
			return CLI_FAILED;
		}
		for (size_t i = 0; i < list.n_accounts; i++) {
			const Vedetta__V1__Account *a = list.accounts[i];

			printf("%s\t%s\t", a->name, role_name(a->role));
			for (size_t j = 0; j < a->n_areas; j++) {
				printf("%s%s", j > 0 ? "," : "", a->areas[j]);
			}
			printf("\t%s%s%s%s%s\n", a->unassigned ? "unassigned " : "",
				a->totp ? "totp " : "",
				a->identity != NULL ? "oidc " : "",
				a->password ? "" : "no-password ",
				a->disabled ? "disabled" : "enabled");
			command.list = a->id + 1;
		}
	} while (list.n_accounts > 0);
	return CLI_DONE;
}

/* false: there is no such verb. */
static bool
make_command(struct wanted *w, Vedetta__V1__OfficeCommand *c)
{
	if (strcmp(w->verb, "add") == 0) {
		c->what_case = VEDETTA__V1__OFFICE_COMMAND__WHAT_ADD;
		c->add = &w->change;
	} else if (strcmp(w->verb, "change") == 0) {
		c->what_case = VEDETTA__V1__OFFICE_COMMAND__WHAT_CHANGE;
		c->change = &w->change;
	} else if (strcmp(w->verb, "password") == 0) {
		c->what_case = VEDETTA__V1__OFFICE_COMMAND__WHAT_PASSWORD;
		c->password = &w->change;
	} else if (strcmp(w->verb, "disable") == 0) {
		c->what_case = VEDETTA__V1__OFFICE_COMMAND__WHAT_DISABLE;
		c->disable = w->change.name;
	} else if (strcmp(w->verb, "enable") == 0) {
		c->what_case = VEDETTA__V1__OFFICE_COMMAND__WHAT_ENABLE;
		c->enable = w->change.name;
	} else if (strcmp(w->verb, "bind") == 0 || strcmp(w->verb, "unbind") == 0) {
		c->what_case = VEDETTA__V1__OFFICE_COMMAND__WHAT_BIND;
		c->bind = &w->change;
		w->change.identity = &w->identity;
	} else if (strcmp(w->verb, "reset-totp") == 0) {
		c->what_case = VEDETTA__V1__OFFICE_COMMAND__WHAT_RESET_TOTP;
		c->reset_totp = w->change.name;
	}
	return c->what_case != VEDETTA__V1__OFFICE_COMMAND__WHAT__NOT_SET;
}

static int
carry_out(struct wanted *w, const struct config *config)
{
	Vedetta__V1__OfficeCommand command = VEDETTA__V1__OFFICE_COMMAND__INIT;
	bool lists = strcmp(w->verb, "list") == 0;
	char hash[PASSWORD_HASH_BYTES] = "";
	struct user_file *u;
	int r;

	w->identity.issuer = (char *)(uintptr_t)config->oidc_issuer;
	if (!lists && !make_command(w, &command)) {
		fprintf(stderr, "user: there is no %s; try vedetta user --help\n",
			w->verb);
		return CLI_USAGE;
	}
	if ((command.what_case == VEDETTA__V1__OFFICE_COMMAND__WHAT_ADD &&
		    !w->no_password) ||
		command.what_case == VEDETTA__V1__OFFICE_COMMAND__WHAT_PASSWORD) {
		if (!read_password(w, hash)) {
			return CLI_FAILED;
		}
		w->change.password = hash;
	}
	u = user_file_open(
		config, command.what_case == VEDETTA__V1__OFFICE_COMMAND__WHAT_ADD);
	if (u == NULL) {
		return CLI_FAILED;
	}
	r = lists ? list_all(u) : user_file_do(u, &command, NULL);
	user_file_close(u);
	return r == 0 ? CLI_DONE : CLI_FAILED;
}

/* ---- arguments */

static int
take_option(struct wanted *w, int code)
{
	switch (code) {
	case 'r':
		w->change.role = role_by_name(optarg);
		w->has_role = true;
		if (w->change.role == VEDETTA__V1__ROLE__ROLE_UNSPECIFIED) {
			fprintf(stderr, "user: %s is not a role\n", optarg);
			return CLI_USAGE;
		}
		break;
	case 'a':
		if (w->change.n_areas == SCOPE_CODES_MOST) {
			fputs("user: 64 areas at most\n", stderr);
			return CLI_USAGE;
		}
		w->areas[w->change.n_areas++] = optarg;
		break;
	case 'u':
		w->change.unassigned = true;
		break;
	case 'f':
		w->change.full_name = optarg;
		break;
	case 'l':
		w->change.language = optarg;
		break;
	case 'p':
		w->password_file = optarg;
		break;
	case 'n':
		w->no_password = true;
		break;
	case 's':
		w->identity.subject = optarg;
		w->change.identity = &w->identity;
		break;
	case 'c':
		w->config_path = optarg;
		break;
	case 'd':
		w->data_dir = optarg;
		break;
	default:
		return CLI_USAGE;
	}
	return CLI_DONE;
}

static bool
are_right(struct wanted *w, int argc, char **argv)
{
	int left = argc - optind;

	w->verb = left > 0 ? argv[optind] : "";
	if (left != (strcmp(w->verb, "list") == 0 ? 1 : 2)) {
		fputs("user: say what to do, and with whom; vedetta user --help says "
		      "more\n",
			stderr);
		return false;
	}
	w->change.name = left == 2 ? argv[optind + 1] : w->change.name;
	if ((strcmp(w->verb, "add") == 0 || strcmp(w->verb, "change") == 0) &&
		!w->has_role) {
		fputs("user: --role is missing\n", stderr);
		return false;
	}
	if ((strcmp(w->verb, "bind") == 0) != (w->change.identity != NULL) &&
		strcmp(w->verb, "add") != 0) {
		fputs(w->change.identity == NULL
				? "user: --subject is missing\n"
				: "user: --subject goes with add and bind alone\n",
			stderr);
		return false;
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct wanted w = {.verb = ""};
	struct config config;
	int code, status = CLI_DONE;

	vedetta__v1__account_change__init(&w.change);
	vedetta__v1__identity__init(&w.identity);
	w.change.areas = w.areas;
	while (status == CLI_DONE &&
		(code = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (code == 'h') {
			fputs(usage, stdout);
			return CLI_DONE;
		}
		status = take_option(&w, code);
	}
	if (status != CLI_DONE || !are_right(&w, argc, argv)) {
		return CLI_USAGE;
	}
	if (sodium_init() < 0) {
		return CLI_FAILED;
	}
	status = cli_read_config(&config, w.config_path);
	if (status == CLI_DONE && w.data_dir != NULL &&
		config_set(&config, "server", "data_dir", w.data_dir, "--data",
			stderr) != 0) {
		status = CLI_USAGE;
	}
	return status == CLI_DONE ? carry_out(&w, &config) : status;
}
