/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small deterministic world of PTP instances for tests: clocks of constant offsets on
 * segments whose delays are known, so that each leg and link delay is checked against
 * the truth as it comes. Messages are lost, doubled, held up and corrected on the way, and
 * transmit stamps are late or lost, as the test says.
 */
#ifndef TEST_PTP_WORLD_H
#define TEST_PTP_WORLD_H

#include <errno.h>
#include <string.h>

#include "ntp/random.h"
#include "ptp/instance.h"
#include "wire/bytes.h"
#include "wire/ptp_org.h"

#define S NSEC_PER_SEC
#define MS 1000000LL
#define US 1000LL

enum { NODES = 5, PORTS = 3, NOWHERE = -1 };

struct plug {			/* where a port is plugged in */
	int segment;
	s64 out_ns, in_ns;	/* delay to the segment's middle, and from it */
};

struct node {
	struct ptp_instance *t;
	u64 clock;
	s64 offset_ns;		/* its sys is so much ahead */
	unsigned int ports;
	struct plug plug[PORTS];
	bool one_step[PORTS];
	s64 asymmetry_ns[PORTS];	/* as configured */
	bool dead, mute_sync, no_send;
	unsigned int state_changes, parents;
	u64 legs[PORTS][2], link_delays[PORTS];
	u64 sent[16], stamps_lost[16];
	u16 next[PORTS][16];	/* sequence numbers of its own messages */
	u16 next_to[256][16];	/* the same of Announce and Sync to one clock */
	u64 information[16];	/* sent with Follow_Up information, by type */
	u8 last_to[PTP_ADDRESS_LEN];	/* of the last Delay_Req; zeroes: multicast */
	s64 answered_sys[256];		/* by requester: when Pdelay_Resp left */
	u64 bad_follow_ups;		/* Pdelay_Resp_Follow_Up with another time */
};

struct world {
	struct node node[NODES];
	unsigned int nodes;
	s64 now;		/* mono, and true time */
	u64 rng;
	/* of all that happens */
	unsigned int lost_percent, doubled_percent, stamp_lost_percent;
	s64 stamp_delay_ns;	/* at most */
	s64 residence_ns;	/* of transparent clocks on the way, at most */
	s64 general_late_ns;	/* general messages are held up, at most */
	u64 duplicates;
	u64 bad_legs;		/* not the true time */
	unsigned int granted;	/* times that grants changed, last of whom */
	struct ptp_grant_client last_granted;
};

static struct world w;

/* The settings of a clock with @ports ports; change them before world_add(). */
struct setting {
	struct ptp_instance_config cfg;
	struct ptp_port_config port[PORTS];
};

#define EPOCH (1700000000 * S)	/* sys of a clock without offset when mono is 0 */
#define TX_LATENCY (10 * US)
#define QUEUE 2048
#define OCTETS 256

struct happening {
	s64 at;
	struct node *node;
	unsigned int port;
	bool is_stamp;
	u32 ticket;		/* of a stamp */
	s64 stamp_sys;
	enum stamp_kind kind;
	u8 from[PTP_ADDRESS_LEN];
	size_t len;
	u8 buf[OCTETS];
};

static struct happening queue[QUEUE];
static unsigned int queued;

static s64 below(s64 n)
{
	return n > 0 ? (s64)(random_next(&w.rng) % (u64)n) : 0;
}

static bool chance(unsigned int percent)
{
	return below(100) < percent;
}

static inline s64 world_sys(const struct node *n)
{
	return EPOCH + w.now + n->offset_ns;
}

static struct happening *happens(s64 when, struct node *n, unsigned int port)
{
	struct happening *h = &queue[queued++];

	assert_in_range(queued, 1, QUEUE);
	*h = (struct happening){ .at = when, .node = n, .port = port };
	return h;
}

/* On its way from @a to port @j of @b; an event message leaves at @tx. */
static void deliver(const struct node *a, const struct plug *from, struct node *b,
		    unsigned int j, const struct ptp_outgoing *o, const u8 *octets, s64 tx)
{
	s64 residence = o->event ? below(w.residence_ns) : 0;
	s64 late = o->event ? 0 : below(w.general_late_ns);
	struct happening *h;

	h = happens(tx + from->out_ns + b->plug[j].in_ns + residence + late, b, j);
	h->len = o->len;
	memcpy(h->buf, octets, o->len);
	be64_put(h->buf + 8, be64_get(h->buf + 8) + ((u64)residence << 16));
	h->kind = o->event ? STAMP_HARDWARE : STAMP_NONE;
	h->stamp_sys = EPOCH + h->at + b->offset_ns;
	h->from[PTP_ADDRESS_LEN - 1] = (u8)a->clock;
	if (!chance(w.doubled_percent))
		return;
	w.duplicates++;
	happens(h->at, b, j);
	queue[queued - 1] = *h;
	queue[queued - 1].at += below(50 * MS);
	queue[queued - 1].stamp_sys += queue[queued - 1].at - h->at;
}

