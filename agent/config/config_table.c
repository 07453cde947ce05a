// SPDX-License-Identifier: GPL-2.0-or-later
#include "config_table.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAME_LEN = 40 };

const char *config_setting_path(const config_setting_t *s, char *buf, size_t len)
{
	char parent[192] = "";
	const config_setting_t *up = config_setting_parent(s);

	if (up && !config_setting_is_root(up))
		config_setting_path(up, parent, sizeof(parent));
	if (config_setting_name(s))
		snprintf(buf, len, "%s%s%.*s", parent, parent[0] ? "." : "", NAME_LEN,
			 config_setting_name(s));
	else
		snprintf(buf, len, "%s[%d]", parent, up ? config_setting_index(s) : 0);
	return buf;
}

int config_setting_line(const struct config_loader *l, const config_setting_t *s)
{
	int line;

	config_text_where(&l->text, config_setting_source_line(s), &line);
	return line;
}

int config_fail(struct config_loader *l, const config_setting_t *s, const char *key,
		const char *fmt, ...)
{
	char text[1024], path[256];
	const char *file;
	va_list ap;
	int line;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	file = config_text_where(&l->text, config_setting_source_line(s), &line);
	return config_fail_at(&l->err, file, line,
			      key ? key : config_setting_path(s, path, sizeof(path)), "%s", text);
}

static const char *type_name(const config_setting_t *s)
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_GROUP:
		return "a group {...}";
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return "an integer";
	case CONFIG_TYPE_FLOAT:
		return "a number with a fraction";
	case CONFIG_TYPE_STRING:
		return "a string";
	case CONFIG_TYPE_BOOL:
		return "a boolean";
	case CONFIG_TYPE_ARRAY:
		return "an array [...]";
	case CONFIG_TYPE_LIST:
		return "a list (...)";
	}
	return "nothing known";
}

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int m = a < b ? a : b;

	return m < c ? m : c;
}

