/* page_text - a page set up for a test, and the text of what it makes */
#ifndef TESTS_PAGE_TEXT_H
#define TESTS_PAGE_TEXT_H

#include <stdlib.h>
#include <string.h>

#include "server/page.h"

/* Breaks out of text, attributes, scripts and comments wherever escaping fails. */
#define PAYLOAD "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{key}}{n}-->"

static inline struct page *
new_page(void)
{
	const struct page_options options = {.emergency_number = "112",
		.desk_name = "Comune di Prova",
		.language = "it"};
	struct page *p = page_new(&options);

	assert_non_null(p);
	page_use_exercise(p, "TOKEN-of_exercises");
	return p;
}

/* NUL-terminated; the caller frees it. */
static inline char *
taken(struct evbuffer *out)
{
	size_t bytes = evbuffer_get_length(out);
	char *text = malloc(bytes + 1);

	evbuffer_remove(out, text, bytes);
	text[bytes] = '\0';
	evbuffer_free(out);
	return text;
}

#define assert_has(text, what) assert_non_null(strstr(text, what))
#define assert_lacks(text, what) assert_null(strstr(text, what))

#endif