static void spread(struct node *a, unsigned int port, const struct ptp_outgoing *o,
		   const u8 *octets, s64 tx)
{
	for (unsigned int i = 0; i < w.nodes; i++) {
		struct node *b = &w.node[i];

		if (o->to && o->to[PTP_ADDRESS_LEN - 1] != (u8)b->clock)
			continue;
		for (unsigned int j = 0; j < b->ports; j++) {
			if (b->plug[j].segment == NOWHERE || (b == a && j == port) ||
			    b->plug[j].segment != a->plug[port].segment ||
			    chance(w.lost_percent))
				continue;
			deliver(a, &a->plug[port], b, j, o, octets, tx);
		}
	}
}

static void stamp(struct node *n, unsigned int port, const struct ptp_outgoing *o, s64 tx)
{
	struct happening *h;

	if (chance(w.stamp_lost_percent)) {
		n->stamps_lost[o->type]++;
		return;
	}
	h = happens(tx + below(w.stamp_delay_ns), n, port);
	h->is_stamp = true;
	h->ticket = o->ticket;
	h->stamp_sys = EPOCH + tx + n->offset_ns;
	h->kind = STAMP_HARDWARE;
}

static bool has_information(const struct ptp_outgoing *o)
{
	struct ptp_tlv_walk walk;
	struct ptp_message m;
	struct ptp_tlv t;
	struct ptp_org org;

	assert_int_equal(ptp_message_parse(o->buf, o->len, &m), 0);
	walk = ptp_tlv_walk(m.tlv, m.tlv_len);
	return ptp_tlv_next(&walk, &t) && ptp_org_get(&t, &org) &&
		org.content == PTP_ORG_FOLLOW_UP_INFORMATION && !walk.left;
}

static void check_sequence(struct node *n, unsigned int port, const struct ptp_outgoing *o)
{
	u16 *next = o->to ? &n->next_to[o->to[PTP_ADDRESS_LEN - 1]][o->type] : NULL;

	if (o->to && (o->type == PTP_SYNC || o->type == PTP_ANNOUNCE)) {
		/* those not sent before it was MASTER count, and a new grant begins anew */
		assert_true(!o->sequence || (u16)(o->sequence - *next) < 1000);
		*next = o->sequence + 1;
	} else if (o->type <= PTP_PDELAY_REQ || o->type == PTP_ANNOUNCE) {
		assert_int_equal(o->sequence, n->next[port][o->type]++);
	}
}

/* Whoever asks is told when its own answer left. */
static void check_answer(struct node *n, const struct ptp_outgoing *o, s64 tx)
{
	struct ptp_message m;
	u8 who;

	if (o->type != PTP_PDELAY_RESP && o->type != PTP_PDELAY_RESP_FOLLOW_UP)
		return;
	assert_int_equal(ptp_message_parse(o->buf, o->len, &m), 0);
	who = (u8)m.response.requester.clock;
	if (o->type == PTP_PDELAY_RESP)
		n->answered_sys[who] = EPOCH + tx + n->offset_ns;
	else if (m.response.tai != n->answered_sys[who] + 37 * S)
		n->bad_follow_ups++;
}

static int send(void *ctx, unsigned int port, const struct ptp_outgoing *o)
{
	struct node *n = ctx;
	s64 tx = w.now + (o->event ? TX_LATENCY : 0);
	u8 octets[OCTETS];

	assert_in_range(o->len, 44, OCTETS);
	if (n->no_send)
		return -ENETDOWN;
	memcpy(octets, o->buf, o->len);
	check_sequence(n, port, o);
	n->sent[o->type]++;
	check_answer(n, o, tx);
	if (o->type == PTP_DELAY_REQ) {
		memset(n->last_to, 0, sizeof(n->last_to));
		if (o->to)
			memcpy(n->last_to, o->to, sizeof(n->last_to));
	}
	if (has_information(o))
		n->information[o->type]++;
	/* what the NIC does */
	if (o->type == PTP_SYNC && n->one_step[port]) {
		assert_false(o->stamp);
		ptp_timestamp_put(octets + PTP_HEADER_LEN,
				  EPOCH + tx + n->offset_ns + 37 * S);
	}
	if (!n->mute_sync || o->type != PTP_SYNC)
		spread(n, port, o, octets, tx);
	if (o->stamp)
		stamp(n, port, o, tx);
	return 0;
}

