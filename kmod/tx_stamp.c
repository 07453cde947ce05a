// SPDX-License-Identifier: GPL-2.0
#include "tx_stamp.h"

#include <linux/errqueue.h>
#include <linux/interrupt.h>
#include <linux/net.h>
#include <linux/net_tstamp.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/sch_generic.h>
#include <net/sock.h>

#include "ats_have.h"
#include "iface_private.h"
#include "ntp/tx_delay.h"
#include "ntp/tx_turn.h"
#include "ptp_out.h"
#include "tx_stamp_private.h"

/* With SKBTX_HW_TSTAMP newer kernels mean BPF programs too. */
#ifdef ATS_HAVE_SKBTX_HW_TSTAMP_NOBPF
#define ATS_SKBTX_HARDWARE SKBTX_HW_TSTAMP_NOBPF
#else
#define ATS_SKBTX_HARDWARE SKBTX_HW_TSTAMP
#endif

/* A stamp is given up after twice what the slowest one took, within these. */
#define PATIENCE_MIN_MS 50
#define PATIENCE_MAX_MS 1000
/* After the clock was read, at most. */
#define TX_LATE_NS NSEC_PER_SEC
/*
 * How often a reply is stamped to learn from, whether or not a client wants it:
 * at first, and when much is known.
 */
#define LEARN_SOON (HZ / 16)
#define LEARN_ON (HZ / 2)
#define COST_MAX_NS 1000000
/* So many lost in a row, and stamps are asked for without their packets; */
#define LOST_SOME 16
/* so many, and they are asked for only to learn if they come. */
#define LOST_MANY 64
/* Nobody missed a slot for so long: turns are over. */
#define TURNS_FOR (256 * HZ)

/*
 * A socket whose error queue takes the stamps; it is in no table and receives
 * nothing. It lives until the last packet that it owns has left.
 */
struct ats_tx {
	/* written under the lock, read without */
	s32 delay;			/* ns, learned or set, of a reply not stamped */
	s32 cost;			/* ns, what asking for a stamp adds */
	bool at_once;			/* see ats_tx_stamp_known() */
	unsigned long learn_at;		/* jiffies */
	u32 hardware_slots;
	bool follow;			/* stamps are followed up: not from inside of drivers */

	spinlock_t lock;		/* softirqs off; inside of drivers' locks */
	struct ats_iface *iface;
	struct socket *sock;
	void (*old_error_report)(struct sock *sk);
	struct tasklet_struct tasklet;
	struct ats_tx_slots *slots;
	struct tx_delay learned_hardware, learned_software, learned_cost;
	struct tx_turn turn;
	unsigned long missed_at, expired_at, patience;	/* jiffies */
	unsigned long learn_every;
	unsigned int lost_in_row;
	struct ats_tx_report count;
};

static bool is_time_to_learn(const struct ats_tx *tx)
{
	return time_after_eq(jiffies, READ_ONCE(tx->learn_at));
}

s64 ats_tx_delay(const struct ats_iface *iface)
{
	const struct ats_tx *tx;

	if (!iface)
		return 0;
	tx = iface->tx;
	/* the next reply will be stamped, and leave the later for it */
	if (unlikely(is_time_to_learn(tx)))
		return (s64)READ_ONCE(tx->delay) + READ_ONCE(tx->cost);
	return READ_ONCE(tx->delay);
}

bool ats_tx_stamp_known(const struct ats_iface *iface, s64 sent_sys, s64 *tx_sys)
{
	const struct ats_tx *tx;

	if (!iface)
		return false;
	tx = iface->tx;
	if (!READ_ONCE(tx->at_once) || is_time_to_learn(tx))
		return false;
	*tx_sys = sent_sys + READ_ONCE(tx->delay);
	return true;
}

static void lost(struct ats_net *an, const struct ats_tx_name *name)
{
	if (name->ptp)
		ats_ptp_stamp_lost(an, name);
}

static void expire(struct ats_tx *tx)
{
	unsigned int n;

	lockdep_assert_held(&tx->lock);
	/* once a tick is enough */
	if (!time_after(jiffies, tx->expired_at))
		return;
	tx->expired_at = jiffies;
	n = ats_tx_slots_expire(tx->slots, tx->patience, lost, tx->iface->an);
	tx->count.lost += n;
	tx->lost_in_row += n;
	/* this host may give packets' contents to root only: net.core.tstamp_allow_data */
	if (tx->lost_in_row >= LOST_SOME)
		WRITE_ONCE(tx->sock->sk->sk_tsflags,
			   tx->sock->sk->sk_tsflags | SOF_TIMESTAMPING_OPT_TSONLY);
}

