#include "server/follow.h"

#include "server/log.h"

enum {
	SLICE_ROWS = 1000, /* some milliseconds */
	AGAIN = 1,         /* the same row in the next slice: much has run out */
};

struct slice {
	struct desk_file *file;
	struct arena *arena;
	int64_t now_ms;
};

static int
on_row(void *arg, const struct store_row *row)
{
	const struct slice *s = arg;
	int answer;

	arena_reset(s->arena);
	answer = desk_umbrellas_follow(s->file->desk, row, s->now_ms, s->arena);
	s->file->followed = answer == AGAIN ? row->seq - 1 : row->seq;
	return answer;
}

static int
begin(struct desk_file *f)
{
	uint64_t first = 0;
	int fault = 0;

	f->followed = desk_umbrellas_followed(f->desk);
	if (f->followed == 0) {
		fault = store_first_since(
			f->store, desk_umbrellas_wanted_ms(f->desk), &first);
		f->followed = first > 0 ? first - 1 : 0;
	}
	f->n_bad = 0;
	f->is_following = true;
	return fault;
}

static int
end(struct desk_file *f, int64_t now_ms)
{
	int fault = desk_umbrellas_catch_up(f->desk, now_ms);
	struct umbrella_figures figures;

	if (fault != 0) {
		return fault == AGAIN ? 0 : fault;
	}
	f->is_following = false;
	umbrellas_figures(desk_umbrellas(f->desk), &figures);
	log_event(LOG_INFO, "umbrellas.current", "points=%llu open=%llu",
		(unsigned long long)figures.points, (unsigned long long)figures.open);
	if (f->n_bad > 0 || figures.lost > 0) {
		log_event(LOG_WARN, "umbrellas.damaged",
			"rows_left_out=%llu anchors_lost=%llu",
			(unsigned long long)f->n_bad, (unsigned long long)figures.lost);
	}
	return fault;
}

static int
read_slice(struct desk_file *f, struct arena *arena, int64_t now_ms)
{
	struct slice slice = {f, arena, now_ms};
	uint64_t end_seq = store_last_seq(f->store);
	uint64_t last;
	int fault = f->is_following ? 0 : begin(f);

	if (fault < 0) {
		return fault;
	}
	last = end_seq - f->followed > SLICE_ROWS ? f->followed + SLICE_ROWS : end_seq;
	if (f->followed < end_seq) {
		fault = store_visit_log(
			f->store, f->followed + 1, last, &f->n_bad, on_row, &slice);
		if (fault == AGAIN) {
			return 0;
		}
		f->followed = last;
	}
	return fault == 0 && last == end_seq ? end(f, now_ms) : fault;
}

int
follow_write_own(struct desk_file *f, struct arena *arena, bool *changed)
{
	struct umbrella_row own;
	int fault = 0;
	int more = 0;

	while (fault == 0 && (more = desk_own_next(f->desk, arena, &own)) == 1) {
		*changed = true;
		fault = store_append(f->store, &own.row);
		if (fault == 0) {
			fault = store_put_umbrella(f->store, &own.record);
		}
		arena_reset(arena);
	}
	return fault < 0 ? fault : more;
}

int
follow_some(struct desk_file *f, struct arena *arena, int64_t now_ms, bool *changed)
{
	int fault = desk_umbrellas_are_current(f->desk)
			    ? desk_pass_time(f->desk, now_ms)
			    : read_slice(f, arena, now_ms);

	arena_reset(arena);
	return fault < 0 ? fault : follow_write_own(f, arena, changed);
}

uint64_t
follow_behind(const struct desk_file *f)
{
	if (f->desk == NULL || desk_umbrellas_are_current(f->desk)) {
		return 0;
	}
	return store_last_seq(f->store) -
	       (f->is_following ? f->followed : desk_umbrellas_followed(f->desk));
}