static void leg(void *ctx, unsigned int port, enum ptp_way way, const struct leg *l)
{
	struct node *n = ctx, *p = NULL;
	struct ptp_port_id parent = ptp_bmca_ds(ptp_instance_bmca(n->t))->parent.port;
	const struct plug *there, *here = &n->plug[port];
	s64 ahead, passage;

	for (unsigned int i = 0; i < w.nodes; i++)
		if (w.node[i].clock == parent.clock)
			p = &w.node[i];
	assert_non_null(p);
	there = &p->plug[parent.port - 1];
	ahead = n->offset_ns - p->offset_ns;
	if (way == PTP_WAY_BACK)
		passage = there->out_ns + here->in_ns + ahead - n->asymmetry_ns[port];
	else
		passage = here->out_ns + there->in_ns - ahead + n->asymmetry_ns[port];
	if (!l->valid || l->local_kind != STAMP_HARDWARE ||
	    passage != (way == PTP_WAY_BACK ? l->local_sys - l->remote_utc :
			l->remote_utc - l->local_sys))
		w.bad_legs++;
	n->legs[port][way]++;
}

/* Of two clocks on a segment */
static void link_delay(void *ctx, unsigned int port, const struct ptp_peer_sample *sample)
{
	struct node *n = ctx;
	s64 round = 0;

	for (unsigned int i = 0; i < w.nodes; i++)
		for (unsigned int j = 0; j < w.node[i].ports; j++)
			if (w.node[i].plug[j].segment == n->plug[port].segment)
				round += w.node[i].plug[j].out_ns + w.node[i].plug[j].in_ns;
	if (sample->delay_ns != (double)round / 2 || sample->kind != STAMP_HARDWARE)
		w.bad_legs++;
	n->link_delays[port]++;
}

static void parent_changed(void *ctx, unsigned int port, struct ptp_port_id parent)
{
	((struct node *)ctx)->parents++;
}

static void state_changed(void *ctx, unsigned int port, enum ptp_port_state from,
			  enum ptp_port_state to)
{
	assert_int_not_equal(from, to);
	((struct node *)ctx)->state_changes++;
}

static void granted(void *ctx, unsigned int port, const struct ptp_grant_client *client)
{
	w.granted++;
	w.last_granted = *client;
}

static u32 random32(void *ctx)
{
	return (u32)(random_next(&w.rng) >> 32);
}

static const struct ptp_port_ops ops = {
	.send = send,
	.leg = leg,
	.link_delay = link_delay,
	.parent = parent_changed,
	.state = state_changed,
	.granted = granted,
	.random = random32,
};

static void world_begin(void)
{
	memset(&w, 0, sizeof(w));
	w.now = 1000 * S;
	w.rng = 4711;
	queued = 0;
}

static void world_end(void)
{
	for (unsigned int i = 0; i < w.nodes; i++)
		ptp_instance_free(w.node[i].t);
	w.nodes = 0;
}

/* 1 Announce, Sync and Delay_Req a second, a UTC offset that is 37 s, and told so */
static void setting_init(struct setting *s, unsigned int ports, u8 priority1)
{
	memset(s, 0, sizeof(*s));
	s->cfg = (struct ptp_instance_config){
		.def = { .ports = (u16)ports, .quality = { 248, 0xfe, 0xffff },
			 .priority1 = priority1, .priority2 = 128, .local_priority = 128,
			 .max_steps_removed = PTP_STEPS_MAX },
		.time = { .utc_offset = 37,
			  .flags = PTP_FLAG_UTC_VALID | PTP_FLAG_PTP_TIMESCALE },
		.utc_offset = 10, .compare = ptp_compare_default,
		.threshold = PTP_FOREIGN_THRESHOLD, .qualify = true, .path_trace = true,
		.minor_version = 1,
	};
	for (unsigned int i = 0; i < ports; i++)
		s->port[i] = (struct ptp_port_config){
			.bmca = { .announce_timeout = 3, .local_priority = 128,
				  .records = PTP_FOREIGN_RECORDS_MIN },
			.log_max_delay_req = 5, .delay = PTP_E2E, .delivery = PTP_MULTICAST,
		};
}

