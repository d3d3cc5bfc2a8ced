#include "server/template_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPS_MAX = 4096,
	TEXT_BYTES_MAX = 512 * 1024, /* of one compiled template */
};

/* Where in the HTML the compiler stands. */
enum html {
	HTML_TEXT,
	HTML_TAG_NAME,
	HTML_TAG,
	HTML_DOUBLE,
	HTML_SINGLE,
	HTML_COMMENT,
	HTML_RAW, /* inside <script> or <style> */
};

struct compiler {
	struct template *t;
	const struct embedded *files;
	char *why;
	const char *file; /* for why */
	enum html html;
	char tag[16]; /* lower-case name of the tag being read */
	size_t tag_bytes;
	size_t open[TEMPLATE_DEPTH];
	enum html open_html[TEMPLATE_DEPTH];
	size_t n_open;
	size_t depth; /* of files */
};

static int
bad(const struct compiler *c, const char *what, const char *name)
{
	snprintf(c->why, TEMPLATE_WHY_BYTES, "%s: %s: %s", c->file, what, name);
	return TEMPLATE_BAD;
}

static int
add_op(struct template *t, struct op op)
{
	if (t->n_ops == t->room) {
		size_t room = t->room == 0 ? 64 : t->room * 2;
		struct op *ops =
			room > OPS_MAX ? NULL : realloc(t->ops, room * sizeof(*ops));

		if (ops == NULL) {
			return -ENOMEM;
		}
		t->ops = ops;
		t->room = room;
	}
	t->ops[t->n_ops++] = op;
	return 0;
}

static void
leave_tag(struct compiler *c)
{
	c->tag[c->tag_bytes] = '\0';
	c->html = strcmp(c->tag, "script") == 0 || strcmp(c->tag, "style") == 0
			  ? HTML_RAW
			  : HTML_TEXT;
}

static void
follow_tag_name(struct compiler *c, char ch)
{
	if (ch == '>') {
		leave_tag(c);
	} else if (ch == ' ' || ch == '\n' || ch == '\t') {
		c->html = HTML_TAG;
	} else if (c->tag_bytes + 1 < sizeof(c->tag)) {
		c->tag[c->tag_bytes++] = ch >= 'A' && ch <= 'Z' ? (char)(ch + 32) : ch;
	}
}

/* One step through the literal HTML; enough of its grammar for our own files. */
static void
follow(struct compiler *c, const char *s, const char *end)
{
	switch (c->html) {
	case HTML_TEXT:
	case HTML_RAW:
		if (*s != '<' ||
			(c->html == HTML_RAW && (end - s < 2 || s[1] != '/'))) {
			return;
		}
		c->tag_bytes = 0;
		c->html = end - s >= 4 && memcmp(s, "<!--", 4) == 0 ? HTML_COMMENT
								    : HTML_TAG_NAME;
		return;
	case HTML_TAG_NAME:
		follow_tag_name(c, *s);
		return;
	case HTML_TAG:
		if (*s == '>') {
			leave_tag(c);
		} else if (*s == '"') {
			c->html = HTML_DOUBLE;
		} else if (*s == '\'') {
			c->html = HTML_SINGLE;
		}
		return;
	case HTML_DOUBLE:
		c->html = *s == '"' ? HTML_TAG : HTML_DOUBLE;
		return;
	case HTML_SINGLE:
		c->html = *s == '\'' ? HTML_TAG : HTML_SINGLE;
		return;
	case HTML_COMMENT:
		if (end - s >= 3 && memcmp(s, "-->", 3) == 0) {
			c->html = HTML_TAG;
		}
		return;
	}
}

/* Copies literal HTML without indentation and empty lines. */
static int
add_text(struct compiler *c, const char *from, const char *to)
{
	char *kept = arena_copy(c->t->arena, from, (size_t)(to - from));
	size_t n = 0;

	if (kept == NULL) {
		return -ENOMEM;
	}
	for (const char *s = from; s < to; s++) {
		bool at_start = n > 0 ? kept[n - 1] == '\n' : s > from;

		follow(c, s, to);
		if (at_start && (*s == '\t' || *s == '\n')) {
			continue;
		}
		kept[n++] = *s;
	}
	if (n == 0) {
		return 0;
	}
	return add_op(c->t, (struct op){.kind = OP_TEXT, .text = kept, .bytes = n});
}

static int
add_hole(struct compiler *c, enum op_kind kind, const char *name)
{
	char *kept;

	if (c->html != HTML_TEXT && c->html != HTML_DOUBLE) {
		return bad(c, "a hole outside text and double quotes", name);
	}
	kept = arena_copy(c->t->arena, name, strlen(name));
	if (kept == NULL) {
		return -ENOMEM;
	}
	return add_op(c->t, (struct op){.kind = kind, .text = kept});
}

static int
open_section(struct compiler *c, enum op_kind kind, const char *name)
{
	char *kept;

	if (c->n_open == TEMPLATE_DEPTH) {
		return bad(c, "sections nested too deep", name);
	}
	kept = arena_copy(c->t->arena, name, strlen(name));
	if (kept == NULL) {
		return -ENOMEM;
	}
	if (c->html == HTML_TAG_NAME) {
		c->html = HTML_TAG;
	}
	c->open[c->n_open] = c->t->n_ops;
	c->open_html[c->n_open++] = c->html;
	return add_op(c->t, (struct op){.kind = kind, .text = kept});
}

