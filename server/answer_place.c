#include "server/answer_place.h"

#include <errno.h>
#include <string.h>

#include "geo/area.h"
#include "geo/store_area.h"

enum {
	HOPS_MAX = 16,
	CODES_MOST = AREA_LEAVES_MOST * AREA_CHAIN_MOST,
};

/* The incident it is in now, through moves and merges. */
static int
find_incident(struct store *store, uint64_t number, uint64_t incident,
	struct store_incident *out)
{
	struct store_row move;
	int answer = store_read_move(store, number, &move);

	if (answer == 0) {
		incident = move.subject;
	} else if (answer != STORE_NONE) {
		return answer;
	}
	answer = STORE_NONE;
	for (int hops = 0; hops < HOPS_MAX && incident != 0; hops++) {
		answer = store_read_incident(store, incident, out);
		incident = answer == 0 ? out->merged_into : 0;
	}
	return answer;
}

static bool
has(const Vedetta__V1__ReceiptPlace *p, const char *code)
{
	for (size_t i = 0; i < p->n_areas; i++) {
		if (strcmp(p->areas[i], code) == 0) {
			return true;
		}
	}
	return false;
}

/* The code and those above it, each once. 0, a store answer or -errno. */
static int
climb(struct store *store, char code[AREA_CODE_BYTES], struct arena *arena,
	Vedetta__V1__ReceiptPlace *p)
{
	int answer = 0;

	for (int height = 0; height < AREA_CHAIN_MOST && code[0] != '\0' &&
			     !has(p, code) && p->n_areas < CODES_MOST;
		height++) {
		p->areas[p->n_areas] = arena_copy(arena, code, strlen(code));
		if (p->areas[p->n_areas] == NULL) {
			return -ENOMEM;
		}
		p->n_areas++;
		answer = store_read_area_parent(store, code, code);
		if (answer != 0) {
			break;
		}
	}
	return answer == STORE_NONE ? 0 : answer;
}

int
answer_place(struct store *store, uint64_t number, uint64_t incident,
	struct arena *arena, Vedetta__V1__ReceiptPlace **out)
{
	struct store_incident record;
	Vedetta__V1__ReceiptPlace *p = arena_alloc(arena, sizeof(*p));
	const char *at;
	char *areas;
	int answer = find_incident(store, number, incident, &record);

	*out = NULL;
	if (answer != 0) {
		return answer == STORE_NONE ? 0 : answer;
	}
	/* The record goes with the next read. */
	at = record.areas != NULL ? record.areas : "";
	areas = arena_copy(arena, at, strlen(at));
	if (p == NULL || areas == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__receipt_place__init(p);
	p->known = record.area_fit != 0;
	p->class_ = record.class_no;
	p->areas = arena_alloc(arena, CODES_MOST * sizeof(p->areas[0]));
	if (p->areas == NULL) {
		return -ENOMEM;
	}
	while (answer == 0 && *areas != '\0') {
		size_t bytes = strcspn(areas, " ");
		size_t star = areas[0] == '*' ? 1 : 0;
		char code[AREA_CODE_BYTES] = "";

		if (bytes - star < sizeof(code)) {
			memcpy(code, areas + star, bytes - star);
		}
		answer = climb(store, code, arena, p);
		areas += bytes + (areas[bytes] == ' ' ? 1 : 0);
	}
	*out = p;
	return answer;
}
