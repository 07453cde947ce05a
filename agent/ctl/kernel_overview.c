// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel without more words: the module, and what it does at the moment. */
#include <stdio.h>
#include <string.h>

#include "ctl/format.h"
#include "ctl/kernel.h"
#include "ctl/kernel_json.h"
#include "ctl/table.h"

static const struct {
	const char *key;
	int (*get)(struct genl *g, json_t **out);
} sections[] = {
	{ "server", kernel_json_server }, { "attachments", kernel_json_attachments },
	{ "ptp_ports", kernel_json_ptp_ports },
	{ "interfaces", kernel_json_interfaces }, { "taps", kernel_json_taps },
	{ "phcs", kernel_json_phcs }, { "servos", kernel_json_servos },
};

/* CTL_OK with all of it in *out. */
static int collect(struct ctl *c, struct genl *g, json_t **out)
{
	struct kernel_caps caps;
	int r = kernel_caps_get(g, &caps);
	json_t *part;

	*out = NULL;
	if (r)
		return kernel_failed(c, g, r, "the kernel module");
	*out = json_object();
	json_object_set_new(*out, "module", kernel_json_caps(&caps));
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		r = sections[i].get(g, &part);
		json_object_set_new(*out, sections[i].key, part);
		if (r)
			return kernel_failed(c, g, r, sections[i].key);
	}
	return CTL_OK;
}

static void show_words(struct ctl *c, const char *title, const json_t *words)
{
	const json_t *w;
	size_t i;

	fprintf(c->out, "%-12s", title);
	json_array_foreach(words, i, w)
		fprintf(c->out, "%s%s", i ? ", " : "", json_string_value(w));
	fputc('\n', c->out);
}

static void show_server(struct ctl *c, const json_t *server)
{
	const json_t *state = json_object_get(server, "state");

	fprintf(c->out, "%-12s", "Server");
	if (!json_is_object(state)) {
		fputs("was told no time, answers nothing\n", c->out);
		return;
	}
	if (!member_true(server, "valid")) {
		fputs("the time it was told has expired, answers nothing\n", c->out);
		return;
	}
	fprintf(c->out, "stratum %s, root delay %s, root dispersion %s, valid for %s\n",
		member_count(state, "stratum").s, member_time(state, "root_delay").s,
		member_time(state, "root_dispersion").s, member_time(server, "valid_for").s);
	fprintf(c->out, "%-12s%s of %s\n", "Clients", member_count(server, "clients").s,
		member_count(server, "clients_max").s);
}

/* A cell of a table: the member, and how it is written. */
struct cell {
	struct column column;
	const char *key;
	struct text (*format)(const json_t *object, const char *key);
};

/* Nothing for an empty list. */
static void show_list(struct ctl *c, const char *title, const json_t *list,
		      const struct cell *cells, unsigned int n)
{
	struct column columns[TABLE_COLUMNS_MAX];
	struct table *t;
	const json_t *o;
	size_t i;

	if (!json_array_size(list))
		return;
	for (i = 0; i < n; i++)
		columns[i] = cells[i].column;
	t = table_new(columns, n);
	json_array_foreach(list, i, o)
		for (unsigned int k = 0; k < n; k++)
			table_add(t, cells[k].format(o, cells[k].key));
	fprintf(c->out, "\n%s\n", title);
	table_print(t, c);
	table_free(t);
}

static const struct cell attachment_cells[] = {
	{ { "MODE", false, 0 }, "mode", member_text },
	{ { "INTERFACE", false, 0 }, "interface", member_text },
	{ { "PORT", true, 0 }, "port", member_count },
	{ { "REQUESTS", true, 0 }, "requests", member_count },
	{ { "BASIC", true, 9 }, "basic", member_count },
	{ { "INTERLEAVED", true, 8 }, "interleaved", member_count },
	{ { "KOD", true, 3 }, "kod", member_count },
	{ { "LIMITED", true, 4 }, "rate_limited", member_count },
	{ { "DENIED", true, 5 }, "denied", member_count },
	{ { "PASSED", true, 7 }, "passed", member_count },
	{ { "FAILED", true, 1 }, "send_failures", member_count },
	{ { "RX-HW", true, 6 }, "rx_hardware", member_count },
	{ { "RX-SW", true, 2 }, "rx_software", member_count },
};