static bool take_hardware(struct ats_tx *tx, const struct ats_tx_name *name, u32 *key)
{
	bool slot;

	if (time_after(jiffies, tx->missed_at + TURNS_FOR))
		tx_turn_rest(&tx->turn);
	if (!tx_turn_is_mine(&tx->turn))
		return false;
	if (ats_tx_slots_hardware(tx->slots) >= tx->hardware_slots)
		expire(tx);
	slot = ats_tx_slots_hardware(tx->slots) < tx->hardware_slots &&
		ats_tx_slots_take(tx->slots, true, name, key);
	tx_turn_was(&tx->turn, slot);
	if (!slot)
		tx->missed_at = jiffies;
	return slot;
}

static bool take_software(struct ats_tx *tx, const struct ats_tx_name *name, u32 *key)
{
	if (ats_tx_slots_take(tx->slots, false, name, key))
		return true;
	expire(tx);
	return ats_tx_slots_take(tx->slots, false, name, key);
}

static bool take(struct ats_tx *tx, bool hardware, const struct ats_tx_name *name, u32 *key)
{
	bool taken = false, due = is_time_to_learn(tx);

	spin_lock(&tx->lock);
	if (due)
		WRITE_ONCE(tx->learn_at, jiffies + tx->learn_every);
	if (tx->lost_in_row < LOST_MANY || due)
		taken = hardware ? take_hardware(tx, name, key) : take_software(tx, name, key);
	tx->count.skipped += !taken;
	spin_unlock(&tx->lock);
	return taken;
}

static bool take_one(struct ats_tx *tx, bool hardware, const struct ats_tx_name *name, u32 *key)
{
	return (!hardware || ats_tx_slots_hardware(tx->slots) < tx->hardware_slots) &&
		ats_tx_slots_take(tx->slots, hardware, name, key);
}

static bool take_must(struct ats_tx *tx, bool hardware, const struct ats_tx_name *name, u32 *key)
{
	bool taken;

	spin_lock(&tx->lock);
	taken = take_one(tx, hardware, name, key);
	if (!taken) {
		expire(tx);
		taken = take_one(tx, hardware, name, key);
	}
	tx->count.skipped += !taken;
	spin_unlock(&tx->lock);
	return taken;
}

/*
 * What learns must know how much later the reply leaves for being stamped: since
 * @start, and by the readings of the clock, one of which lasts until @next.
 */
static void note_cost(struct ats_tx *tx, u32 key, s64 start, s64 next)
{
	spin_lock(&tx->lock);
	ats_tx_slots_note(tx->slots, key,
			  clamp_t(s64, ktime_get_real_ns() - start + next - start, 1, COST_MAX_NS));
	spin_unlock(&tx->lock);
}

/* Without a line the NIC's stamp would tell nothing. */
static bool wants_hardware(const struct ats_iface *iface)
{
	return READ_ONCE(iface->tx->hardware_slots) && ats_iface_line(iface);
}

static void own(struct ats_tx *tx, struct sk_buff *skb, bool hardware, u32 key)
{
	skb_set_owner_w(skb, tx->sock->sk);
	skb_shinfo(skb)->tx_flags |= hardware ? ATS_SKBTX_HARDWARE : SKBTX_SW_TSTAMP;
	skb_shinfo(skb)->tskey = key;
}

unsigned int ats_tx_stamp_room(struct ats_iface *iface)
{
	struct ats_tx *tx = iface->tx;
	unsigned int room, used;

	spin_lock(&tx->lock);
	expire(tx);
	room = ats_tx_slots_free(tx->slots);
	used = ats_tx_slots_hardware(tx->slots);
	if (wants_hardware(iface))
		room = min(room, tx->hardware_slots - min(tx->hardware_slots, used));
	spin_unlock(&tx->lock);
	return room;
}

bool ats_tx_stamp_must(struct ats_iface *iface, struct sk_buff *skb,
		       const struct ats_tx_name *name)
{
	bool hardware = wants_hardware(iface);
	struct ats_tx *tx = iface->tx;
	u32 key;

	if (!take_must(tx, hardware, name, &key))
		return false;
	WRITE_ONCE(tx->follow, true);
	own(tx, skb, hardware, key);
	return true;
}

bool ats_tx_stamp_ask(struct ats_iface *iface, struct sk_buff *skb,
		      const struct ats_tx_name *name)
{
	s64 start = 0, next = 0;
	struct ats_tx *tx;
	bool hardware;
	u32 key;

	if (!iface)
		return false;
	tx = iface->tx;
	if (is_time_to_learn(tx)) {
		start = ktime_get_real_ns();
		next = ktime_get_real_ns();
	}
	hardware = wants_hardware(iface);
	if (!take(tx, hardware, name, &key))
		return false;
	own(tx, skb, hardware, key);
	if (start)
		note_cost(tx, key, start, next);
	return true;
}

