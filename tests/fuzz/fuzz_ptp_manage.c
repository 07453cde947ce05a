// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whoever manages a boundary clock of two ports: the input begins with the policy, then
 * come requests as octets or made of an id, an action and data, from the network and
 * from the host, and time. Checked: what is answered is sound and to the one who asked;
 * without permission nothing changes; whatever is set, the clock stays inside of its
 * profile.
 */
#include <string.h>

#include "fuzz.h"
#include "ptp/ask.h"
#include "ptp/manage.h"

enum { PORTS = 2, OWN = 7, ASKER = 9, DOMAIN = 24 };
enum { ALLOW_SET = 1, ALLOW_COMMAND = 2, DENY_GET = 4, OWN_SETTABLE = 8, FAILS = 16, DOWN = 32 };

struct lab {
	struct ptp_instance *t;
	struct ptp_manager *mg;
	const struct ptp_profile *profile;
	u8 policy;
	unsigned int answers;	/* to the request at hand */
	bool here;		/* who asks now */
	s64 now;
};

static void check_answer(struct lab *lab, const struct ptp_message *m)
{
	struct ptp_answer a;

	lab->answers++;
	must(m->header.clock == OWN && m->header.port <= PORTS && m->header.domain == DOMAIN);
	must(ptp_answer_read(m, &a) && a.text.len < 256);
	must(a.error || a.understood || m->management.action == PTP_ACKNOWLEDGE);
}

static int send_message(void *ctx, unsigned int port, const struct ptp_outgoing *o)
{
	struct lab *lab = ctx;
	struct ptp_message m;

	must(!ptp_message_parse(o->buf, o->len, &m) && m.header.length == o->len);
	must(!o->to == !(m.header.flags & PTP_FLAG_UNICAST));
	if (o->type == PTP_MANAGEMENT && m.header.clock == OWN)
		check_answer(lab, &m);
	else if (o->type == PTP_MANAGEMENT)
		must(!o->to && m.management.target.clock != OWN);
	return lab->policy & FAILS ? -1 : 0;
}

static void leg(void *ctx, unsigned int port, enum ptp_way way, const struct leg *l)
{
}

static void link_delay(void *ctx, unsigned int port, const struct ptp_peer_sample *sample)
{
}

static void parent(void *ctx, unsigned int port, struct ptp_port_id id)
{
}

static void state(void *ctx, unsigned int port, enum ptp_port_state from, enum ptp_port_state to)
{
}

static u32 random32(void *ctx)
{
	return 1u << 30;
}

static const struct ptp_port_ops port_ops = {
	.send = send_message, .leg = leg, .link_delay = link_delay, .parent = parent,
	.state = state, .random = random32,
};

static void clock_facts(void *ctx, struct ptp_manage_clock *c)
{
	c->has_time = true;
	c->time_tai = ((struct lab *)ctx)->now;
	c->offset_ns = 1e30;
	c->mean_delay_ns = -1e30;
}

static void port_facts(void *ctx, unsigned int port, struct ptp_manage_port *p)
{
	p->interface = "eth0";
	p->transport = PTP_OVER_UDP6;
	p->down = ((struct lab *)ctx)->policy & DOWN;
}

static void changed(void *ctx, u16 id, int port)
{
	const struct lab *lab = ctx;

	must(lab->here || lab->policy & (ALLOW_SET | ALLOW_COMMAND));
	must(port >= -1 && port < PORTS && ptp_management_type(id));
}

static const struct ptp_manage_ops manage_ops = {
	.clock = clock_facts, .port = port_facts, .changed = changed,
};

static void answered_here(void *ctx, const struct ptp_message *m)
{
	check_answer(ctx, m);
}

/* What management could have changed */
struct settings {
	struct ptp_default_ds def;
	struct ptp_time_properties_ds own;
	struct ptp_port_config port[PORTS];
	bool disabled[PORTS];
};

static void take_settings(const struct lab *lab, struct settings *s)
{
	const struct ptp_bmca *b = ptp_instance_bmca(lab->t);

	memset(s, 0, sizeof(*s));
	memcpy(&s->def, &ptp_bmca_ds(b)->def, sizeof(s->def));
	memcpy(&s->own, ptp_bmca_own_time(b), sizeof(s->own));
	for (unsigned int i = 0; i < PORTS; i++) {
		memcpy(&s->port[i], ptp_instance_port_config(lab->t, i), sizeof(s->port[i]));
		s->disabled[i] = ptp_bmca_state(b, i) == PTP_DISABLED;
	}
}

static void check_settings(const struct lab *lab, const struct settings *s)
{
	struct ptp_settings p;
	char why[200];

	must(s->def.clock == OWN && s->def.ports == PORTS && s->def.domain == DOMAIN);
	must(s->def.quality.class && !(s->own.flags & ~PTP_TIME_FLAGS));
	for (unsigned int i = 0; i < PORTS; i++) {
		const struct ptp_port_config *c = &s->port[i];

		must(ptp_port_config_sound(c) && !(c->bmca.master_only && s->def.receiver_only));
		must(c->bmca.spread_ns <= ptp_interval_ns(c->bmca.log_announce));
		if (!lab->profile)
			continue;
		ptp_profile_defaults(lab->profile, &p);
		p.delay = c->delay;
		p.log_announce = c->bmca.log_announce;
		p.log_sync = c->log_sync;
		p.log_min_pdelay_req = c->log_min_pdelay_req;
		p.announce_timeout = c->bmca.announce_timeout;
		must(!ptp_profile_check(lab->profile, &p, why, sizeof(why)));
	}
}

