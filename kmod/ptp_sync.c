// SPDX-License-Identifier: GPL-2.0
/*
 * Syncs to unicast clients, in the order of the grants' time wheel, and their Follow_Ups.
 * The work takes some clients at a time, so that the stamps of those come in between, and
 * waits while the NIC has no transmit stamp to spare.
 */
#include <linux/bottom_half.h>
#include <linux/ktime.h>

#include <uapi/linux/as_timesync.h>

#include "iface.h"
#include "ptp_port.h"
#include "ptp_send.h"
#include "ptp_skb.h"
#include "ptp_stateless.h"
#include "server.h"
#include "tx_stamp.h"

/* So many in one go without softirqs: some 50 us. */
#define BATCH 16

static struct workqueue_struct *workqueue;

int ats_ptp_init(void)
{
	workqueue = alloc_workqueue("as_timesync", WQ_UNBOUND | WQ_HIGHPRI, 0);
	return workqueue ? 0 : -ENOMEM;
}

void ats_ptp_exit(void)
{
	destroy_workqueue(workqueue);
}

static void again(struct ats_ptp_port *port, unsigned long delay)
{
	spin_lock_bh(&port->lock);
	if (!port->ending)
		mod_delayed_work(workqueue, &port->work, delay);
	spin_unlock_bh(&port->lock);
}

void ats_ptp_sync_kick(struct ats_ptp_port *port)
{
	again(port, 0);
}

void ats_ptp_sync_end(struct ats_ptp_port *port)
{
	spin_lock_bh(&port->lock);
	port->ending = true;
	spin_unlock_bh(&port->lock);
	cancel_delayed_work_sync(&port->work);
}

/* What all Syncs of a batch have in common is made once. */
struct batch {
	const struct ats_ptp_facts *facts;
	struct ats_ptp_out out;
	struct ats_ptp_way way;
	struct ats_tx_name name;
};

static void begin(struct batch *b, const struct ats_ptp_port *port,
		  const struct ats_ptp_facts *facts, s64 now_sys)
{
	*b = (struct batch) {
		.facts = facts,
		.way = { .port = ptp_udp_port(0, true), .packet = ATS_PTP_PACKET_FRESH },
		.name = {
			.ptp = port->id,
			.sent_sys = now_sys,
			.follow = {
				.port = ptp_udp_port(0, false), .type = PTP_SYNC,
				.request = { .unicast = true },
			},
		},
	};
	ats_ptp_out(port, &b->out);
	b->way.out = &b->out;
}

static void send_sync(const struct ats_ptp_port *port, struct batch *b,
		      const struct ptp_grant_client *client, u16 sequence)
{
	struct ptp_composed o __uninitialized;

	memcpy(&b->way.to, client->address, sizeof(b->way.to));
	b->name.follow.to = b->way.to;
	b->name.follow.request.from = client->id;
	b->name.follow.request.sequence = sequence;
	ptp_form_write(&o, &b->facts->sync, sequence, 0);
	if (ats_ptp_send(port, &o, &b->way, &b->name, ats_ptp_store_skb(port->store)))
		ats_ptp_count(port, ATS_PTP_COUNT_SYNCS);
}

/* Announces are the agent's. */
static bool next_sync(struct ats_ptp_port *port, s64 now_mono, struct ptp_grant_client *client,
		      u16 *sequence)
{
	enum ptp_grant_kind kind;
	s8 log_interval;
	bool due;

	spin_lock(&port->lock);
	due = ptp_grants_due(port->grants, now_mono, client, &kind, &log_interval, sequence);
	spin_unlock(&port->lock);
	return due;
}

enum progress { DONE, MORE, NO_STAMPS, NO_DUTY };

/* Softirqs off. All in one function. */
static enum progress __flatten send_some(struct ats_ptp_port *port)
{
	/* of all of them: no stamp comes from before */
	s64 now_mono = ats_now_mono(), now_sys = ktime_get_real_ns();
	const struct ats_ptp_facts *facts = ats_ptp_facts(port, now_mono);
	struct ats_iface *iface = ats_iface_find(port->an, port->ifindex);
	struct ptp_grant_client client __uninitialized;
	unsigned int room;
	struct batch batch __uninitialized;
	u16 sequence;

	if (!facts || !(facts->duties & ATS_PTP_SYNC) || !iface)
		return NO_DUTY;
	room = min_t(unsigned int, ats_tx_stamp_room(iface), BATCH);
	if (!room)
		return NO_STAMPS;
	begin(&batch, port, facts, now_sys);
	while (room--) {
		if (!next_sync(port, now_mono, &client, &sequence))
			return DONE;
		send_sync(port, &batch, &client, sequence);
	}
	return MORE;
}