void ats_tx_stamp_learn(struct ats_iface *iface, struct sk_buff *skb, s64 sent_sys)
{
	const struct ats_tx_name nobody = { .sent_sys = sent_sys };

	if (iface && is_time_to_learn(iface->tx))
		ats_tx_stamp_ask(iface, skb, &nobody);
}

/* Frames never wait here; below a device that stacks on another one they may. */
static bool is_queueless(const struct net_device *dev)
{
	return !rcu_dereference_bh(netdev_get_tx_queue(dev, 0)->qdisc)->enqueue;
}

/* Of a reply that left @cost later than others do. */
static void learn(struct ats_tx *tx, bool hardware, s64 delay, s32 cost)
{
	struct tx_delay *d = hardware ? &tx->learned_hardware : &tx->learned_software;

	lockdep_assert_held(&tx->lock);
	tx_delay_add(d, delay - cost);
	tx_delay_add(&tx->learned_cost, cost);
	if (tx_delay_known(d) && (hardware || !tx_delay_known(&tx->learned_hardware)))
		WRITE_ONCE(tx->delay, d->typical_ns);
	tx->learn_every = d->n < TX_DELAY_LENGTH ? LEARN_SOON : LEARN_ON;
	WRITE_ONCE(tx->cost, tx->learned_cost.typical_ns);
	WRITE_ONCE(tx->at_once, !hardware && tx_delay_steady(d) && is_queueless(tx->iface->dev));
}

/* How long the stamp took tells how long to wait for others. */
static void be_patient(struct ats_tx *tx, s64 tx_sys)
{
	s64 ms = div_s64(2 * (ktime_get_real_ns() - tx_sys), NSEC_PER_MSEC);

	lockdep_assert_held(&tx->lock);
	ms = clamp_t(s64, ms, PATIENCE_MIN_MS, PATIENCE_MAX_MS);
	tx->patience = max(tx->patience, msecs_to_jiffies(ms));
}

/*
 * The stamp in sys, which may be early by *early; false when it cannot be said.
 * The line may have come to its end meanwhile.
 */
static bool stamp_sys(struct ats_iface *iface, struct sk_buff *skb, bool hardware, s64 *sys,
		      s64 *early)
{
	const struct ats_iface_line *line;

	*early = 0;
	if (!hardware) {
		*sys = ktime_to_ns(skb->tstamp);
		return *sys;
	}
	line = ats_iface_line(iface);
	if (!line)
		return false;
	*early = line->error_ns;
	return phc_stamp_to_sys(&line->line, ktime_to_ns(skb_hwtstamps(skb)->hwtstamp), sys);
}

/* Whether a stamp that is @early at most can be that of the reply; with its *delay. */
static bool is_credible(s64 sys, s64 early, const struct ats_tx_name *name, s64 *delay)
{
	return !check_sub_overflow(sys, name->sent_sys, delay) && *delay >= -early &&
		*delay <= TX_LATE_NS;
}

/* Under rcu_read_lock(), softirqs off. Consumes @skb. */
static void take_stamp(struct ats_tx *tx, struct ats_ptp_round *round, struct sk_buff *skb)
{
	bool hardware = skb_hwtstamps(skb)->hwtstamp, said, known, good;
	struct ats_tx_name name __uninitialized;
	s64 sys, early, delay;
	s32 cost;

	said = stamp_sys(tx->iface, skb, hardware, &sys, &early);
	spin_lock(&tx->lock);
	known = ats_tx_slots_give(tx->slots, SKB_EXT_ERR(skb)->ee.ee_data, &name, &cost);
	good = known && said && is_credible(sys, early, &name, &delay);
	if (good && cost)
		learn(tx, hardware, delay, cost);
	if (said && hardware)
		be_patient(tx, sys);
	if (known) {
		*(hardware ? &tx->count.hardware : &tx->count.software) += 1;
		tx->lost_in_row = 0;
	}
	spin_unlock(&tx->lock);
	if (known && !good)
		atomic64_inc(&tx->iface->refused);
	if (known && !good)
		lost(tx->iface->an, &name);
	if (good && name.ptp) {
		ats_ptp_transmitted(round, tx->iface->an, &name, sys, skb);
		return;
	}
	if (good && name.rx)
		ats_clients_transmitted(tx->iface->an, &name, sys);
	consume_skb(skb);
}

/* Not sock_dequeue_err_skb(), which reports the next one from inside. */
static void drain(struct ats_tx *tx)
{
	struct ats_ptp_round round = { 0 };
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&tx->sock->sk->sk_error_queue))) {
		if (SKB_EXT_ERR(skb)->ee.ee_origin == SO_EE_ORIGIN_TIMESTAMPING)
			take_stamp(tx, &round, skb);
		else
			consume_skb(skb);
	}
}

