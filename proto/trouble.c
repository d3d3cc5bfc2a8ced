#include "proto/trouble.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
trouble_init(struct trouble *t)
{
	t->n = 0;
	t->n_found = 0;
}

/* A cut in the middle of a UTF-8 sequence takes the whole sequence away. */
static void
mend_cut(char *text, size_t bytes)
{
	size_t lead = bytes;
	size_t need;

	while (lead > 0 && ((unsigned char)text[lead - 1] & 0xC0) == 0x80) {
		lead--;
	}
	if (lead == 0) {
		return;
	}
	lead--;
	need = (unsigned char)text[lead] >= 0xF0   ? 4
	       : (unsigned char)text[lead] >= 0xE0 ? 3
	       : (unsigned char)text[lead] >= 0xC0 ? 2
						   : 1;
	if (bytes - lead < need) {
		text[lead] = '\0';
	}
}

void
trouble_add(struct trouble *t, const char *field, const char *format, ...)
{
	va_list args;
	size_t bytes = strlen(field);
	int n;

	t->n_found++;
	if (t->n == TROUBLE_MAX) {
		return;
	}
	if (bytes >= TROUBLE_FIELD_BYTES) {
		bytes = TROUBLE_FIELD_BYTES - 1;
	}
	memcpy(t->at[t->n].field, field, bytes);
	t->at[t->n].field[bytes] = '\0';
	mend_cut(t->at[t->n].field, bytes);
	va_start(args, format);
	n = vsnprintf(t->at[t->n].reason, TROUBLE_REASON_BYTES, format, args);
	va_end(args);
	if (n >= TROUBLE_REASON_BYTES) {
		mend_cut(t->at[t->n].reason, TROUBLE_REASON_BYTES - 1);
	}
	t->n++;
}

bool
trouble_is_empty(const struct trouble *t)
{
	return t->n_found == 0;
}
