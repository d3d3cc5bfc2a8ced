#include "server/template.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/utf8.h"

enum {
	OPS_MAX = 4096,
	NAME_BYTES = 64,
	TEXT_BYTES_MAX = 512 * 1024, /* of one compiled template */
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

/* ---- compiling */

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
	char tag[NAME_BYTES];

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
	char path[NAME_BYTES + 8];
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

/* ---- values */

struct entry {
	struct entry *next;
	const char *name;
	const char *text; /* NULL for flags and lists */
	bool on;
	struct template_scope *items;
	struct template_scope *last;
};

struct template_scope {
	struct template_scope *root; /* of the whole tree; holds is_short */
	struct template_scope *next; /* in its list */
	struct entry *entries;
	struct arena *arena;
	bool is_short;
};

static struct entry *
find(const struct template_scope *scope, const char *name)
{
	struct entry *e = scope->entries;

	while (e != NULL && strcmp(e->name, name) != 0) {
		e = e->next;
	}
	return e;
}

struct template_scope *
template_scope_new(struct arena *arena)
{
	struct template_scope *scope = arena_alloc(arena, sizeof(*scope));

	if (scope != NULL) {
		scope->root = scope;
		scope->arena = arena;
	}
	return scope;
}

static struct entry *
put(struct template_scope *scope, const char *name)
{
	struct entry *e = find(scope, name);

	if (e != NULL) {
		return e;
	}
	e = arena_alloc(scope->arena, sizeof(*e));
	if (e == NULL) {
		scope->root->is_short = true;
		return NULL;
	}
	e->name = name;
	e->next = scope->entries;
	scope->entries = e;
	return e;
}

void
template_set(struct template_scope *scope, const char *name, const char *text)
{
	struct entry *e = put(scope, name);

	if (e != NULL) {
		e->text = text == NULL ? "" : text;
		e->on = e->text[0] != '\0';
	}
}

void
template_flag(struct template_scope *scope, const char *name, bool on)
{
	struct entry *e = put(scope, name);

	if (e != NULL) {
		e->on = on;
	}
}

struct template_scope *
template_item(struct template_scope *scope, const char *name)
{
	struct entry *e = put(scope, name);
	struct template_scope *item =
		e == NULL ? NULL : template_scope_new(scope->arena);

	if (item == NULL) {
		/* What the caller sets now goes to the scope itself: it will not
		 * be rendered. */
		scope->root->is_short = true;
		return scope;
	}
	item->root = scope->root;
	if (e->items == NULL) {
		e->items = item;
	} else {
		e->last->next = item;
	}
	e->last = item;
	e->on = true;
	return item;
}

/* ---- rendering */

static const char *
entity(int32_t c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* Controls, and orders that turn the direction of what stands after them. */
static bool
is_deceptive(int32_t c)
{
	return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c <= 0x9F) ||
	       (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
	       (c >= 0xE0000 && c <= 0xE007F);
}

static int
add(struct evbuffer *out, const void *data, size_t bytes)
{
	return bytes == 0 || evbuffer_add(out, data, bytes) == 0 ? 0 : -ENOMEM;
}

static int
escape(const char *text, size_t bytes, struct evbuffer *out)
{
	size_t at = 0;
	size_t plain = 0; /* from here to at nothing needs care */

	while (at < bytes) {
		size_t before = at;
		int32_t c = utf8_next(text, bytes, &at);
		const char *instead = entity(c);
		char code[16];

		if (c < 0) {
			instead = "\xEF\xBF\xBD";
			at++;
		} else if (c == '\r' && at < bytes && text[at] == '\n') {
			instead = "";
		} else if (is_deceptive(c)) {
			snprintf(code, sizeof(code), "[U+%04X]", (unsigned)c);
			instead = code;
		}
		if (instead == NULL) {
			continue;
		}
		if (add(out, text + plain, before - plain) != 0 ||
			add(out, instead, strlen(instead)) != 0) {
			return -ENOMEM;
		}
		plain = at;
	}
	return add(out, text + plain, bytes - plain);
}

int
template_escape(const char *text, struct evbuffer *out)
{
	return escape(text, strlen(text), out);
}

/* A section being rendered. */
struct level {
	size_t begin;                      /* its op */
	const struct template_scope *item; /* NULL: a flag's */
};

struct rendering {
	const struct template *t;
	const struct template_scope *values;
	template_texts texts;
	void *arg;
	struct evbuffer *out;
	struct level levels[TEMPLATE_DEPTH];
	size_t n_levels;
};

static const struct entry *
look_up(const struct rendering *r, const char *name)
{
	for (size_t i = r->n_levels; i > 0; i--) {
		const struct template_scope *item = r->levels[i - 1].item;
		const struct entry *e = item == NULL ? NULL : find(item, name);

		if (e != NULL) {
			return e;
		}
	}
	return find(r->values, name);
}

static int
render_value(const struct rendering *r, const char *name)
{
	const struct entry *e = look_up(r, name);

	if (e == NULL || e->text == NULL) {
		return -ENOENT;
	}
	return template_escape(e->text, r->out);
}

/* A text of the catalogue, with {name} replaced. */
static int
render_text(const struct rendering *r, const char *key)
{
	const char *s = r->texts(r->arg, key);
	char name[NAME_BYTES];

	for (;;) {
		size_t plain = strcspn(s, "{");
		size_t bytes;
		int fault = escape(s, plain, r->out);

		if (fault != 0 || s[plain] == '\0') {
			return fault;
		}
		s += plain + 1;
		bytes = strcspn(s, "}");
		if (s[bytes] == '\0' || bytes >= sizeof(name)) {
			return -ENOENT;
		}
		memcpy(name, s, bytes);
		name[bytes] = '\0';
		fault = render_value(r, name);
		if (fault != 0) {
			return fault;
		}
		s += bytes + 1;
	}
}

/* Returns the next op. */
static size_t
begin_section(struct rendering *r, size_t at)
{
	const struct op *op = &r->t->ops[at];
	const struct entry *e = look_up(r, op->text);
	bool on = e != NULL && e->on;

	if (on != (op->kind == OP_SECTION)) {
		return op->other + 1;
	}
	assert(r->n_levels < TEMPLATE_DEPTH);
	r->levels[r->n_levels++] =
		(struct level){at, on && op->kind == OP_SECTION ? e->items : NULL};
	return at + 1;
}

static size_t
end_section(struct rendering *r, size_t at)
{
	struct level *level = &r->levels[r->n_levels - 1];

	if (level->item != NULL && level->item->next != NULL) {
		level->item = level->item->next;
		return level->begin + 1;
	}
	r->n_levels--;
	return at + 1;
}

static int
render(struct rendering *r)
{
	size_t at = 0;
	int fault = 0;

	while (fault == 0 && at < r->t->n_ops) {
		const struct op *op = &r->t->ops[at++];

		switch (op->kind) {
		case OP_TEXT:
			fault = add(r->out, op->text, op->bytes);
			break;
		case OP_VALUE:
			fault = render_value(r, op->text);
			break;
		case OP_CATALOGUE:
			fault = render_text(r, op->text);
			break;
		case OP_SECTION:
		case OP_UNLESS:
			at = begin_section(r, at - 1);
			break;
		case OP_END:
			at = end_section(r, at - 1);
			break;
		}
		if (evbuffer_get_length(r->out) > TEMPLATE_OUTPUT_BYTES) {
			fault = -EMSGSIZE;
		}
	}
	return fault;
}

int
template_render(const struct template *t, const struct template_scope *values,
	template_texts texts, void *arg, struct evbuffer *out)
{
	struct rendering r = {.t = t, .values = values, .texts = texts, .arg = arg};
	int fault;

	if (values == NULL || values->root->is_short) {
		return -ENOMEM;
	}
	r.out = evbuffer_new();
	if (r.out == NULL) {
		return -ENOMEM;
	}
	fault = render(&r);
	if (fault == 0 && evbuffer_add_buffer(out, r.out) != 0) {
		fault = -ENOMEM;
	}
	evbuffer_free(r.out);
	return fault;
}