static int
close_section(struct compiler *c, const char *name)
{
	struct op *begin;

	if (c->n_open == 0) {
		return bad(c, "an end without its begin", name);
	}
	begin = &c->t->ops[c->open[c->n_open - 1]];
	if (strcmp(begin->text, name) != 0) {
		return bad(c, "ends another section", name);
	}
	/* Or what follows would depend on whether the section was shown. */
	if (c->open_html[--c->n_open] != c->html) {
		return bad(c, "begins and ends at different places of the HTML", name);
	}
	begin->other = c->t->n_ops;
	return add_op(c->t, (struct op){.kind = OP_END,
				    .text = begin->text,
				    .other = c->open[c->n_open]});
}

static int compile_file(struct compiler *c, const char *name);

static int
compile_tag(struct compiler *c, const char *tag)
{
	switch (tag[0]) {
	case '#':
		return open_section(c, OP_SECTION, tag + 1);
	case '^':
		return open_section(c, OP_UNLESS, tag + 1);
	case '/':
		return close_section(c, tag + 1);
	case '>':
		return compile_file(c, tag + 1);
	case '!':
		return 0;
	default:
		if (strncmp(tag, "t:", 2) == 0) {
			return add_hole(c, OP_CATALOGUE, tag + 2);
		}
		return add_hole(c, OP_VALUE, tag);
	}
}

static bool
is_name(const char *tag)
{
	if (strchr("#^/>", tag[0]) != NULL) {
		tag++;
	}
	return tag[0] != '\0' &&
	       strspn(tag, "abcdefghijklmnopqrstuvwxyz0123456789_.:") == strlen(tag);
}

/* Reads from "{{" on; *s is moved behind the tag. */
static int
read_tag(struct compiler *c, const char **s, const char *end)
{
	const char *from = *s + 2;
	const char *to = memmem(from, (size_t)(end - from), "}}", 2);
	char tag[TEMPLATE_NAME_BYTES];

	if (to == NULL) {
		return bad(c, "a tag without its end", "{{");
	}
	*s = to + 2;
	if (*from == '!') {
		return 0;
	}
	if ((size_t)(to - from) >= sizeof(tag)) {
		return bad(c, "a name too long", "{{");
	}
	memcpy(tag, from, (size_t)(to - from));
	tag[to - from] = '\0';
	if (!is_name(tag)) {
		return bad(c, "not a name", tag);
	}
	return compile_tag(c, tag);
}

static int
compile_bytes(struct compiler *c, const char *s, const char *end)
{
	while (s < end) {
		const char *tag = memmem(s, (size_t)(end - s), "{{", 2);
		int r = add_text(c, s, tag == NULL ? end : tag);

		if (r != 0 || tag == NULL) {
			return r;
		}
		s = tag;
		r = read_tag(c, &s, end);
		if (r != 0) {
			return r;
		}
	}
	return 0;
}

/* Recursion over our own files, TEMPLATE_DEPTH at most. */
static int
compile_file(struct compiler *c, const char *name)
{
	char path[TEMPLATE_NAME_BYTES + 8];
	const struct embedded *f = c->files;
	const char *outer = c->file;
	int r;

	snprintf(path, sizeof(path), "%s.html", name);
	while (f->name != NULL && strcmp(f->name, path) != 0) {
		f++;
	}
	if (f->name == NULL) {
		return bad(c, "no such file", name);
	}
	if (c->depth == TEMPLATE_DEPTH) {
		return bad(c, "files nested too deep", name);
	}
	c->depth++;
	c->file = f->name;
	r = compile_bytes(c, (const char *)f->data, (const char *)f->data + f->bytes);
	c->file = outer;
	c->depth--;
	return r;
}

int
template_new(struct template **out, const struct embedded *files, const char *name,
	char why[TEMPLATE_WHY_BYTES])
{
	struct compiler c = {.files = files, .why = why, .file = name};
	struct template *t = calloc(1, sizeof(*t));
	int r = -ENOMEM;

	why[0] = '\0';
	if (t == NULL) {
		return -ENOMEM;
	}
	t->arena = arena_new(TEXT_BYTES_MAX);
	if (t->arena == NULL) {
		goto fail;
	}
	c.t = t;
	r = compile_file(&c, name);
	if (r == 0 && c.n_open > 0) {
		r = bad(&c, "a section without its end",
			t->ops[c.open[c.n_open - 1]].text);
	}
	if (r != 0) {
		goto fail;
	}
	*out = t;
	return 0;
fail:
	template_free(t);
	return r;
}

void
template_free(struct template *t)
{
	if (t == NULL) {
		return;
	}
	arena_free(t->arena);
	free(t->ops);
	free(t);
}

void
template_each_key(
	const struct template *t, void (*found)(void *arg, const char *key), void *arg)
{
	for (size_t i = 0; i < t->n_ops; i++) {
		if (t->ops[i].kind == OP_CATALOGUE) {
			found(arg, t->ops[i].text);
		}
	}
}
