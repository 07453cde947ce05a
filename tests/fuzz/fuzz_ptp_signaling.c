// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Floods of signaling, and of what is negotiated by it, at a PTP port that grants to four
 * clients, asks three time-transmitters and serves SPTP and CSPTP. The input is a sequence
 * of events, each an octet that says what happens and what that needs. Checked: what is
 * sent is sound, goes to whom it may, and is not more than was asked for.
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "ptp/instance.h"
#include "wire/ptp_csptp.h"
#include "wire/ptp_org.h"

enum { OWN = 7, CLIENTS = 4, TRANSMITTERS = 3, ADDRESSES = 8, EPOCH_S = 1700000000 };

struct lab {
	struct ptp_instance *t;
	struct input in;
	struct ptp_port_config cfg;
	enum ptp_port_state state;
	u32 last_ticket;
	unsigned int answers;	/* since something was received */
	bool receives, fails;
	s64 now;
};

static u32 number(struct input *in)
{
	u32 v = 0;

	for (unsigned int i = 0; i < 4; i++)
		v = v << 8 | octet(in);
	return v;
}

/* The time-transmitters are the first of the addresses. */
static void check_asking(const struct lab *lab, const struct ptp_outgoing *o)
{
	const struct ptp_unicast_client *c = ptp_instance_unicast(lab->t, 0);
	int i = c && o->to ? ptp_unicast_client_find(c, o->to) : -1;

	if (lab->cfg.delivery != PTP_UNICAST)
		return;
	must(i >= 0 && i == ptp_unicast_client_chosen(c));
	must(ptp_unicast_client_has(c, (unsigned int)i, PTP_GRANT_DELAY, lab->now));
}

static int send(void *ctx, unsigned int port, const struct ptp_outgoing *o)
{
	struct lab *lab = ctx;
	struct ptp_message m;

	must(!ptp_message_parse(o->buf, o->len, &m) && m.header.length == o->len);
	must(m.header.clock == OWN && m.header.type == o->type);
	must(m.header.sequence == o->sequence && o->event == (o->type < PTP_FOLLOW_UP));
	must(!o->to == !(m.header.flags & PTP_FLAG_UNICAST));
	must(!o->to || o->to[0] < ADDRESSES);
	must(o->event || !o->stamp);
	switch (o->type) {
	case PTP_ANNOUNCE:
	case PTP_SYNC:
	case PTP_FOLLOW_UP:
	case PTP_DELAY_RESP:
		must(lab->state == PTP_MASTER);
		must(o->to || lab->cfg.delivery != PTP_UNICAST);
		break;
	case PTP_DELAY_REQ:
		check_asking(lab, o);
		break;
	case PTP_SIGNALING:
		must(o->to ? m.tlv_len > 0 : !lab->receives);
		break;
	}
	lab->answers++;
	if (o->stamp)
		lab->last_ticket = o->ticket;
	return lab->fails ? -ENOBUFS : 0;
}

static void leg(void *ctx, unsigned int port, enum ptp_way way, const struct leg *l)
{
	must(l->valid && l->local_kind != STAMP_NONE);
}

static void link_delay(void *ctx, unsigned int port, const struct ptp_peer_sample *sample)
{
}

static void parent_changed(void *ctx, unsigned int port, struct ptp_port_id parent)
{
	must(parent.clock != OWN);
}

static void state_changed(void *ctx, unsigned int port, enum ptp_port_state from,
			  enum ptp_port_state to)
{
	((struct lab *)ctx)->state = to;
}

static u32 random32(void *ctx)
{
	return (u32)octet(&((struct lab *)ctx)->in) << 24;
}

static const struct ptp_port_ops ops = {
	.send = send, .leg = leg, .link_delay = link_delay, .parent = parent_changed,
	.state = state_changed, .random = random32,
};

/* One of the addresses, and who has it; or nobody knows whose. */
static void receive(struct lab *lab, struct ptp_message *m, u8 who)
{
	u8 from[PTP_ADDRESS_LEN] = { who & 7 };
	struct ptp_received r = {
		.kind = STAMP_KERNEL, .from = who & 0x80 ? NULL : from,
		.rx_sys = EPOCH_S * NSEC_PER_SEC + lab->now,
	};
	u8 buf[PTP_MESSAGE_MAX];
	size_t len;

	m->header.clock = 100 + (who & 7);
	m->header.port = 1 + (who >> 3 & 1);
	m->header.minor_version = 1;
	len = ptp_message_build(m, buf, sizeof(buf));
	must(len);
	lab->answers = 0;
	lab->receives = true;
	ptp_instance_receive(lab->t, 0, buf, len, &r, lab->now);
	lab->receives = false;
	must(lab->answers <= 1);
}

