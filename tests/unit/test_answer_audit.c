#include "store_kit.h"

#include "server/answer_audit.h"
#include "vedetta/v1/log.pb-c.h"
#include "vedetta/v1/office.pb-c.h"

enum {
	ROWS = 12,
	ARENA_BYTES = 1 << 20,
};

/* Row n: somebody with account 7 looked at incident n. */
static void
log_looks(struct store *s)
{
	assert_int_equal(store_begin(s), 0);
	for (uint64_t seq = 1; seq <= ROWS; seq++) {
		Vedetta__V1__LogAudit log = VEDETTA__V1__LOG_AUDIT__INIT;
		struct store_row row = {.seq = seq,
			.at_ms = NOON_MS + (int64_t)seq,
			.kind = STORE_AUDIT,
			.subject = 7};
		uint8_t body[64];

		log.kind = VEDETTA__V1__AUDIT_KIND__AUDIT_KIND_INCIDENT_SEEN;
		log.incident = 100 + seq;
		row.body = body;
		row.body_bytes = vedetta__v1__log_audit__pack(&log, body);
		assert_int_equal(store_append(s, &row), 0);
	}
	assert_int_equal(store_commit(s), 0);
}

/* Pages of `limit`, each from where the one before said; how many entries in all. */
static size_t
read_all(struct fixture *f, uint32_t limit, uint64_t incident, uint64_t damaged[ROWS],
	size_t *n_damaged)
{
	Vedetta__V1__AuditQuestion asked = VEDETTA__V1__AUDIT_QUESTION__INIT;
	struct store *s = open_reader(f);
	size_t n = 0;
	uint64_t last = UINT64_MAX;

	*n_damaged = 0;
	asked.limit = limit;
	asked.incident = incident;
	do {
		struct arena *arena = arena_new(ARENA_BYTES);
		Vedetta__V1__AuditPage *page;

		store_set_deadline(s, 1000);
		assert_int_equal(answer_audit(s, &asked, arena, &page), 0);
		for (size_t i = 0; i < page->n_entries; i++) {
			const Vedetta__V1__AuditEntry *e = page->entries[i];

			assert_true(e->sequence < last);
			last = e->sequence;
			n++;
			if (e->kind == VEDETTA__V1__AUDIT_KIND__AUDIT_KIND_DAMAGED) {
				assert_null(e->at);
				assert_int_equal(e->account, 0);
				damaged[(*n_damaged)++] = e->sequence;
			} else {
				assert_int_equal(e->incident, 100 + e->sequence);
			}
		}
		asked.before = strtoull(page->next, NULL, 10);
		arena_free(arena);
	} while (asked.before != 0);
	store_close(s);
	return n;
}

static void
a_damaged_row_is_told_wherever_a_page_begins(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	uint64_t damaged[ROWS];
	size_t n_damaged;

	log_looks(s);
	store_close(s);
	assert_int_equal(read_all(f, 3, 0, damaged, &n_damaged), ROWS);
	assert_int_equal(n_damaged, 0);
	meddle(f, "UPDATE log SET body = x'0807' WHERE seq IN (12, 9, 5)");
	for (uint32_t limit = 1; limit <= ROWS + 1; limit++) {
		assert_int_equal(read_all(f, limit, 0, damaged, &n_damaged), ROWS);
		assert_int_equal(n_damaged, 3);
		assert_int_equal(damaged[0], 12);
		assert_int_equal(damaged[1], 9);
		assert_int_equal(damaged[2], 5);
	}
}

static void
what_a_damaged_row_was_about_may_be_what_is_asked_for(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	uint64_t damaged[ROWS];
	size_t n_damaged;

	log_looks(s);
	store_close(s);
	meddle(f, "UPDATE log SET body = x'0807' WHERE seq = 12");
	assert_int_equal(read_all(f, 2, 103, damaged, &n_damaged), 2);
	assert_int_equal(n_damaged, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_damaged_row_is_told_wherever_a_page_begins, make_folder,
			drop_folder),
		cmocka_unit_test_setup_teardown(
			what_a_damaged_row_was_about_may_be_what_is_asked_for,
			make_folder, drop_folder),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
