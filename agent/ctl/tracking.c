// SPDX-License-Identifier: GPL-2.0-or-later
/* tracking and status: how good the time is, and why. */
#include <string.h>

#include "ctl.h"
#include "format.h"
#include "table.h"

static void line(struct ctl *c, const char *title, const char *text)
{
	fprintf(c->out, "%-14s %s\n", title, text);
}

/* "+1.2 us +- 0.3 us", the second when it is known. */
static struct text with_error(struct text value, struct text error)
{
	struct text t;

	if (!strcmp(error.s, "-") || !strcmp(value.s, "-"))
		return value;
	snprintf(t.s, sizeof(t.s), "%.100s, standard error %.100s", value.s,
		 error.s + (error.s[0] == '+'));
	return t;
}

const char *ctl_clock_line(const json_t *tracking, char *buf, size_t len)
{
	struct text source = member_text(tracking, "source");
	struct text address = member_text(tracking, "address");
	bool local = !strcmp(source.s, "-");

	if (!member_true(tracking, "synchronised"))
		snprintf(buf, len, "NOT synchronised");
	else if (local)
		snprintf(buf, len, "served as local reference, stratum %s",
			 member_count(tracking, "stratum").s);
	else if (!strcmp(address.s, "-") || !strcmp(address.s, source.s))
		snprintf(buf, len, "synchronised to %.200s, stratum %s here", source.s,
			 member_count(tracking, "stratum").s);
	else
		snprintf(buf, len, "synchronised to %.200s (%.100s), stratum %s here", source.s,
			 address.s, member_count(tracking, "stratum").s);
	return buf;
}

static void show_leap(struct ctl *c, const json_t *t)
{
	double pending = 0;
	char text[FORMAT_LEN + 80];

	if (member_number(t, "leap_pending", &pending) && pending != 0)
		snprintf(text, sizeof(text), "a second is %s at %.100s, TAI - UTC %.40s s now",
			 pending > 0 ? "inserted" : "deleted", member_text(t, "leap_time").s,
			 member_count(t, "tai_offset").s);
	else
		snprintf(text, sizeof(text), "none pending, TAI - UTC %.40s s%s",
			 member_count(t, "tai_offset").s,
			 member_true(t, "leap_table_expired") ? " (the leap second table has expired; "
			 "update the package tzdata)" : "");
	line(c, "Leap second", text);
}

/* What both verbs say of the clock. */
static void show_clock(struct ctl *c, const json_t *t)
{
	char text[2 * FORMAT_LEN];
	bool synchronised = member_true(t, "synchronised");
	struct text max_error = member_time(t, "max_error");

	fprintf(c->out, "%-14s %s%s%s%s\n", "Clock",
		state_colour(c, synchronised ? "selected" : "falseticker"),
		ctl_clock_line(t, text, sizeof(text)), colour_off(c),
		member_true(t, "control_clock") ? "" : " (watched only: control_clock = false)");
	line(c, "Maximum error", max_error.s[0] != '-' ? max_error.s : synchronised ?
	     "not known: nothing to compare with" : "not known while not synchronised");
	line(c, "Offset left", with_error(member_offset(t, "offset"),
					  member_time(t, "offset_error")).s);
	line(c, "Frequency", with_error(member_ratio(t, "frequency"),
					member_ratio(t, "frequency_error")).s);
	snprintf(text, sizeof(text), "%s ago", member_duration(t, "reference_age").s);
	line(c, "Last update", text[0] == '-' ? "never" : text);
}

static int show_tracking(struct ctl *c, const json_t *t)
{
	show_clock(c, t);
	line(c, "Reference", member_text(t, "reference_time").s);
	line(c, "Reference id", member_text(t, "reference_id").s);
	line(c, "Leap status", member_text(t, "leap").s);
	line(c, "Root delay", member_time(t, "root_delay").s);
	line(c, "Root disp.", member_time(t, "root_dispersion").s);
	line(c, "Slewing by", member_ratio(t, "slew").s);
	fprintf(c->out, "%-14s %s per root of a second\n", "Wander", member_ratio(t, "wander").s);
	fprintf(c->out, "%-14s %s, the last by %s\n", "Steps", member_count(t, "steps").s,
		member_offset(t, "last_step").s);
	line(c, "Correction", member_offset(t, "correction").s);
	show_leap(c, t);
	return CTL_OK;
}

int ctl_tracking(struct ctl *c, const char *arg)
{
	return ctl_show(c, "tracking", NULL, show_tracking);
}

static bool in_use(const json_t *source)
{
	struct text state = member_text(source, "state");

	return !strcmp(state.s, "selected") || !strcmp(state.s, "combined");
}

/* "2 selected or combined of 5", then a sentence for each of the others. */
static void show_source_summary(struct ctl *c, const json_t *sources)
{
	char text[FORMAT_LEN];
	size_t used = 0, i;
	const json_t *s;

	json_array_foreach(sources, i, s)
		used += in_use(s);
	snprintf(text, sizeof(text), "%zu of %zu in use", used, json_array_size(sources));
	line(c, "Sources", json_array_size(sources) ? text : "none configured");
	json_array_foreach(sources, i, s) {
		fprintf(c->out, "%-14s ", "");
		ctl_source_line(c, s);
	}
}

static void show_serving(struct ctl *c, const json_t *stats)
{
	if (!member_true(stats, "enabled")) {
		line(c, "Serving", "nobody");
		return;
	}
	fprintf(c->out, "%-14s %s clients, %s requests, %s denied, %s rate limited\n", "Serving",
		member_count(stats, "clients").s, member_count(stats, "requests").s,
		member_count(stats, "denied").s, member_count(stats, "rate_limited").s);
}

int ctl_status_text(struct ctl *c, const json_t *status)
{
	const json_t *d = json_object_get(status, "daemon"), *t = json_object_get(status, "tracking");

	show_clock(c, t);
	show_leap(c, t);
	show_source_summary(c, json_object_get(status, "sources"));
	show_serving(c, json_object_get(status, "serverstats"));
	fprintf(c->out, "%-14s as-timesyncd %s, running for %s, %s\n", "Daemon",
		member_text(d, "program_version").s, member_duration(d, "uptime").s,
		member_text(d, "config_file").s);
	return CTL_OK;
}

int ctl_status(struct ctl *c, const char *arg)
{
	return ctl_show(c, "status", NULL, ctl_status_text);
}