static const struct cell ptp_cells[] = {
	{ { "INTERFACE", false, 0 }, "interface", member_text },
	{ { "PORT", false, 3 }, "port_identity", member_text },
	{ { "DOMAIN", true, 4 }, "domain", member_count },
	{ { "VALID", true, 5 }, "valid_for", member_time },
	{ { "CLIENTS", true, 0 }, "clients", member_count },
	{ { "SYNCS", true, 0 }, "syncs", member_count },
	{ { "FOLLOW-UPS", true, 7 }, "follow_ups", member_count },
	{ { "DELAY", true, 0 }, "delay_responses", member_count },
	{ { "PDELAY", true, 6 }, "pdelay_responses", member_count },
	{ { "SPTP", true, 5 }, "sptp_syncs", member_count },
	{ { "CSPTP", true, 5 }, "csptp_syncs", member_count },
	{ { "DENIED", true, 6 }, "denied", member_count },
	{ { "LIMITED", true, 7 }, "rate_limited", member_count },
	{ { "PASSED", true, 6 }, "passed", member_count },
	{ { "LOST", true, 5 }, "lost_stamps", member_count },
	{ { "WAITS", true, 1 }, "waits", member_count },
	{ { "FAILED", true, 1 }, "send_failures", member_count },
	{ { "RX-HW", true, 2 }, "rx_hardware", member_count },
	{ { "RX-SW", true, 1 }, "rx_software", member_count },
};

static const struct cell interface_cells[] = {
	{ { "INTERFACE", false, 0 }, "interface", member_text },
	{ { "RATE", true, 4 }, "line_rate", member_ratio },
	{ { "ERROR", true, 3 }, "line_error", member_time },
	{ { "VALID", true, 5 }, "line_valid_for", member_time },
	{ { "TX-DELAY", true, 0 }, "tx_delay", member_time },
	{ { "SLOTS", true, 1 }, "tx_slots", member_count },
	{ { "TX-HW", true, 8 }, "tx_hardware", member_count },
	{ { "TX-SW", true, 7 }, "tx_software", member_count },
	{ { "LOST", true, 6 }, "tx_lost", member_count },
	{ { "SKIPPED", true, 2 }, "tx_skipped", member_count },
	{ { "REFUSED", true, 2 }, "refused", member_count },
};

static const struct cell tap_cells[] = {
	{ { "INTERFACE", false, 0 }, "interface", member_text },
	{ { "RECORDS", true, 0 }, "records", member_count },
	{ { "DROPPED", true, 0 }, "dropped", member_count },
	{ { "HARDWARE", true, 1 }, "hardware", member_count },
	{ { "SOFTWARE", true, 1 }, "software", member_count },
};

static const struct cell phc_cells[] = {
	{ { "PTP", true, 0 }, "index", member_count },
	{ { "SERVOS", true, 0 }, "servos", member_count },
};

static const struct cell servo_cells[] = {
	{ { "SERVO", true, 0 }, "id", member_count },
	{ { "TARGET", false, 0 }, "target", member_text },
	{ { "REFERENCE", false, 0 }, "reference", member_text },
	{ { "STATE", false, 0 }, "state", member_text },
	{ { "OFFSET", true, 0 }, "offset", member_offset },
	{ { "RMS", true, 0 }, "rms", member_time },
	{ { "FREQUENCY", true, 2 }, "frequency", member_ratio },
	{ { "SAMPLES", true, 1 }, "count", member_count },
	{ { "MISSED", true, 1 }, "missed", member_count },
};

static void show(struct ctl *c, const json_t *all)
{
	const json_t *module = json_object_get(all, "module");

	fprintf(c->out, "%-12sas_timesync %s\n", "Module", member_text(module, "release").s);
	show_words(c, "Features", json_object_get(module, "features"));
	show_server(c, json_object_get(all, "server"));
	show_list(c, "Answers NTP requests at", json_object_get(all, "attachments"),
		  attachment_cells, ARRAY_SIZE(attachment_cells));
	show_list(c, "Serves PTP clients at", json_object_get(all, "ptp_ports"), ptp_cells,
		  ARRAY_SIZE(ptp_cells));
	show_list(c, "Stamps of", json_object_get(all, "interfaces"), interface_cells,
		  ARRAY_SIZE(interface_cells));
	show_list(c, "Records packets of", json_object_get(all, "taps"), tap_cells,
		  ARRAY_SIZE(tap_cells));
	show_list(c, "Holds", json_object_get(all, "phcs"), phc_cells, ARRAY_SIZE(phc_cells));
	show_list(c, "Steers", json_object_get(all, "servos"), servo_cells,
		  ARRAY_SIZE(servo_cells));
}

int kernel_overview(struct ctl *c)
{
	struct genl *g = kernel_connect(c);
	json_t *all;
	int r;

	if (!g)
		return CTL_UNREACHABLE;
	r = collect(c, g, &all);
	if (!r && !kernel_print_json(c, "kernel", all))
		show(c, all);
	json_decref(all);
	genl_close(g);
	return r;
}