static size_t put_tlv(struct lab *lab, u8 what, u8 *b, size_t room)
{
	static const u8 messages[] = { PTP_ANNOUNCE, PTP_SYNC, PTP_DELAY_RESP, PTP_PDELAY_RESP };
	struct input *in = &lab->in;
	struct ptp_unicast u = {
		.tlv = PTP_TLV_REQUEST_UNICAST + (what & 3), .message = messages[what >> 2 & 3],
	};
	struct ptp_org o = { .content = PTP_ORG_MESSAGE_INTERVAL_REQUEST };

	if (what & 0x80) {
		o.interval = (struct ptp_message_interval_request){
			.announce = (s8)octet(in), .time_sync = (s8)octet(in),
			.link_delay = (s8)octet(in),
		};
		if (what & 0x40)
			o = (struct ptp_org){ .content = PTP_ORG_GPTP_CAPABLE,
					      .capable.log_interval = (s8)octet(in) };
		return ptp_org_put(b, room, &o);
	}
	u.flags = what >> 4 & 3;
	/* mostly what can be had */
	u.log_interval = what & 0x40 ? (s8)octet(in) : 0;
	u.duration = what & 0x40 ? number(in) : octet(in);
	return ptp_unicast_put(b, room, &u);
}

static void signal(struct lab *lab)
{
	u8 who = octet(&lab->in), n = octet(&lab->in), tlv[256];
	struct ptp_message m = { .header = { .type = PTP_SIGNALING } };
	size_t len = 0;

	m.signaling = n & 0x80 ? (struct ptp_port_id){ OWN, 1 } :
		(struct ptp_port_id){ PTP_ALL_CLOCKS, PTP_ALL_PORTS };
	for (n &= 31; n && lab->in.left; n--)
		len += put_tlv(lab, octet(&lab->in), tlv + len, sizeof(tlv) - len);
	m.tlv = tlv;
	m.tlv_len = (u16)len;
	receive(lab, &m, who);
}

/* What is negotiated, and what the servers without state are asked */
static void other(struct lab *lab)
{
	static const u8 types[] = { PTP_ANNOUNCE, PTP_SYNC, PTP_FOLLOW_UP, PTP_DELAY_RESP,
				    PTP_DELAY_REQ, PTP_DELAY_REQ, PTP_SYNC, PTP_ANNOUNCE };
	u8 what = octet(&lab->in), who = octet(&lab->in), tlv[PTP_CSPTP_REQUEST_TLV];
	struct ptp_message m = { .header = { .type = types[what & 7],
					     .flags = PTP_FLAG_UNICAST,
					     .sequence = octet(&lab->in) } };

	if (m.header.type == PTP_ANNOUNCE)
		m.announce = (struct ptp_announce){ .priority1 = what >> 4, .gm = who & 7 };
	if (m.header.type == PTP_DELAY_RESP)
		m.response.requester = (struct ptp_port_id){ OWN, 1 };
	if ((what & 7) == 5)
		m.header.flags |= PTP_FLAG_PROFILE1;
	if ((what & 7) == 6) {
		m.header.sdo = PTP_CSPTP_SDO;
		m.header.domain = PTP_CSPTP_DOMAIN;
		m.tlv = tlv;
		m.tlv_len = (u16)ptp_csptp_request_put(tlv, sizeof(tlv), what >> 4);
	}
	receive(lab, &m, who);
}

static void set_transmitters(struct lab *lab, unsigned int n)
{
	struct ptp_transmitter t[TRANSMITTERS] = { 0 };

	for (u8 i = 0; i < TRANSMITTERS; i++)
		t[i].address[0] = i;
	must(ptp_instance_set_transmitters(lab->t, 0, t, n, lab->now));
}

static void configure(struct lab *lab)
{
	struct input *in = &lab->in;
	struct ptp_port_config cfg = lab->cfg;
	u8 how = octet(in);

	cfg.delivery = how & 1 ? PTP_UNICAST : PTP_MULTICAST;
	cfg.asking.all = how & 2;
	cfg.open_delay = how & 4;
	cfg.one_step = how & 8;
	cfg.sync_timeout = how & 16 ? 3 : 0;
	cfg.signaling.obey = how & 32;
	cfg.sptp = cfg.csptp = how & 64;
	cfg.log_sync = (s8)octet(in);
	cfg.grants.log_max[PTP_GRANT_SYNC] = (s8)octet(in);
	cfg.asking.duration_s = octet(in);
	if (how & 128)
		cfg.delay = PTP_P2P;
	if (ptp_instance_configure_port(lab->t, 0, &cfg, lab->now))
		lab->cfg = cfg;
}

