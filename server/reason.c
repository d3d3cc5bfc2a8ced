#include "server/reason.h"

#include <string.h>

/* clang-format off */
/* A % stands for a value. One code may have several sentences. */
static const struct row {
	const char *code;
	const char *sentence;
} rows[] = {
	/* any message */
	{"required", "is required"},
	{"too_long", "must have % characters at most"},
	{"not_text", "must be UTF-8 text without control characters but newline and tab"},
	{"between", "must be between % and %"},
	{"not_positive", "must be more than 0"},
	{"not_number", "must be a finite number"},
	{"not_number", "must be a number"},
	{"too_large_number", "is too large a number"},
	{"alphabet", "must be made of % only"},
	{"bad_time", "must be a time of the years 1970 to 2099"},
	{"too_many", "must have % elements at most"},
	{"too_many", "must have % numbers at most"},
	{"bad_key", "is not 1 to % bytes long"},
	/* decisions about incidents */
	{"required", "team, person or nobody is required"},
	{"several_reports", "is required: the incident has several reports"},
	{"report_elsewhere", "is not in this incident"},
	{"too_coarse", "is worse than the radius of the report's hazard"},
	{"odd_point", "is 0,0, or has latitude and longitude changed"},
	{"leaves_areas", "is outside your areas: you would see the report no longer. Say `leaves` as well if that is meant"},
	{"no_incident", "is no incident of this desk"},
	{"into_closed", "is closed: reopen it first"},
	{"into_itself", "is this very incident"},
	{"exercise_mixed", "is real and this an exercise, or the other way round"},
	{"all_reports", "are all that the incident has: one must stay"},
	{"too_many_reports", "are more than can go at once"},
	{"is_open", "there is nothing to reopen: the incident is open"},
	{"no_decision", "is no decision about this incident"},
	{"undone_already", "was taken back already"},
	{"no_undo", "cannot be taken back"},
	{"no_reports", "there is none in this incident"},
	{"no_team", "is no team of the duty book, or was removed"},
	/* duty, exercises */
	{"person_required", "name or account is required"},
	{"not_email", "must be name@domain"},
	{"not_https", "must begin with https://"},
	{"required", "one area at least is required"},
	{"required", "one person at least is required"},
	{"required", "one class at least is required"},
	{"required", "one step at least is required"},
	{"required", "is required with POLICY_TARGET_TEAM"},
	{"before_from", "must be after from"},
	{"too_long_shift", "must be % days after from at most"},
	{"no_area", "is no area that was imported"},
	{"unreachable", "cannot be reached: give an e-mail address, a Telegram chat or a webhook, here or with the account, by a means that is set up here"},
	{"no_team", "is no team"},
	{"means_not_set_up", "has a means that is not set up here"},
	{"too_many_records", "there are too many records about duty"},
	{"area_required", "is required: the rota has no entry of yours now"},
	{"within_a_day", "must be within 24 hours from now"},
	{"others_shift", "is somebody else's"},
	{"shift_not_now", "is not now, or was answered already"},
	{"not_on_shift", "is not one you are on"},
	{"exercise_on", "is said while one is on: end that one first"},
	{"other_exercise", "is not that of the one that is on"},
	{"other_exercise", "is not that of the one that is on or was the last"},
	{"nothing_to_test", "are none that could be tested: save one first"},
	{"tested_just_now", "were tested just now: wait a moment"},
	/* accounts */
	{"password_short", "has less than % characters"},
	{"too_long_bytes", "has more than % bytes"},
	{"password_is_name", "is the account's name"},
	{"name_length", "is not % to % characters long"},
	{"name_letters", "is not made of a-z, 0-9, . _ and - after a letter or digit"},
	{"not_a_line", "is not a line of text"},
	{"too_long_text", "is too long"},
	{"no_area", "has what is not the code of an area, nor *"},
	{"no_area", "has a code of no area that was imported"},
	{"too_long", "has more than % characters"},
	{"too_many", "has more than % codes"},
	{"too_many", "has more than % browsers"},
	{"not_https", "is not an address that begins with https://"},
	{"not_web_address", "is not a web address"},
	{"not_email", "is not an e-mail address"},
	{"not_chat", "is not the number of a chat"},
	{"not_subscription", "is not a subscription"},
	{"no_role", "is not a role"},
	{"name_taken", "is another account's already"},
	{"outside_areas", "has what lies outside your own areas"},
	{"last_administrator", "would leave nobody who may change accounts"},
	{"no_provider", "is of no identity provider: the config names none (oidc.issuer)"},
	{"bound_already", "is bound to another account already"},
	{"wrong_password", "is not the password"},
	{"wrong_code", "is not what the authenticator shows now"},
	{"wrong_code", "is not the code of now"},
	{"begun_again", "is not the last one, or was confirmed already"},
};
/* clang-format on */

/* Does the sentence fit the pattern, with out's values where the % stand? */
static bool
fits(const char *pattern, const char *sentence, struct reason *out)
{
	out->n_values = 0;
	for (;;) {
		size_t literal = strcspn(pattern, "%");
		const char *rest, *end;

		if (strncmp(pattern, sentence, literal) != 0) {
			return false;
		}
		sentence += literal;
		if (pattern[literal] == '\0') {
			return *sentence == '\0';
		}
		/* As much as stands before the next word of the pattern. */
		rest = pattern + literal + 1;
		end = sentence + strcspn(sentence, " ");
		while (*end != '\0' && strncmp(end, rest, strcspn(rest, "%")) != 0) {
			end += 1 + strcspn(end + 1, " ");
		}
		if (end == sentence || out->n_values == REASON_VALUES_MOST) {
			return false;
		}
		out->values[out->n_values].at = sentence;
		out->values[out->n_values++].bytes = (size_t)(end - sentence);
		sentence = end;
		pattern = rest;
	}
}

bool
reason_read(const char *sentence, struct reason *out)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (fits(rows[i].sentence, sentence, out)) {
			out->code = rows[i].code;
			return true;
		}
	}
	*out = (struct reason){.code = NULL};
	return false;
}
