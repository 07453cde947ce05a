// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PTP instance of two ports in every state, and whoever sends to it: the input is a
 * sequence of events, each an octet that says what happens and what that needs: octets
 * as they are, sound messages with some octets changed, transmit stamps, time, and what
 * happens to ports. Checked: what is sent is sound and right for the port's state.
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "ptp/instance.h"
#include "wire/ptp_tlv.h"

enum { PORTS = 2, RECORDS = 5, OWN = 7, EPOCH_S = 1700000000 };

struct lab {
	struct ptp_instance *t;
	struct input in;
	enum ptp_port_state state[PORTS];
	struct ptp_port_id parent[PORTS];
	u32 last_ticket[PORTS];		/* sent, and its stamp wanted */
	u16 last_sequence[PORTS];
	bool fails;			/* to send */
	s64 now;
};

static u64 number(struct input *in, unsigned int octets)
{
	u64 v = 0;

	while (octets--)
		v = v << 8 | octet(in);
	return v;
}

static bool follows(const struct lab *lab, unsigned int port)
{
	return lab->state[port] == PTP_UNCALIBRATED || lab->state[port] == PTP_SLAVE;
}

static int send(void *ctx, unsigned int port, const struct ptp_outgoing *o)
{
	struct lab *lab = ctx;
	struct ptp_message m;

	must(!ptp_message_parse(o->buf, o->len, &m) && m.header.length == o->len);
	must(m.header.clock == OWN && m.header.port == port + 1);
	must(m.header.type == o->type && m.header.sequence == o->sequence);
	must(o->event == (o->type < PTP_FOLLOW_UP) && (o->event || !o->stamp));
	must(!o->to == !(m.header.flags & PTP_FLAG_UNICAST));
	must(ptp_port_alive(lab->state[port]));
	switch (o->type) {
	case PTP_ANNOUNCE:
	case PTP_SYNC:
	case PTP_FOLLOW_UP:
	case PTP_DELAY_RESP:
		must(lab->state[port] == PTP_MASTER);
		break;
	case PTP_DELAY_REQ:
		must(follows(lab, port));
		break;
	}
	if (o->stamp) {
		lab->last_ticket[port] = o->ticket;
		lab->last_sequence[port] = o->sequence;
	}
	return lab->fails ? -ENOBUFS : 0;
}

static void leg(void *ctx, unsigned int port, enum ptp_way way, const struct leg *l)
{
	struct lab *lab = ctx;

	must(follows(lab, port) && l->valid && l->local_kind != STAMP_NONE);
	must(times_near(l->local_sys, l->remote_utc));
}

static void link_delay(void *ctx, unsigned int port, const struct ptp_peer_sample *sample)
{
	must(ptp_port_alive(((struct lab *)ctx)->state[port]));
	must(sample->kind != STAMP_NONE && sample->rate_ratio >= 0);
}

static void parent_changed(void *ctx, unsigned int port, struct ptp_port_id parent)
{
	struct lab *lab = ctx;

	must(parent.clock != OWN);
	lab->parent[port] = parent;
}

static void state_changed(void *ctx, unsigned int port, enum ptp_port_state from,
			  enum ptp_port_state to)
{
	struct lab *lab = ctx;

	must(lab->state[port] == from && from != to);
	lab->state[port] = to;
}

static u32 random32(void *ctx)
{
	return (u32)number(&((struct lab *)ctx)->in, 1) << 24;
}

static const struct ptp_port_ops ops = {
	.send = send,
	.leg = leg,
	.link_delay = link_delay,
	.parent = parent_changed,
	.state = state_changed,
	.random = random32,
};

/* Mostly near the clock's, so that it makes sense; else anything */
static s64 stamp(struct lab *lab)
{
	u8 how = octet(&lab->in);

	if (how & 0x80)
		return (s64)number(&lab->in, 8);
	return EPOCH_S * NSEC_PER_SEC + lab->now + how;
}

