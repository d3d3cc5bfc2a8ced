#include "server/area_property.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *code;
	const char *name;
	enum area_level level;
} istat[] = {
	{"com_istat_code", "name", AREA_MUNICIPALITY},
	{"prov_istat_code", "prov_name", AREA_PROVINCE},
	{"reg_istat_code", "reg_name", AREA_REGION},
};

enum {
	ISTAT_LEVELS = sizeof(istat) / sizeof(istat[0]),
};

/*
 * What would steer the terminal of whoever reads the list: C0 and DEL. C1 comes in
 * files of Italy: what a wrong code page made of a letter.
 */
static bool
has_controls(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
		if (*c < 0x20 || *c == 0x7f) {
			return true;
		}
	}
	return false;
}

/* Copies a string, or an integer as decimals. False: there is none that can be used. */
static bool
copy_text(char *to, size_t room, const json_t *from)
{
	int n = -1;

	if (json_is_string(from)) {
		n = snprintf(to, room, "%s", json_string_value(from));
		if (strlen(json_string_value(from)) != json_string_length(from)) {
			n = -1; /* a NUL inside */
		}
	} else if (json_is_integer(from)) {
		n = snprintf(
			to, room, "%" JSON_INTEGER_FORMAT, json_integer_value(from));
	}
	if (n <= 0 || (size_t)n >= room || has_controls(to)) {
		to[0] = '\0';
		return false;
	}
	return true;
}

static bool
copy_code(char to[AREA_CODE_BYTES], const json_t *from)
{
	return copy_text(to, AREA_CODE_BYTES, from) && area_code_is_good(to);
}

static void
refuse_code(struct area_feature *f, const char *property)
{
	(void)snprintf(f->refused, sizeof(f->refused),
		"no code in property %.60s, or one too long, with spaces, *, + or "
		"control characters, or \"unassigned\"",
		property);
}

static void
refuse_name(struct area_feature *f, const char *property)
{
	(void)snprintf(f->refused, sizeof(f->refused),
		"no name in property %.60s, or one too long or with control characters",
		property);
}

static void
read_mapped(const json_t *properties, const struct area_mapping *mapping,
	struct area_feature *f)
{
	struct area *a = &f->area;
	const json_t *parent;

	a->level = mapping->level;
	if (!copy_code(a->code, json_object_get(properties, mapping->code))) {
		refuse_code(f, mapping->code);
		return;
	}
	if (!copy_text(a->name, sizeof(a->name),
		    json_object_get(properties, mapping->name))) {
		refuse_name(f, mapping->name);
		return;
	}
	parent = mapping->parent == NULL ? NULL
					 : json_object_get(properties, mapping->parent);
	if (parent != NULL && !json_is_null(parent) &&
		!copy_code(a->parent_code, parent)) {
		refuse_code(f, mapping->parent);
	}
}

static bool
read_level(const json_t *properties, size_t i, struct area *a)
{
	*a = (struct area){.level = istat[i].level, .residents = -1};
	return copy_code(a->code, json_object_get(properties, istat[i].code)) &&
	       copy_text(a->name, sizeof(a->name),
		       json_object_get(properties, istat[i].name));
}

static void
read_istat(const json_t *properties, struct area_feature *f)
{
	struct area chain[ISTAT_LEVELS + 1];
	size_t n = 0;

	for (size_t i = 0; i < ISTAT_LEVELS; i++) {
		if (read_level(properties, i, &chain[n])) {
			n++;
		}
	}
	if (n == 0) {
		(void)snprintf(f->refused, sizeof(f->refused),
			"it has none of ISTAT's codes and names; say which "
			"properties with --code, --name and --level");
		return;
	}
	chain[n++] = (struct area){
		.code = "IT", .name = "Italia", .level = AREA_NATION, .residents = -1};
	for (size_t i = 0; i + 1 < n; i++) {
		memcpy(chain[i].parent_code, chain[i + 1].code, AREA_CODE_BYTES);
	}
	f->area = chain[0];
	f->n_ancestors = n - 1;
	memcpy(f->ancestors, chain + 1, (n - 1) * sizeof(chain[0]));
}

void
area_property_read(const json_t *properties, const struct area_mapping *mapping,
	struct area_feature *f)
{
	if (mapping->level != 0) {
		read_mapped(properties, mapping, f);
	} else {
		read_istat(properties, f);
	}
}