static void pass_time(struct lab *lab)
{
	int rounds = 0;

	lab->now += (s64)octet(&lab->in) << 26;
	while (ptp_instance_next_mono(lab->t) <= lab->now && rounds++ < 16)
		ptp_instance_run(lab->t, lab->now);
	must(ptp_instance_next_mono(lab->t) > lab->now);
}

static void happen(struct lab *lab)
{
	u8 what = octet(&lab->in);

	switch (what & 15) {
	case 0:
		ptp_instance_event(lab->t, 0,
				   octet(&lab->in) % (PTP_EV_SYNCHRONIZATION_FAULT + 1), lab->now);
		break;
	case 1:
		configure(lab);
		break;
	case 2:
		set_transmitters(lab, octet(&lab->in) % (TRANSMITTERS + 1));
		break;
	case 3:
		ptp_instance_stamped(lab->t, 0, what & 0x80 ? number(&lab->in) : lab->last_ticket,
				     EPOCH_S * NSEC_PER_SEC + lab->now, STAMP_KERNEL, lab->now);
		break;
	case 4:
		lab->fails = octet(&lab->in) & 1;
		break;
	case 5:
	case 6:
	case 7:
		pass_time(lab);
		break;
	case 8:
	case 9:
	case 10:
	case 11:
		other(lab);
		break;
	default:
		signal(lab);
	}
}

static void check(const struct lab *lab)
{
	const struct ptp_unicast_client *c = ptp_instance_unicast(lab->t, 0);
	const struct ptp_grants *g = ptp_instance_grants(lab->t, 0);
	struct ptp_transmitter_state st;

	must(ptp_grants_clients(g) <= CLIENTS);
	must(lab->state == ptp_bmca_state(ptp_instance_bmca(lab->t), 0));
	for (unsigned int i = 0; c && ptp_unicast_client_at(c, i, &st); i++) {
		must(st.chosen == (ptp_unicast_client_chosen(c) == (int)i));
		must(!st.service[PTP_GRANT_SYNC].until_mono || ptp_port_alive(lab->state));
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct lab lab = { .in = { data, size }, .now = NSEC_PER_SEC };
	u8 how = octet(&lab.in);
	struct ptp_instance_config cfg = {
		.def = { .clock = OWN, .ports = 1, .quality = { 248, 0xfe, 0xffff },
			 .priority1 = 8, .receiver_only = how & 1,
			 .max_steps_removed = PTP_STEPS_MAX },
		.time = { .flags = PTP_FLAG_PTP_TIMESCALE },
		.utc_offset = 37, .compare = ptp_compare_default, .threshold = 1 + (how >> 1 & 1),
		.qualify = how & 4, .minor_version = 1, .port = &lab.cfg,
	};

	lab.cfg = (struct ptp_port_config){
		.bmca = { .announce_timeout = 3, .records = PTP_FOREIGN_RECORDS_MIN },
		.log_max_delay_req = 4, .delay = PTP_E2E, .delivery = PTP_UNICAST,
		.grants = { .clients = CLIENTS, .log_min = { -7, -7, -7 }, .log_max = { 4, 4, 4 },
			    .duration_max_s = 1000 },
		.asking = { .duration_s = 100 }, .csptp_domain = PTP_CSPTP_DOMAIN,
		.signaling = { .obey = true, .log_min = { -7, -7, -7 }, .log_max = { 4, 4, 4 },
			       .capable = how & 8, .request = how & 16 },
	};
	lab.state = PTP_INITIALIZING;
	lab.t = ptp_instance_new(&cfg, &ops, &lab, lab.now);
	must(lab.t);
	/* not from the beginning: there would be room for the stamps of many clients */
	lab.cfg.sptp = lab.cfg.csptp = true;
	must(ptp_instance_configure_port(lab.t, 0, &lab.cfg, lab.now));
	ptp_instance_event(lab.t, 0, PTP_EV_INITIALIZED, lab.now);
	set_transmitters(&lab, TRANSMITTERS);
	while (lab.in.left) {
		happen(&lab);
		check(&lab);
	}
	ptp_instance_leave(lab.t, lab.now);
	ptp_instance_free(lab.t);
	return 0;
}