/* Levenshtein distance, blind to case; both at most NAME_LEN long. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[NAME_LEN + 1], n = (unsigned int)strlen(b);

	for (unsigned int j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned int i = 0; a[i]; i++) {
		unsigned int diagonal = row[0];

		row[0] = i + 1;
		for (unsigned int j = 0; j < n; j++) {
			unsigned int cost = tolower((unsigned char)a[i]) !=
					    tolower((unsigned char)b[j]);
			unsigned int up = row[j + 1];

			row[j + 1] = min3(up + 1, row[j] + 1, diagonal + cost);
			diagonal = up;
		}
	}
	return row[n];
}

static int unknown_key(struct config_loader *l, const config_setting_t *s,
		       const struct config_key *keys, size_t n)
{
	const char *name = config_setting_name(s), *best = NULL;
	unsigned int least = 4;
	char known[512] = "";
	size_t len = 0;

	for (size_t i = 0; i < n && strlen(name) <= NAME_LEN; i++) {
		unsigned int d = distance(name, keys[i].name);

		if (d < least && 2 * d < strlen(keys[i].name)) {
			least = d;
			best = keys[i].name;
		}
	}
	if (best)
		return config_fail(l, s, NULL, "unknown key; did you mean %s?", best);
	for (size_t i = 0; i < n && len < sizeof(known); i++)
		len += (size_t)snprintf(known + len, sizeof(known) - len, "%s%s", i ? ", " : "",
					keys[i].name);
	return config_fail(l, s, NULL, "unknown key; the keys here are %s", known);
}

static bool is_number(const config_setting_t *s, double *v)
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		*v = (double)config_setting_get_int64(s);
		return true;
	case CONFIG_TYPE_FLOAT:
		*v = config_setting_get_float(s);
		return true;
	}
	return false;
}

static int set_int(struct config_loader *l, const config_setting_t *s, const struct config_key *k,
		   char *member)
{
	long long v;
	int type = config_setting_type(s);

	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
		return config_fail(l, s, NULL, "is %s; write an integer from %.0f to %.0f",
				   type_name(s), k->min, k->max);
	v = config_setting_get_int64(s);
	if ((double)v < k->min || (double)v > k->max)
		return config_fail(l, s, NULL, "%lld is impossible; write an integer from %.0f to "
				   "%.0f", v, k->min, k->max);
	switch (k->size) {
	case 1:
		*(s8 *)member = (s8)v;
		return 0;
	case 2:
		*(u16 *)member = (u16)v;
		return 0;
	case 4:
		*(s32 *)member = (s32)v;
		return 0;
	default:
		*(s64 *)member = v;
		return 0;
	}
}

static int set_real(struct config_loader *l, const config_setting_t *s, const struct config_key *k,
		    double *member)
{
	double v;

	if (!is_number(s, &v))
		return config_fail(l, s, NULL, "is %s; write a number of seconds from %g to %g",
				   type_name(s), k->min, k->max);
	if (!(v >= k->min && v <= k->max))
		return config_fail(l, s, NULL, "%g is impossible; write a number of seconds from %g "
				   "to %g", v, k->min, k->max);
	*member = v * k->scale;
	return 0;
}

static int set_choice(struct config_loader *l, const config_setting_t *s,
		      const struct config_key *k, char *member)
{
	char want[128] = "write ";
	const char *v = NULL;
	size_t len = strlen(want);

	if (config_setting_type(s) == CONFIG_TYPE_STRING)
		v = config_setting_get_string(s);
	for (int i = 0; k->choice[i]; i++) {
		if (v && !strcmp(v, k->choice[i])) {
			if (k->size == sizeof(bool))
				*(bool *)member = i;
			else
				*(int *)member = i;
			return 0;
		}
		len += (size_t)snprintf(want + len, sizeof(want) - len, "%s\"%s\"",
					i ? " or " : "", k->choice[i]);
	}
	if (!v)
		return config_fail(l, s, NULL, "is %s; %s", type_name(s), want);
	return config_fail(l, s, NULL, "\"%.64s\" is impossible; %s", v, want);
}

static int set_key(struct config_loader *l, const config_setting_t *s, const struct config_key *k,
		   void *obj)
{
	char *member = (char *)obj + k->offset;

	switch (k->kind) {
	case KEY_BOOL:
		if (config_setting_type(s) != CONFIG_TYPE_BOOL)
			return config_fail(l, s, NULL, "is %s; write true or false", type_name(s));
		*(bool *)member = config_setting_get_bool(s);
		return 0;
	case KEY_INT:
		return set_int(l, s, k, member);
	case KEY_REAL:
		return set_real(l, s, k, (double *)(void *)member);
	case KEY_CHOICE:
		return set_choice(l, s, k, member);
	case KEY_CUSTOM:
		return k->set(l, s, obj);
	}
	return -EINVAL;
}

int config_walk(struct config_loader *l, const config_setting_t *group,
		const struct config_key *keys, size_t n, void *obj)
{
	if (config_setting_type(group) != CONFIG_TYPE_GROUP)
		return config_fail(l, group, NULL, "is %s; write a group { key = value; ... }",
				   type_name(group));
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned int)i);
		size_t k = 0;
		int r;

		while (k < n && strcmp(config_setting_name(s), keys[k].name))
			k++;
		r = k < n ? set_key(l, s, &keys[k], obj) : unknown_key(l, s, keys, n);
		if (r)
			return r;
	}
	return 0;
}

int config_set_early(struct config_loader *l, const config_setting_t *group, const char *name,
		     const struct config_key *keys, size_t n, void *obj)
{
	const config_setting_t *s = config_setting_get_member(group, name);

	for (size_t k = 0; s && k < n; k++)
		if (!strcmp(keys[k].name, name))
			return set_key(l, s, &keys[k], obj);
	return 0;
}

const char *config_string(struct config_loader *l, const config_setting_t *s, const char *want)
{
	if (config_setting_type(s) == CONFIG_TYPE_STRING)
		return config_setting_get_string(s);
	config_fail(l, s, NULL, "is %s; write %s", type_name(s), want);
	return NULL;
}

int config_strings(struct config_loader *l, const config_setting_t *s, unsigned int max,
		   const char *want,
		   int (*each)(struct config_loader *l, const config_setting_t *s,
			       const char *text, void *obj), void *obj)
{
	int type = config_setting_type(s);

	if (type == CONFIG_TYPE_STRING)
		return each(l, s, config_setting_get_string(s), obj);
	if (type != CONFIG_TYPE_ARRAY && type != CONFIG_TYPE_LIST)
		return config_fail(l, s, NULL, "is %s; write %s", type_name(s), want);
	if (config_setting_length(s) > (int)max)
		return config_fail(l, s, NULL, "has %d entries; at most %u are possible",
				   config_setting_length(s), max);
	for (int i = 0; i < config_setting_length(s); i++) {
		const config_setting_t *e = config_setting_get_elem(s, (unsigned int)i);
		const char *text = config_string(l, e, want);
		int r = text ? each(l, e, text, obj) : -EINVAL;

		if (r)
			return r;
	}
	return 0;
}