static void give(struct lab *lab, const u8 *buf, size_t len, u8 how)
{
	static const u8 from[PTP_ADDRESS_LEN] = { 1 };
	const struct ptp_received r = { .kind = STAMP_NONE, .from = how & 1 ? from : NULL };
	struct ptp_message m;

	if (!(how & 2)) {
		lab->here = false;
		ptp_instance_receive(lab->t, how >> 2 & 1, buf, len, &r, lab->now);
		return;
	}
	lab->here = true;
	if (!ptp_message_parse(buf, len, &m) && m.header.type == PTP_MANAGEMENT)
		ptp_manager_request(lab->mg, lab->t, &m, answered_here, lab, lab->now);
}

/* A sound message around any data: id, action, target and length as the input has them */
static void request(struct lab *lab, struct input *in)
{
	const struct ptp_management_type *type;
	u8 how = octet(in), which = octet(in), len = octet(in), tlv[300], buf[PTP_MESSAGE_MAX];
	struct ptp_management data = { .data = in->at };
	struct ptp_message m = {
		.header = { .type = PTP_MANAGEMENT, .domain = DOMAIN, .clock = ASKER, .port = 1,
			    .flags = how & 8 ? PTP_FLAG_UNICAST : 0 },
		.management = { .action = how >> 4 & 7, .hops_start = 3, .hops = 1,
				.target = { how & 0x80 ? OWN : PTP_ALL_CLOCKS, PTP_ALL_PORTS } },
		.tlv = tlv,
	};
	size_t n;

	type = ptp_management_types(&n);
	data.id = which < n ? type[which].id : which;
	data.len = len < in->left ? len & ~1 : (u16)(in->left & ~1ul & 0xff);
	in->at += data.len;
	in->left -= data.len;
	m.tlv_len = (u16)ptp_management_put(tlv, sizeof(tlv), &data);
	n = ptp_message_build(&m, buf, sizeof(buf));
	must(n);
	lab->answers = 0;
	give(lab, buf, n, how);
	must(lab->answers <= PORTS);
}

static void event(struct lab *lab, struct input *in)
{
	struct settings before, after;
	u8 what = octet(in);
	size_t len;

	take_settings(lab, &before);
	lab->here = false;
	if (what & 0x80) {
		request(lab, in);
	} else if (what & 0x40) {
		lab->now += (what & 0x3f) * (NSEC_PER_SEC / 4);
		ptp_instance_run(lab->t, lab->now);
		return;
	} else {
		len = octet(in);
		len = len < in->left ? len : in->left;
		give(lab, in->at, len, what);
		in->at += len;
		in->left -= len;
	}
	take_settings(lab, &after);
	check_settings(lab, &after);
	if (!lab->here && !(lab->policy & (ALLOW_SET | ALLOW_COMMAND)))
		must(!memcmp(&before, &after, sizeof(before)));
}

static bool start(struct lab *lab)
{
	const struct ptp_port_config port[PORTS] = {
		{ .bmca = { .log_announce = 1, .announce_timeout = 3, .local_priority = 128,
			    .spread_ns = NSEC_PER_SEC, .records = PTP_FOREIGN_RECORDS_MIN },
		  .log_max_delay_req = 5, .delay = PTP_E2E, .delivery = PTP_MULTICAST },
		{ .bmca = { .log_announce = 1, .announce_timeout = 3, .local_priority = 128,
			    .records = PTP_FOREIGN_RECORDS_MIN },
		  .log_max_delay_req = 5, .delay = PTP_E2E, .delivery = PTP_UNICAST,
		  .asking = { .duration_s = 300 } },
	};
	const struct ptp_transmitter t[] = { { .address = { 1 } }, { .address = { 2 } } };
	const struct ptp_instance_config cfg = {
		.def = { .clock = OWN, .ports = PORTS, .domain = DOMAIN,
			 .quality = { 248, 0xfe, 0xffff }, .priority1 = 128, .priority2 = 128,
			 .max_steps_removed = PTP_STEPS_MAX },
		.utc_offset = 37, .compare = ptp_compare_default,
		.threshold = PTP_FOREIGN_THRESHOLD, .qualify = true, .path_trace = true,
		.minor_version = 1, .port = port,
	};
	const struct ptp_manager_config policy = {
		.deny_get = lab->policy & DENY_GET, .allow_set = lab->policy & ALLOW_SET,
		.allow_command = lab->policy & ALLOW_COMMAND,
		.own_is_settable = lab->policy & OWN_SETTABLE, .profile = lab->profile,
		.user = "user", .product = ";;", .revision = ";;",
	};

	lab->t = ptp_instance_new(&cfg, &port_ops, lab, lab->now);
	lab->mg = ptp_manager_new(&policy, &manage_ops, lab);
	if (!lab->t || !lab->mg)
		return false;
	ptp_instance_set_manager(lab->t, lab->mg);
	if (!ptp_instance_set_transmitters(lab->t, 1, t, ARRAY_SIZE(t), lab->now))
		return false;
	for (unsigned int i = 0; i < PORTS; i++)
		ptp_instance_event(lab->t, i, PTP_EV_INITIALIZED, lab->now);
	return true;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };
	struct lab lab = { .now = 1000 * NSEC_PER_SEC };

	lab.policy = octet(&in);
	lab.profile = lab.policy & 0x80 ? NULL : ptp_profile_find("default-e2e");
	if (start(&lab))
		while (in.left)
			event(&lab, &in);
	ptp_instance_free(lab.t);
	ptp_manager_free(lab.mg);
	return 0;
}
