/*
 * template - HTML with holes
 *
 * A small, logic-less subset of mustache, compiled once at start:
 *
 *	{{name}}                 the value, escaped
 *	{{t:key}}                a text of the catalogue; {name} in it is a value
 *	{{#name}} ... {{/name}}  once per item of a list, or when a flag is set
 *	{{^name}} ... {{/name}}  when there is neither
 *	{{>name}}                the file name.html, put in here
 *	{{! comment }}
 *
 * There is no way to put anything in unescaped. The compiler follows tags and
 * quotes and refuses a hole anywhere but in text and in double quotes, where
 * the escaping holds: not in a bare attribute, a comment, a script or a style.
 * Indentation is dropped. Names are looked up from the innermost item
 * outwards.
 *
 * Characters that could make a text look like another one (controls, orders
 * to write right to left) are shown as [U+202E]; broken UTF-8 as U+FFFD.
 *
 * Files and names are ours; values are strangers'. Rendering is a loop over a
 * flat program with a stack of fixed depth, and its output has a ceiling.
 */
#ifndef SERVER_TEMPLATE_H
#define SERVER_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include <event2/buffer.h>

#include "embed.h"
#include "proto/arena.h"

enum template_answer {
	TEMPLATE_BAD = 1, /* the file: see why */
};

enum {
	TEMPLATE_OUTPUT_BYTES = 1024 * 1024,
	TEMPLATE_DEPTH = 8, /* of sections, and of files in files */
	TEMPLATE_WHY_BYTES = 160,
};

struct template;

/*
 * Compiles the file of that name, and those it includes, from files (ends in
 * a NULL name). Returns 0, TEMPLATE_BAD with a sentence in why, or -ENOMEM.
 */
int template_new(struct template **out, const struct embedded *files, const char *name,
	char why[TEMPLATE_WHY_BYTES]);

/* Accepts NULL. */
void template_free(struct template *t);

/*
 * Calls found for each {{t:key}} of the template, so that a test can look for
 * every one of them in every catalogue.
 */
void template_each_key(
	const struct template *t, void (*found)(void *arg, const char *key), void *arg);

/* ---- values of one rendering; they live in the arena */

struct template_scope;

/* NULL when the arena is full. */
struct template_scope *template_scope_new(struct arena *arena);

/*
 * Names and texts are borrowed until the rendering is done. A NULL text is "".
 * When the arena is full these do nothing more, and template_render() says so.
 */
void template_set(struct template_scope *scope, const char *name, const char *text);
void template_flag(struct template_scope *scope, const char *name, bool on);

/* Appends an item to the list of that name. Never NULL. */
struct template_scope *template_item(struct template_scope *scope, const char *name);

typedef const char *(*template_texts)(void *arg, const char *key);

/*
 * Appends the page to out. Returns 0; -ENOMEM when memory or the arena was
 * short; -EMSGSIZE past the ceiling; -ENOENT when a {{name}} or {name} has no
 * value, which is a mistake of ours. out is untouched on failure.
 */
int template_render(const struct template *t, const struct template_scope *values,
	template_texts texts, void *arg, struct evbuffer *out);

/* The escaping alone, as every value goes through it. 0 or -ENOMEM. */
int template_escape(const char *text, struct evbuffer *out);

#endif