static void receive(struct lab *lab, unsigned int port, const void *buf, size_t len)
{
	static const u8 from[PTP_ADDRESS_LEN] = { 1 };
	u8 how = octet(&lab->in);
	struct ptp_received r = {
		.kind = how % (STAMP_HARDWARE + 1), .from = how & 0x80 ? NULL : from,
		.rx_sys = stamp(lab),
	};

	ptp_instance_receive(lab->t, port, buf, len, &r, lab->now);
}

static void octets(struct lab *lab, unsigned int port)
{
	size_t len = octet(&lab->in);
	const u8 *at = lab->in.at;

	if (len > lab->in.left)
		len = lab->in.left;
	lab->in.at += len;
	lab->in.left -= len;
	receive(lab, port, at, len);
}

static void fill(struct lab *lab, unsigned int port, struct ptp_message *m)
{
	u8 who = octet(&lab->in);

	m->header.clock = who & 3;
	m->header.port = 1 + (who >> 2 & 1);
	if (who & 0x10) {
		m->header.clock = lab->parent[port].clock;
		m->header.port = lab->parent[port].port;
	}
	m->header.sequence = who & 0x80 ? lab->last_sequence[port] : octet(&lab->in);
	m->header.flags = who & 0x40 ? PTP_FLAG_TWO_STEP : 0;
	m->header.log_interval = who & 0x20 ? PTP_LOG_INTERVAL_NONE : 0;
	switch (m->header.type) {
	case PTP_ANNOUNCE:
		m->announce.gm = who & 3;
		m->announce.priority1 = octet(&lab->in);
		break;
	case PTP_DELAY_RESP:
	case PTP_PDELAY_RESP:
	case PTP_PDELAY_RESP_FOLLOW_UP:
		m->response.tai = stamp(lab) & INT64_MAX;
		m->response.requester = (struct ptp_port_id){ OWN, (u16)(port + 1) };
		break;
	case PTP_SYNC:
	case PTP_FOLLOW_UP:
		m->origin_tai = stamp(lab) & INT64_MAX;
		break;
	}
}

/* A sound message, and as many changed octets as the input says */
static void mutated(struct lab *lab, unsigned int port)
{
	u8 what = octet(&lab->in), changes = what >> 4 & 3, buf[PTP_MESSAGE_MAX], tlv[128];
	struct ptp_message m;
	size_t len;

	memset(&m, 0, sizeof(m));
	m.header.type = what & 15;
	m.header.minor_version = 1;
	fill(lab, port, &m);
	if (what & 0x80) {
		u64 path[] = { number(&lab->in, 1), octet(&lab->in), 3 };

		m.tlv = tlv;
		m.tlv_len = (u16)ptp_path_trace_put(tlv, sizeof(tlv), path,
						    octet(&lab->in) % 4);
	}
	len = ptp_message_build(&m, buf, sizeof(buf));
	while (len && changes--) {
		u8 where = octet(&lab->in);

		buf[where % len] ^= octet(&lab->in);
	}
	if (len)
		receive(lab, port, buf, len);
}

/* Somebody good announces itself, which takes two messages. */
static void announce(struct lab *lab, unsigned int port)
{
	struct ptp_received r = { .kind = STAMP_NONE };
	u8 who = octet(&lab->in);
	struct ptp_message m = {
		.header = { .type = PTP_ANNOUNCE, .minor_version = 1, .clock = who & 3,
			    .port = 1 + (who >> 2 & 1), .sequence = octet(&lab->in) },
		.announce = { .priority1 = who >> 4, .gm = who & 3 },
	};

	ptp_instance_message(lab->t, port, &m, &r, lab->now);
	m.header.sequence++;
	ptp_instance_message(lab->t, port, &m, &r, lab->now);
}

static void configure(struct lab *lab, unsigned int port)
{
	struct input *in = &lab->in;
	struct ptp_port_config c = {
		.bmca = { .log_announce = (s8)octet(in), .announce_timeout = octet(in),
			  .records = RECORDS },
		.log_sync = (s8)octet(in), .log_min_delay_req = (s8)octet(in),
		.log_max_delay_req = (s8)octet(in), .log_min_pdelay_req = (s8)octet(in),
		.sync_timeout = octet(in) & 3, .delay = octet(in) & 3,
		.one_step = octet(in) & 1, .delivery = 1 << octet(in) % 3,
		.follow_up_information = octet(in) & 1, .asking = { .duration_s = 60 },
		.asymmetry_ns = (s32)number(in, 4),
	};

	ptp_instance_configure_port(lab->t, port, &c, lab->now);
}

