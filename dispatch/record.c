#include "dispatch/record.h"

#include <errno.h>

#include "proto/pack.h"
#include "vedetta/v1/log.pb-c.h"

/* What stays for ever. */
int
record_folded(const Vedetta__V1__ReportInput *input, uint64_t into, struct arena *arena,
	struct record_parts *out)
{
	const Vedetta__V1__Report *said = input->report;
	Vedetta__V1__LogReport log = VEDETTA__V1__LOG_REPORT__INIT;
	Vedetta__V1__Report kept = VEDETTA__V1__REPORT__INIT;

	kept.hazard = said->hazard;
	kept.about = said->about;
	kept.signs = said->signs;
	kept.lang = said->lang;
	kept.claimed_at = said->claimed_at;
	log.report = &kept;
	log.channel = input->channel;
	log.cross_site = input->cross_site;
	log.exercise = input->exercise;
	log.tokened = input->tokened;
	log.author = input->author;
	log.account = input->account;
	log.folded_into = into;
	out->body = pack_message(&log.base, arena, &out->body_bytes);
	return out->body == NULL ? -ENOMEM : 0;
}

int
record_body(const Vedetta__V1__ReportInput *input, struct arena *arena,
	struct record_parts *out)
{
	const Vedetta__V1__Report *said = input->report;
	Vedetta__V1__Report personal = VEDETTA__V1__REPORT__INIT;
	int r;

	*out = (struct record_parts){.body = NULL};
	r = record_folded(input, 0, arena, out);
	personal.place = said->place;
	personal.text = said->text;
	personal.contact = said->contact;

	out->personal = pack_message(&personal.base, arena, &out->personal_bytes);
	if (r < 0 || out->personal == NULL) {
		return -ENOMEM;
	}
	if (out->personal_bytes == 0) {
		out->personal = NULL;
	}
	return 0;
}

int
record_read(const struct record_parts *parts, struct arena *arena, struct record *out)
{
	ProtobufCAllocator *from = arena_allocator(arena);
	Vedetta__V1__LogReport *log;
	Vedetta__V1__Report *personal;

	log = vedetta__v1__log_report__unpack(from, parts->body_bytes, parts->body);
	if (log == NULL || log->report == NULL) {
		return RECORD_BAD;
	}
	if (parts->personal != NULL) {
		personal = vedetta__v1__report__unpack(
			from, parts->personal_bytes, parts->personal);
		if (personal == NULL) {
			return RECORD_BAD;
		}
		log->report->place = personal->place;
		log->report->text = personal->text;
		log->report->contact = personal->contact;
	}
	*out = (struct record){
		.report = log->report,
		.channel = log->channel,
		.cross_site = log->cross_site,
		.exercise = log->exercise,
		.tokened = log->tokened,
		.author = log->author,
		.folded_into = log->folded_into,
	};
	return 0;
}

Vedetta__V1__Report *
record_personal(const uint8_t *personal, size_t bytes, struct arena *arena)
{
	return personal == NULL ? NULL
				: vedetta__v1__report__unpack(
					  arena_allocator(arena), bytes, personal);
}

int
record_point(const uint8_t *personal, size_t bytes, struct arena *arena,
	struct geo_point *out)
{
	Vedetta__V1__Report *said = record_personal(personal, bytes, arena);

	if (said == NULL || said->place == NULL || said->place->point == NULL) {
		return RECORD_BAD;
	}
	*out = (struct geo_point){
		said->place->point->lat_deg, said->place->point->lon_deg};
	return 0;
}