/* Its identity is 10 more than its number. */
static struct node *world_add(struct setting *s, s64 offset_ns, const struct plug *plug)
{
	struct node *n = &w.node[w.nodes];

	assert_in_range(w.nodes, 0, NODES - 1);
	n->clock = s->cfg.def.clock = 10 + w.nodes++;
	n->offset_ns = offset_ns;
	n->ports = s->cfg.def.ports;
	s->cfg.port = s->port;
	for (unsigned int i = 0; i < n->ports; i++) {
		n->plug[i] = plug[i];
		n->one_step[i] = s->port[i].one_step;
		n->asymmetry_ns[i] = s->port[i].asymmetry_ns;
	}
	n->t = ptp_instance_new(&s->cfg, &ops, n, w.now);
	assert_non_null(n->t);
	for (unsigned int i = 0; i < n->ports; i++)
		ptp_instance_event(n->t, i, PTP_EV_INITIALIZED, w.now);
	return n;
}

/* It was off for a moment, and remembers nothing. */
static inline void world_restart(struct node *n, struct setting *s)
{
	ptp_instance_free(n->t);
	memset(n->next, 0, sizeof(n->next));
	memset(n->next_to, 0, sizeof(n->next_to));
	s->cfg.def.clock = n->clock;
	s->cfg.port = s->port;
	n->t = ptp_instance_new(&s->cfg, &ops, n, w.now);
	assert_non_null(n->t);
	for (unsigned int i = 0; i < n->ports; i++)
		ptp_instance_event(n->t, i, PTP_EV_INITIALIZED, w.now);
}

static enum ptp_port_state world_state(const struct node *n, unsigned int port)
{
	return ptp_bmca_state(ptp_instance_bmca(n->t), port);
}

static inline struct ptp_port_counters world_count(const struct node *n, unsigned int port)
{
	struct ptp_port_counters c;

	ptp_instance_count(n->t, port, &c);
	return c;
}

static void happen(const struct happening *h)
{
	struct ptp_received how = { h->stamp_sys, h->kind, h->from };
	struct node *n = h->node;

	if (n->dead)
		return;
	if (h->is_stamp)
		ptp_instance_stamped(n->t, h->port, h->ticket, h->stamp_sys, h->kind, w.now);
	else
		ptp_instance_receive(n->t, h->port, h->buf, h->len, &how, w.now);
	/* the servo is ready after two of them */
	if (world_state(n, h->port) == PTP_UNCALIBRATED && n->legs[h->port][PTP_WAY_BACK] > 1)
		ptp_instance_event(n->t, h->port, PTP_EV_MASTER_CLOCK_SELECTED, w.now);
}

/* Run whatever is next; false: nothing until @until. */
static bool step(s64 until)
{
	struct node *runs = NULL;
	struct happening h;
	unsigned int next = QUEUE;
	s64 due = until;

	for (unsigned int i = 0; i < queued; i++) {
		if (queue[i].at >= due)
			continue;
		due = queue[i].at;
		next = i;
	}
	for (unsigned int i = 0; i < w.nodes; i++) {
		s64 mono = ptp_instance_next_mono(w.node[i].t);

		if (w.node[i].dead || mono >= due)
			continue;
		due = mono;
		runs = &w.node[i];
	}
	if (due > w.now)
		w.now = due;
	if (runs) {
		ptp_instance_run(runs->t, w.now);
	} else if (next < QUEUE) {
		h = queue[next];
		queue[next] = queue[--queued];
		happen(&h);
	}
	return runs || next < QUEUE;
}

static void world_run(s64 ns)
{
	s64 until = w.now + ns;

	while (step(until))
		;
	w.now = until;
}

static struct plug at(int segment, s64 out_ns, s64 in_ns)
{
	return (struct plug){ segment, out_ns, in_ns };
}

static int setup(void **state)
{
	world_begin();
	return 0;
}

static int teardown(void **state)
{
	world_end();
	return 0;
}

static inline struct node *add_one(u8 priority1, s64 offset_ns, struct plug plug)
{
	struct setting s;

	setting_init(&s, 1, priority1);
	return world_add(&s, offset_ns, &plug);
}

static inline void each_way_near(const struct node *n, u64 back, u64 fwd)
{
	assert_int_equal(w.bad_legs, 0);
	assert_in_range(n->legs[0][PTP_WAY_BACK], back * 9 / 10, back * 11 / 10);
	assert_in_range(n->legs[0][PTP_WAY_FWD], fwd * 8 / 10, fwd * 12 / 10);
}

#endif
