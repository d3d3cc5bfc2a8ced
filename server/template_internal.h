/*
 * template_internal - a compiled template: template_compile.c makes it,
 * template.c runs it
 *
 * A flat program; a section knows where its end is and the other way round.
 */
#ifndef SERVER_TEMPLATE_INTERNAL_H
#define SERVER_TEMPLATE_INTERNAL_H

#include <stddef.h>

#include "server/template.h"

enum {
	TEMPLATE_NAME_BYTES = 64,
};

enum op_kind {
	OP_TEXT,
	OP_VALUE,
	OP_CATALOGUE,
	OP_SECTION,
	OP_UNLESS,
	OP_END,
};

struct op {
	enum op_kind kind;
	const char *text; /* of OP_TEXT, else the name or key */
	size_t bytes;
	size_t other; /* OP_SECTION, OP_UNLESS: its OP_END; OP_END: its begin */
};

struct template
{
	struct arena *arena; /* texts and names */
	struct op *ops;
	size_t n_ops;
	size_t room;
};

#endif