static void pass_time(struct lab *lab)
{
	int rounds = 0;

	lab->now += (s64)octet(&lab->in) << 26;
	ptp_instance_run(lab->t, lab->now);
	/* What became due by itself is done the next time; then there is an end. */
	while (ptp_instance_next_mono(lab->t) <= lab->now && rounds++ < 8)
		ptp_instance_run(lab->t, lab->now);
	must(ptp_instance_next_mono(lab->t) > lab->now);
}

static void happen(struct lab *lab)
{
	u8 what = octet(&lab->in);
	unsigned int port = what >> 7;

	switch (what & 15) {
	case 0:
		octets(lab, port);
		break;
	case 1:
		ptp_instance_stamped(lab->t, port, (u32)number(&lab->in, 4), stamp(lab),
				     octet(&lab->in) % (STAMP_HARDWARE + 1), lab->now);
		break;
	case 2:
	case 3:
		ptp_instance_stamped(lab->t, port, lab->last_ticket[port], stamp(lab),
				     STAMP_HARDWARE, lab->now);
		break;
	case 4:
	case 5:
	case 6:
		pass_time(lab);
		break;
	case 7:
		ptp_instance_event(lab->t, port,
				   octet(&lab->in) % (PTP_EV_SYNCHRONIZATION_FAULT + 1), lab->now);
		break;
	case 8:
		configure(lab, port);
		break;
	case 9:
		ptp_instance_set_receiver_only(lab->t, octet(&lab->in) & 1, lab->now);
		break;
	case 12:
		ptp_instance_give_own(lab->t, octet(&lab->in) & 1, lab->now);
		break;
	case 11:
		announce(lab, port);
		break;
	case 10:
		lab->fails = octet(&lab->in) & 1;
		break;
	default:
		mutated(lab, port);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct lab lab = { .in = { data, size }, .now = NSEC_PER_SEC };
	struct ptp_port_config port[PORTS];
	u8 how = octet(&lab.in);
	struct ptp_instance_config cfg = {
		.def = { .clock = OWN, .ports = PORTS, .quality = { 248, 0xfe, 0xffff },
			 .priority1 = 128, .receiver_only = how & 1,
			 .max_steps_removed = PTP_STEPS_MAX },
		.utc_offset = 37, .compare = ptp_compare_default, .threshold = 1 + (how >> 1 & 1),
		.qualify = how & 4, .path_trace = how & 8, .power_profile = how & 128, .minor_version = 1, .port = port,
	};

	for (unsigned int i = 0; i < PORTS; i++) {
		port[i] = (struct ptp_port_config){
			.bmca = { .announce_timeout = 3, .records = RECORDS },
			.log_max_delay_req = 5, .sync_timeout = how & 16 ? 3 : 0,
			.delay = how & 32 ? PTP_P2P : PTP_E2E,
			.delivery = how & 64 ? PTP_HYBRID : PTP_MULTICAST,
		};
		lab.state[i] = PTP_INITIALIZING;
	}
	lab.t = ptp_instance_new(&cfg, &ops, &lab, lab.now);
	must(lab.t);
	for (unsigned int i = 0; i < PORTS; i++)
		ptp_instance_event(lab.t, i, PTP_EV_INITIALIZED, lab.now);
	while (lab.in.left) {
		struct ptp_port_counters c;

		happen(&lab);
		ptp_instance_count(lab.t, 0, &c);
		must(c.legs[PTP_WAY_FWD] <= c.tx[PTP_DELAY_REQ]);
		must(c.tx[PTP_FOLLOW_UP] <= c.tx[PTP_SYNC]);
		for (unsigned int i = 0; i < PORTS; i++)
			must(lab.state[i] == ptp_bmca_state(ptp_instance_bmca(lab.t), i));
	}
	ptp_instance_free(lab.t);
	return 0;
}
