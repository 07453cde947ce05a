// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PTP instance of three ports and whoever announces to it: the input is a sequence of
 * events, each an octet that says what happens, one that says at which port, and what
 * that needs. Checked after each: what no sequence may lead to.
 */
#include <string.h>

#include "fuzz.h"
#include "ptp/bmca.h"

enum { PORTS = 3, RECORDS = 5, OWN = 7 };

/* Half of the time a small one, so that identities and such meet again */
static u64 number(struct input *in)
{
	u8 first = octet(in);
	u64 v = 0;

	if (first < 128)
		return first & 15;
	for (int i = 0; i < 8; i++)
		v = v << 8 | octet(in);
	return v;
}

static struct ptp_quality quality(struct input *in)
{
	return (struct ptp_quality){ octet(in), octet(in), octet(in) };
}

static void announce(struct ptp_bmca *b, unsigned int port, struct input *in, s64 now)
{
	struct ptp_message m = {
		.header = { .type = PTP_ANNOUNCE, .version = 2, .clock = number(in),
			    .port = (u16)number(in), .sequence = octet(in),
			    .flags = (u16)number(in), .log_interval = (s8)octet(in) },
		.announce = { .priority1 = octet(in), .priority2 = octet(in),
			      .quality = quality(in), .gm = number(in),
			      .steps_removed = (u16)number(in) },
	};
	bool path = octet(in) & 1;
	u8 local_priority = octet(in);
	size_t len = octet(in);

	if (len > in->left)
		len = in->left;
	ptp_bmca_announce(b, port, &m, path ? in->at : NULL, len, local_priority, now);
}

static void configure(struct ptp_bmca *b, unsigned int port, struct input *in, s64 now)
{
	static const struct ptp_acceptable few[] = {
		{ .id = { 1, PTP_ALL_PORTS } }, { .id = { 2, 1 }, .priority1 = 9 },
	};
	struct ptp_bmca_port_config cfg = {
		.log_announce = (s8)octet(in), .announce_timeout = octet(in),
		.spread_ns = (s64)number(in), .master_only = octet(in) & 1,
		.local_priority = octet(in), .records = RECORDS,
	};

	if (octet(in) & 1) {
		cfg.acceptable = few;
		cfg.n_acceptable = ARRAY_SIZE(few);
	}
	ptp_bmca_configure_port(b, port, &cfg, now);
}

static void happen(struct ptp_bmca *b, struct input *in, s64 *now)
{
	u8 what = octet(in);
	unsigned int port = octet(in) % PORTS;
	struct ptp_time_properties_ds time = { 0 };

	switch (what % 8) {
	default:
		announce(b, port, in, *now);
		break;
	case 3:
		*now += (s64)octet(in) << 28;
		ptp_bmca_tick(b, *now);
		must(ptp_bmca_next_mono(b) > *now);
		break;
	case 4:
		ptp_bmca_event(b, port, octet(in) % (PTP_EV_SYNCHRONIZATION_FAULT + 1), *now);
		break;
	case 5:
		ptp_bmca_set_own(b, quality(in), octet(in), octet(in), &time, *now);
		break;
	case 6:
		ptp_bmca_set_receiver_only(b, octet(in) & 1, *now);
		break;
	case 7:
		if (octet(in) & 1)
			configure(b, port, in, *now);
		else
			ptp_bmca_mark(b, port, (struct ptp_port_id){ number(in), (u16)number(in) },
				      octet(in) & 1, *now);
		break;
	}
}

static void check(const struct ptp_bmca *b)
{
	const struct ptp_clock_ds *ds = ptp_bmca_ds(b);
	int slave = ptp_bmca_slave_port(b), followers = 0;
	const u8 *path;

	must(ds->current.steps_removed <= PTP_STEPS_MAX);
	must(ptp_bmca_path(b, &path) <= 8 * PTP_PATH_MAX);
	for (unsigned int i = 0; i < PORTS; i++) {
		enum ptp_port_state s = ptp_bmca_state(b, i);

		must(s >= PTP_INITIALIZING && s <= PTP_SLAVE);
		must(ptp_foreign_count(ptp_bmca_foreign(b, i)) <= RECORDS);
		if (s == PTP_SLAVE || s == PTP_UNCALIBRATED) {
			followers++;
			must(slave == (int)i);
		}
		if (ds->def.receiver_only)
			must(s != PTP_MASTER && s != PTP_PRE_MASTER && s != PTP_PASSIVE);
	}
	must(followers <= 1);
	if (slave < 0) {
		must(ds->parent.port.clock == OWN && ds->parent.gm == OWN);
		must(!ds->current.steps_removed);
	} else {
		must(followers == 1);
		must(ds->parent.port.clock != OWN && ds->current.steps_removed);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static ptp_compare_fn *const compare[] = { ptp_compare_default, ptp_compare_g8275,
						   ptp_compare_g8265 };
	struct ptp_bmca_port_config port[PORTS];
	struct input in = { data, size };
	struct ptp_bmca_config cfg = {
		.def = { .clock = OWN, .ports = PORTS, .quality = quality(&in),
			 .receiver_only = octet(&in) & 1,
			 .max_steps_removed = PTP_STEPS_MAX },
		.compare = compare[octet(&in) % 3], .threshold = 1 + (octet(&in) & 1),
		.qualify = octet(&in) & 1, .path_trace = octet(&in) & 1, .port = port,
	};
	struct ptp_bmca *b;
	s64 now = 0;

	for (unsigned int i = 0; i < PORTS; i++)
		port[i] = (struct ptp_bmca_port_config){ .announce_timeout = 3,
							 .records = RECORDS };
	b = ptp_bmca_new(&cfg);
	must(b);
	for (unsigned int i = 0; i < PORTS; i++)
		ptp_bmca_event(b, i, PTP_EV_INITIALIZED, now);
	while (in.left) {
		happen(b, &in, &now);
		check(b);
	}
	ptp_bmca_free(b);
	return 0;
}
