#include "server/template.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "proto/utf8.h"
#include "server/template_internal.h"

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
	char name[TEMPLATE_NAME_BYTES];

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
