// SPDX-License-Identifier: GPL-2.0-or-later
/* ptp: the PTP instances of this host and their ports. */
#include <string.h>

#include "ctl.h"
#include "format.h"
#include "table.h"

static struct text of(const json_t *object, const char *group, const char *key)
{
	return member_text(json_object_get(object, group), key);
}

static struct text counter(const json_t *port, const char *group, const char *key)
{
	const json_t *counters = json_object_get(port, "counters");

	return member_count(group ? json_object_get(counters, group) : counters, key);
}

/* Counts of the kernel module for the same thing as one of the daemon, at most three */
struct share {
	const char *key[3];
};

/* By the daemon and by the kernel module together, where that has such counts */
static struct text sum(const json_t *port, const char *group, const char *key, struct share kernel)
{
	const json_t *counters = json_object_get(port, "counters");
	const json_t *own = json_object_get(group ? json_object_get(counters, group) : counters, key);
	const json_t *its = json_object_get(port, "kernel");
	struct text t = counter(port, group, key);
	json_int_t n = json_integer_value(own);

	for (unsigned int i = 0; i < ARRAY_SIZE(kernel.key) && kernel.key[i]; i++)
		n += json_integer_value(json_object_get(its, kernel.key[i]));
	if (json_is_integer(own) && json_is_object(its))
		snprintf(t.s, sizeof(t.s), "%lld", (long long)n);
	return t;
}

/* How many clients the module serves; "-" where it does not. */
static struct text kernel_clients(const json_t *port)
{
	const json_t *kernel = json_object_get(port, "kernel");
	struct text none = { .s = "-" };

	return member_true(kernel, "serving") ? member_count(kernel, "clients") : none;
}

/* Its own, else why it is not the module's */
static struct text trouble(const json_t *port)
{
	const json_t *kernel = json_object_get(port, "kernel");

	return member_text(json_is_null(json_object_get(port, "trouble")) && kernel ? kernel : port,
			   "trouble");
}

static void show_clock(struct ctl *c, const json_t *clock)
{
	const json_t *parent = json_object_get(clock, "parent"), *q = json_object_get(parent, "quality");
	const json_t *time = json_object_get(clock, "time");

	fprintf(c->out, "Domain %s, profile %s, clock %s\n", member_count(clock, "domain").s,
		member_text(clock, "profile").s, member_text(clock, "clock_identity").s);
	if (member_true(clock, "is_grandmaster"))
		fprintf(c->out, "  Follows nobody%s\n", member_true(clock, "receiver_only") ?
			"; time-receiver only" : "; is the grandmaster");
	else
		fprintf(c->out, "  Follows %s, offset %s\n  Grandmaster %s, %s steps away\n",
			of(clock, "parent", "port_identity").s, member_offset(clock, "offset").s,
			of(clock, "parent", "grandmaster").s, member_count(parent, "steps_removed").s);
	if (!member_true(clock, "is_grandmaster") && member_true(clock, "gives_own_time"))
		fputs("  Announces its own time: the host's is not made of the parent's\n", c->out);
	fprintf(c->out, "  Class %s, accuracy %s, priority1 %s, priority2 %s; TAI - UTC %s s%s%s\n",
		member_count(q, "class").s, member_time(q, "accuracy").s,
		member_count(q, "priority1").s, member_count(q, "priority2").s,
		member_count(time, "utc_offset").s,
		member_true(time, "utc_offset_valid") ? "" : " (not sure)",
		member_true(time, "time_traceable") ? ", traceable" : "");
}

static void show_metadata(struct ctl *c, const json_t *m)
{
	const json_t *rate = json_object_get(m, "frame_rate");

	if (!json_is_object(m))
		return;
	fprintf(c->out, "  Media: %" JSON_INTEGER_FORMAT "/%" JSON_INTEGER_FORMAT
		" frames a second%s, %s, local time %s s ahead\n",
		json_integer_value(json_array_get(rate, 0)),
		json_integer_value(json_array_get(rate, 1)),
		member_true(m, "drop_frame") ? " (drop frame)" : "", member_text(m, "locking").s,
		member_count(m, "local_offset").s);
}

static void show_ports(struct ctl *c, const json_t *ports)
{
	static const struct column columns[] = {
		{ "PORT", true, 0 }, { "INTERFACE", false, 0 }, { "STATE", false, 0 },
		{ "TRANSPORT", false, 4 }, { "DELAY", false, 3 }, { "STAMPS", false, 6 },
		{ "PATH DELAY", true, 9 }, { "SYNC IN", true, 8 }, { "SYNC OUT", true, 8 },
		{ "REQ IN", true, 5 }, { "LOST STAMPS", true, 7 }, { "IN KERNEL", true, 2 },
		{ "TROUBLE", false, 1 },
	};
	struct table *t = table_new(columns, ARRAY_SIZE(columns));
	const json_t *p;
	size_t i;

	json_array_foreach(ports, i, p) {
		table_add(t, member_count(p, "port"));
		table_add(t, member_text(p, "interface"));
		table_add(t, member_text(p, "state"));
		table_add(t, member_text(p, "transport"));
		table_add(t, member_text(p, "delay_mechanism"));
		table_add(t, member_text(p, "stamps"));
		table_add(t, member_time(p, "path_delay"));
		table_add(t, sum(p, "received", "sync", (struct share){ { "csptp_syncs" } }));
		table_add(t, sum(p, "sent", "sync", (struct share){
				 { "syncs", "sptp_syncs", "csptp_syncs" } }));
		table_add(t, sum(p, "received", "delay_req", (struct share){
				 { "delay_responses", "sptp_syncs" } }));
		table_add(t, sum(p, NULL, "lost_stamps", (struct share){ { "lost_stamps" } }));
		table_add(t, kernel_clients(p));
		table_add(t, trouble(p));
	}
	table_print(t, c);
	table_free(t);
}

static int show_ptp(struct ctl *c, const json_t *clocks)
{
	const json_t *clock;
	size_t i;

	if (!json_array_size(clocks))
		fputs("PTP is not configured; add sources = ( { protocol = \"ptp\"; interface = "
		      "\"eth0\"; } ) or serve_ptp, and run as-timesyncctl reload\n", c->out);
	json_array_foreach(clocks, i, clock) {
		if (i)
			fputc('\n', c->out);
		show_clock(c, clock);
		show_metadata(c, json_object_get(clock, "smpte"));
		show_ports(c, json_object_get(clock, "ports"));
	}
	return CTL_OK;
}

int ctl_ptp_overview(struct ctl *c)
{
	return ctl_show(c, "ptp", NULL, show_ptp);
}