/* To wake up costs as much as a Sync: so many times in the shortest interval is enough. */
#define LOG_WAKES 4

static unsigned long until_next(struct ats_ptp_port *port)
{
	s64 next, pause;

	spin_lock_bh(&port->lock);
	next = ptp_grants_next(port->grants);
	pause = NSEC_PER_SEC << PTP_GRANT_LOG_MAX >>
		(PTP_GRANT_LOG_MAX + LOG_WAKES - port->log_sync_min);
	spin_unlock_bh(&port->lock);
	if (next == INT64_MAX)
		return MAX_SCHEDULE_TIMEOUT;
	next = max(next - ats_now_mono(), pause);
	return nsecs_to_jiffies(next) + 1;
}

static void sync_work(struct work_struct *work)
{
	struct ats_ptp_port *port = container_of(to_delayed_work(work), struct ats_ptp_port, work);
	enum progress progress;
	unsigned long delay;

	if (!port->grants)
		return;
	WRITE_ONCE(port->waiting, false);
	do {
		local_bh_disable();
		rcu_read_lock();
		progress = send_some(port);
		rcu_read_unlock();
		local_bh_enable();
		cond_resched();
	} while (progress == MORE);
	/* until somebody says what is to be done */
	if (progress == NO_DUTY)
		return;
	if (progress == NO_STAMPS) {
		ats_ptp_count(port, ATS_PTP_COUNT_WAITS);
		/* the next stamp wakes it; in case that none comes: */
		WRITE_ONCE(port->waiting, true);
		again(port, 1);
		return;
	}
	delay = until_next(port);
	if (delay != MAX_SCHEDULE_TIMEOUT)
		again(port, delay);
}

void ats_ptp_sync_init(struct ats_ptp_port *port)
{
	INIT_DELAYED_WORK(&port->work, sync_work);
}

static noinline void compose_of_peer(struct ptp_composed *o, const struct ats_ptp_facts *facts,
				     const struct ats_tx_follow *f, s64 tx_tai)
{
	struct ptp_message m;

	ptp_compose_pdelay_follow_up(&m, &facts->voice, &f->request, tx_tai);
	ptp_composed_of(o, &m);
}

static void follow_up(const struct ats_ptp_round *round, const struct ats_tx_follow *f, s64 tx_tai,
		      struct sk_buff *stamped)
{
	const struct ats_ptp_way way = {
		.to = f->to, .from = f->from, .port = f->port, .out = &round->out,
		.packet = ATS_PTP_PACKET_FOLLOWED,
	};
	const struct ats_ptp_facts *facts = round->facts;
	struct ptp_composed o __uninitialized;

	if (f->type == PTP_SYNC)
		ptp_form_write(&o, &facts->follow_up, f->request.sequence, tx_tai);
	else
		compose_of_peer(&o, facts, f, tx_tai);
	if (ats_ptp_send(round->port, &o, &way, NULL, stamped))
		ats_ptp_count(round->port, ATS_PTP_COUNT_FOLLOW_UPS);
}

static noinline void begin_round(struct ats_ptp_round *round, struct ats_net *an, u32 id)
{
	struct ats_ptp_port *port = xa_load(&an->ptp.ports, id);

	round->id = id;
	round->port = port;
	round->facts = port ? ats_ptp_facts(port, ats_now_mono()) : NULL;
	if (port)
		ats_ptp_out(port, &round->out);
}

void __flatten ats_ptp_transmitted(struct ats_ptp_round *round, struct ats_net *an,
				   const struct ats_tx_name *name, s64 tx_sys,
				   struct sk_buff *stamped)
{
	const struct ats_ptp_facts *facts;
	struct ats_ptp_port *port;
	s64 tx_tai;

	if (round->id != name->ptp)
		begin_round(round, an, name->ptp);
	port = round->port;
	if (!port) {
		consume_skb(stamped);
		return;
	}
	facts = round->facts;
	if (facts && ats_ptp_tai(facts, tx_sys, &tx_tai)) {
		if (unlikely(name->follow.type & ATS_TX_STATELESS))
			ats_ptp_stateless_follow(round, &name->follow, tx_tai, stamped);
		else
			follow_up(round, &name->follow, tx_tai, stamped);
	} else {
		consume_skb(stamped);
		ats_ptp_stamp_lost(an, name);
	}
	if (READ_ONCE(port->waiting))
		ats_ptp_sync_kick(port);
}

void ats_ptp_stamp_lost(struct ats_net *an, const struct ats_tx_name *name)
{
	const struct ats_ptp_port *port;

	rcu_read_lock();
	port = xa_load(&an->ptp.ports, name->ptp);
	if (port)
		ats_ptp_count(port, ATS_PTP_COUNT_STAMPS_LOST);
	rcu_read_unlock();
}