static void drain_later(struct tasklet_struct *t)
{
	struct ats_tx *tx = from_tasklet(tx, t, tasklet);

	rcu_read_lock();
	drain(tx);
	rcu_read_unlock();
}

/* sk_error_report: drivers tell of stamps in any context, perhaps with their locks held. */
static void on_stamp(struct sock *sk)
{
	struct ats_tx *tx;

	rcu_read_lock();
	tx = rcu_dereference_sk_user_data(sk);
	if (tx) {
		if (READ_ONCE(tx->follow) || in_hardirq() || irqs_disabled() || !in_softirq())
			tasklet_schedule(&tx->tasklet);
		else
			drain(tx);
	}
	rcu_read_unlock();
}

static int open_socket(struct ats_tx *tx)
{
	/* with the packet itself, which can become the follow-up, and costs no memory */
	const int flags = SOF_TIMESTAMPING_OPT_ID;
	struct sock *sk;
	int err;

	err = sock_create_kern(tx->iface->an->net, AF_INET, SOCK_DGRAM, IPPROTO_UDP, &tx->sock);
	if (err)
		return err;
	sk = tx->sock->sk;
	err = sock_setsockopt(tx->sock, SOL_SOCKET, SO_TIMESTAMPING_NEW,
			      KERNEL_SOCKPTR((void *)&flags), sizeof(flags));
	if (err) {
		sock_release(tx->sock);
		return err;
	}
	/* room for a stamp of every slot */
	WRITE_ONCE(sk->sk_rcvbuf, ATS_TX_SLOTS_MAX * SKB_TRUESIZE(0) * 2);
	write_lock_bh(&sk->sk_callback_lock);
	rcu_assign_sk_user_data(sk, tx);
	tx->old_error_report = sk->sk_error_report;
	sk->sk_error_report = on_stamp;
	write_unlock_bh(&sk->sk_callback_lock);
	return 0;
}

struct ats_tx *ats_tx_new(struct ats_iface *iface)
{
	struct ats_tx *tx = kzalloc(sizeof(*tx), GFP_KERNEL_ACCOUNT);
	int err = -ENOMEM;

	if (!tx)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&tx->lock);
	tasklet_setup(&tx->tasklet, drain_later);
	tx_turn_init(&tx->turn, get_random_u32());
	tx->iface = iface;
	tx->patience = msecs_to_jiffies(PATIENCE_MIN_MS);
	tx->learn_at = jiffies;
	tx->learn_every = LEARN_SOON;
	tx->expired_at = jiffies - 1;
	tx->missed_at = jiffies - TURNS_FOR;
	tx->slots = ats_tx_slots_new(ATS_TX_SLOTS_MIN);
	if (tx->slots)
		err = open_socket(tx);
	if (!err)
		return tx;
	kvfree(tx->slots);
	kfree(tx);
	return ERR_PTR(err);
}

/* A stamp that comes from now on stays in the socket and goes with it. */
void ats_tx_stop(struct ats_tx *tx)
{
	struct sock *sk = tx->sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	rcu_assign_sk_user_data(sk, NULL);
	sk->sk_error_report = tx->old_error_report;
	write_unlock_bh(&sk->sk_callback_lock);
}

void ats_tx_free(struct ats_tx *tx)
{
	tasklet_kill(&tx->tasklet);
	sock_release(tx->sock);
	kvfree(tx->slots);
	kfree(tx);
}

void ats_tx_set_delay(struct ats_tx *tx, s32 ns)
{
	spin_lock_bh(&tx->lock);
	if (!tx_delay_known(&tx->learned_hardware) && !tx_delay_known(&tx->learned_software))
		WRITE_ONCE(tx->delay, ns);
	spin_unlock_bh(&tx->lock);
}

struct ats_tx_slots *ats_tx_set_slots(struct ats_tx *tx, u32 slots, struct ats_tx_slots *room)
{
	spin_lock_bh(&tx->lock);
	if (room && ats_tx_slots_size(room) > ats_tx_slots_size(tx->slots)) {
		ats_tx_slots_move(room, tx->slots);
		swap(room, tx->slots);
	}
	WRITE_ONCE(tx->hardware_slots, slots);
	spin_unlock_bh(&tx->lock);
	return room;
}

void ats_tx_get(struct ats_tx *tx, struct ats_tx_report *r)
{
	spin_lock_bh(&tx->lock);
	expire(tx);
	*r = tx->count;
	r->slots = tx->hardware_slots;
	r->delay_known = tx_delay_known(&tx->learned_hardware) ||
		tx_delay_known(&tx->learned_software);
	r->delay = tx->delay;
	spin_unlock_bh(&tx->lock);
}
