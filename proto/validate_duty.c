/* validate_duty - what holds between the fields of what is set about duty */
#include <stdio.h>
#include <string.h>

#include "proto/validate.h"

static bool
is_said(const char *text)
{
	return text != NULL && text[0] != '\0';
}

static int
answer(const struct trouble *trouble, size_t before)
{
	return trouble->n_found > before ? VALIDATE_REFUSED : 0;
}

/* Under the field's own path, which ends in a dot or is a list's element. */
static void
check_person(
	const Vedetta__V1__DutyPerson *p, const char *path, struct trouble *trouble)
{
	char field[TROUBLE_FIELD_BYTES];
	const char *at = is_said(p->email) ? strchr(p->email, '@') : NULL;

	if (!is_said(p->account) && !is_said(p->name)) {
		(void)snprintf(field, sizeof(field), "%s.name", path);
		trouble_add(trouble, field, "name or account is required");
	}
	if (is_said(p->email) && (at == NULL || at == p->email || at[1] == '\0' ||
					 strchr(at + 1, '@') != NULL)) {
		(void)snprintf(field, sizeof(field), "%s.email", path);
		trouble_add(trouble, field, "must be name@domain");
	}
	if (is_said(p->webhook) && strncmp(p->webhook, "https://", 8) != 0) {
		(void)snprintf(field, sizeof(field), "%s.webhook", path);
		trouble_add(trouble, field, "must begin with https://");
	}
}

static void
check_people(Vedetta__V1__DutyPerson *const *people, size_t n, struct trouble *trouble)
{
	char path[32];

	for (size_t i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "people[%zu]", i);
		check_person(people[i], path, trouble);
	}
}

int
validate_team(const Vedetta__V1__Team *t, struct trouble *trouble)
{
	size_t before = trouble->n_found;

	validate_message(&t->base, trouble);
	if (t->removed && t->id != 0) {
		return answer(trouble, before);
	}
	if (!is_said(t->name)) {
		trouble_add(trouble, "name", "is required");
	}
	if (t->n_areas == 0) {
		trouble_add(trouble, "areas", "one area at least is required");
	}
	check_people(t->people, t->n_people, trouble);
	return answer(trouble, before);
}

int
validate_shift(const Vedetta__V1__Shift *s, struct trouble *trouble)
{
	size_t before = trouble->n_found;

	validate_message(&s->base, trouble);
	if (s->answered_at != NULL) {
		trouble_add(trouble, "answeredAt", "is set by POST /v1/duty");
	}
	if (s->left_at != NULL) {
		trouble_add(trouble, "leftAt", "is set by POST /v1/duty");
	}
	if (s->removed && s->id != 0) {
		return answer(trouble, before);
	}
	if (!is_said(s->area)) {
		trouble_add(trouble, "area", "is required");
	}
	if (s->person == NULL) {
		trouble_add(trouble, "person", "is required");
	} else {
		check_person(s->person, "person", trouble);
	}
	if (s->from == NULL) {
		trouble_add(trouble, "from", "is required");
	}
	if (s->to == NULL) {
		trouble_add(trouble, "to", "is required");
	} else if (s->from != NULL && s->to->seconds <= s->from->seconds) {
		trouble_add(trouble, "to", "must be after from");
	} else if (s->from != NULL &&
		   s->to->seconds - s->from->seconds > DUTY_SHIFT_MAX_S) {
		trouble_add(trouble, "to", "must be %d days after from at most",
			DUTY_SHIFT_MAX_S / 86400);
	}
	return answer(trouble, before);
}

int
validate_on_call(const Vedetta__V1__OnCall *list, struct trouble *trouble)
{
	size_t before = trouble->n_found;

	validate_message(&list->base, trouble);
	if (list->removed && list->id != 0) {
		return answer(trouble, before);
	}
	if (!is_said(list->area)) {
		trouble_add(trouble, "area", "is required");
	}
	if (list->n_people == 0) {
		trouble_add(trouble, "people", "one person at least is required");
	}
	check_people(list->people, list->n_people, trouble);
	return answer(trouble, before);
}

static void
check_step(const Vedetta__V1__PolicyStep *step, size_t i, struct trouble *trouble)
{
	char path[32];
	bool is_team = step->to == VEDETTA__V1__POLICY_TARGET__POLICY_TARGET_TEAM;

	if (step->to == VEDETTA__V1__POLICY_TARGET__POLICY_TARGET_UNSPECIFIED) {
		(void)snprintf(path, sizeof(path), "steps[%zu].to", i);
		trouble_add(trouble, path, "is required");
	} else if (is_team != (step->team != 0)) {
		(void)snprintf(path, sizeof(path), "steps[%zu].team", i);
		trouble_add(trouble, path,
			is_team ? "is required with POLICY_TARGET_TEAM"
				: "goes with POLICY_TARGET_TEAM only");
	}
}

int
validate_policy(const Vedetta__V1__Policy *p, struct trouble *trouble)
{
	size_t before = trouble->n_found;

	validate_message(&p->base, trouble);
	if (p->removed && p->id != 0) {
		return answer(trouble, before);
	}
	if (!is_said(p->area)) {
		trouble_add(trouble, "area", "is required");
	}
	if (p->n_classes == 0) {
		trouble_add(trouble, "classes", "one class at least is required");
	}
	if (p->n_steps == 0) {
		trouble_add(trouble, "steps", "one step at least is required");
	} else if (p->n_steps > DUTY_STEPS_MOST) {
		trouble_add(trouble, "steps", "must have %d elements at most",
			DUTY_STEPS_MOST);
	}
	for (size_t i = 0; i < p->n_steps && i < DUTY_STEPS_MOST; i++) {
		check_step(p->steps[i], i, trouble);
	}
	return answer(trouble, before);
}

int
validate_exercise_change(const Vedetta__V1__ExerciseChange *c, struct trouble *trouble)
{
	size_t before = trouble->n_found;

	validate_message(&c->base, trouble);
	if (c->on && !is_said(c->name)) {
		trouble_add(trouble, "name", "is required");
	}
	if (!c->on && (is_said(c->name) || c->minutes != 0)) {
		trouble_add(trouble, "on", "is required with a name or minutes");
	}
	if (c->on && c->leave_open) {
		trouble_add(trouble, "leaveOpen", "goes with the end of one only");
	}
	return answer(trouble, before);
}

int
validate_duty_answer(const Vedetta__V1__DutyAnswer *a, struct trouble *trouble)
{
	size_t before = trouble->n_found;

	validate_message(&a->base, trouble);
	if (a->shift != 0 && is_said(a->area)) {
		trouble_add(trouble, "area", "goes without shift only");
	}
	if (a->exercise && (a->shift != 0 || is_said(a->area))) {
		trouble_add(trouble, "exercise", "goes without shift and area only");
	}
	return answer(trouble, before);
}
