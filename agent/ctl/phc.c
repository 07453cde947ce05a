// SPDX-License-Identifier: GPL-2.0-or-later
/* phc: the clocks of NICs, how they are kept and how far they are apart. */
#include <string.h>

#include "ctl.h"
#include "format.h"
#include "table.h"

/* The members of an array of strings or numbers, with @before each number */
static struct text joined(const json_t *object, const char *key, const char *before)
{
	const json_t *list = json_object_get(object, key), *v;
	struct text t = { "" };
	size_t i, len = 0;

	json_array_foreach(list, i, v) {
		if (len >= sizeof(t.s))
			break;
		if (json_is_integer(v))
			len += (size_t)snprintf(t.s + len, sizeof(t.s) - len, "%s%s%lld", i ? " " : "",
						before, (long long)json_integer_value(v));
		else if (json_is_string(v))
			len += (size_t)snprintf(t.s + len, sizeof(t.s) - len, "%s%.40s", i ? " " : "",
						json_string_value(v));
	}
	return len ? t : (struct text){ "-" };
}

static void show_list(struct ctl *c, const json_t *clocks)
{
	static const struct column columns[] = {
		{ "DEVICE", false, 0 }, { "INTERFACES", false, 0 }, { "STEERING", false, 0 },
		{ "ERROR", true, 0 }, { "FREQUENCY", true, 5 }, { "READ BY", false, 2 },
		{ "READ BOUND", true, 4 }, { "NOISE", true, 6 }, { "SAME OSCILLATOR", false, 1 },
	};
	struct table *t = table_new(columns, ARRAY_SIZE(columns));
	const json_t *p;
	size_t i;

	json_array_foreach(clocks, i, p) {
		table_add(t, member_text(p, "device"));
		table_add(t, joined(p, "interfaces", ""));
		table_add(t, member_text(p, "steering"));
		table_add(t, member_offset(p, "error"));
		table_add(t, member_ratio(p, "frequency"));
		table_add(t, member_text(p, "read_method"));
		table_add(t, member_time(p, "read_bound"));
		table_add(t, member_time(p, "read_noise"));
		table_add(t, joined(p, "same_oscillator", "ptp"));
	}
	table_print(t, c);
	table_free(t);
}

/* Row ahead of column */
static void show_offsets(struct ctl *c, const json_t *clocks)
{
	struct column columns[TABLE_COLUMNS_MAX] = { { "AHEAD OF", false, 0 },
						     { "SYSTEM", true, 0 } };
	struct text title[TABLE_COLUMNS_MAX];
	size_t n = json_array_size(clocks), i, k;
	struct table *t;
	const json_t *p;

	if (n > TABLE_COLUMNS_MAX - 2)
		n = TABLE_COLUMNS_MAX - 2;
	for (k = 0; k < n; k++) {
		snprintf(title[k].s, sizeof(title[k].s), "ptp%.10s",
			 member_count(json_array_get(clocks, k), "index").s);
		columns[k + 2] = (struct column){ title[k].s, true, 0 };
	}
	t = table_new(columns, (unsigned int)n + 2);
	for (i = 0; i < n; i++) {
		p = json_array_get(clocks, i);
		table_add(t, title[i]);
		table_add(t, member_offset(p, "offset"));
		for (k = 0; k < n; k++)
			table_add(t, k == i ? (struct text){ "" } :
				  member_offset(json_object_get(p, "offset_to"), title[k].s + 3));
	}
	table_print(t, c);
	table_free(t);
}

static struct text yes_no(const json_t *object, const char *key)
{
	return member_true(object, key) ? (struct text){ "yes" } : (struct text){ "no" };
}

static void show_capabilities(struct ctl *c, const json_t *clocks)
{
	static const struct column columns[] = {
		{ "DEVICE", false, 0 }, { "MAX FREQUENCY", true, 0 }, { "PINS", true, 0 },
		{ "EXT. STAMPS", true, 0 }, { "OUTPUTS", true, 0 }, { "ALARMS", true, 3 },
		{ "PPS", false, 2 }, { "CROSS STAMPS", false, 4 }, { "SHIFTS PHASE", false, 1 },
	};
	struct table *t = table_new(columns, ARRAY_SIZE(columns));
	const json_t *p;
	size_t i;

	json_array_foreach(clocks, i, p) {
		const json_t *a = json_object_get(p, "capabilities");

		table_add(t, member_text(p, "device"));
		table_add(t, member_ratio(a, "max_frequency"));
		table_add(t, member_count(a, "pins"));
		table_add(t, member_count(a, "external_timestamps"));
		table_add(t, member_count(a, "periodic_outputs"));
		table_add(t, member_count(a, "alarms"));
		table_add(t, yes_no(a, "pps"));
		table_add(t, yes_no(a, "cross_timestamping"));
		table_add(t, yes_no(a, "adjust_phase"));
	}
	table_print(t, c);
	table_free(t);
}

static int show_phc(struct ctl *c, const json_t *clocks)
{
	if (!json_array_size(clocks)) {
		fputs("No clock of a NIC is in use: there is none, it is down, or "
		      "hardware_timestamping = false\n", c->out);
		return CTL_OK;
	}
	show_list(c, clocks);
	fputc('\n', c->out);
	show_offsets(c, clocks);
	fputc('\n', c->out);
	show_capabilities(c, clocks);
	fputs("\nERROR: against what is known of TAI, of clocks that are kept on it.\n", c->out);
	return CTL_OK;
}

int ctl_phc(struct ctl *c, const char *arg)
{
	return ctl_show(c, "phc", NULL, show_phc);
}
