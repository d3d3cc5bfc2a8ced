#include "server/export_order.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* false: there is no room. */
__attribute__((format(printf, 3, 4))) static bool
append(char *line, size_t bytes, const char *format, ...)
{
	size_t used = strlen(line);
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line + used, bytes - used, format, args);
	va_end(args);
	return n >= 0 && (size_t)n < bytes - used;
}

bool
export_order_write(const struct scope *scope, const uint64_t *umbrellas, size_t n,
	char *line, size_t bytes)
{
	bool fits;

	if (scope == NULL) {
		return append(line, bytes, " *");
	}
	fits = append(
		line, bytes, " %d %zu", scope->unassigned, scope->n_codes + scope->all);
	if (fits && scope->all) {
		fits = append(line, bytes, " " SCOPE_ALL);
	}
	for (size_t i = 0; fits && i < scope->n_codes; i++) {
		fits = append(line, bytes, " %s", scope->codes[i]);
	}
	fits = fits && append(line, bytes, " %zu", n);
	for (size_t i = 0; fits && i < n; i++) {
		fits = append(line, bytes, " %" PRIu64, umbrellas[i]);
	}
	return fits;
}

void
export_order_text(const struct scope *scope, char *out, size_t bytes)
{
	out[0] = '\0';
	if (scope == NULL) {
		(void)append(out, bytes, SCOPE_ALL);
		return;
	}
	if (scope->all) {
		(void)append(out, bytes, SCOPE_ALL);
	}
	for (size_t i = 0; i < scope->n_codes; i++) {
		(void)append(
			out, bytes, "%s%s", out[0] == '\0' ? "" : " ", scope->codes[i]);
	}
	if (scope->unassigned) {
		(void)append(out, bytes, "%sunassigned", out[0] == '\0' ? "" : " ");
	}
}
