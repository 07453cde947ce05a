// SPDX-License-Identifier: GPL-2.0
#include "stamp.h"

#include <linux/net_tstamp.h>
#include <linux/skbuff.h>

#include "filter.h"
#include "frame.h"
#include "nic.h"

bool simnic_stamp_is_one_step(const struct simnic_nic *nic, const u8 *data,
			      const struct simnic_frame *f)
{
	return READ_ONCE(nic->stamps.tx_type) == HWTSTAMP_TX_ONESTEP_SYNC &&
	       simnic_frame_ptp_type(data, f) == SIMNIC_PTP_SYNC;
}

struct simnic_slot *simnic_stamp_reserve(struct simnic_nic *nic, struct sk_buff *skb,
					 const u8 *data, const struct simnic_frame *f)
{
	struct simnic_slot *slot = NULL;
	unsigned int i, n;

	if (!(skb_shinfo(skb)->tx_flags & SKBTX_HW_TSTAMP) ||
	    READ_ONCE(nic->stamps.tx_type) == HWTSTAMP_TX_OFF ||
	    simnic_stamp_is_one_step(nic, data, f))
		return NULL;
	n = simnic_setting(&nic->settings, SIMNIC_TX_SLOTS);
	spin_lock_bh(&nic->lock);
	i = find_first_zero_bit(nic->stamps.used, n);
	if (i < n) {
		__set_bit(i, nic->stamps.used);
		slot = &nic->stamps.slot[i];
		*slot = (struct simnic_slot) { .skb = skb_get(skb), .depart = S64_MAX };
	}
	spin_unlock_bh(&nic->lock);
	if (slot)
		skb_shinfo(skb)->tx_flags |= SKBTX_IN_PROGRESS;
	else
		simnic_count(nic, SIMNIC_TX_STAMPS_SKIPPED, 1);
	return slot;
}

static bool loses(struct simnic_nic *nic)
{
	u64 every = simnic_setting(&nic->settings, SIMNIC_TX_STAMP_LOSE_EVERY);
	s64 ppm = simnic_setting(&nic->settings, SIMNIC_TX_STAMP_LOSE_PPM);
	bool unlucky = simnic_random_below(&nic->stamp_random, 1000000) < ppm;

	nic->stamps.taken++;
	return unlucky || (every && nic->stamps.taken % every == 0);
}

/* When the stamp is there; of one that gets lost: when its slot is free again. */
static s64 takes(struct simnic_nic *nic, bool lost)
{
	s64 late = simnic_setting(&nic->settings, SIMNIC_TX_STAMP_LATE_PPM), ns;

	if (lost)
		return simnic_setting(&nic->settings, SIMNIC_TX_STAMP_TIMEOUT_NS);
	ns = simnic_setting(&nic->settings, SIMNIC_TX_STAMP_DELAY_NS);
	/* nothing is drawn in vain: runs without late ones repeat as they were */
	if (late && simnic_random_below(&nic->stamp_random, 1000000) < late)
		ns += simnic_setting(&nic->settings, SIMNIC_TX_STAMP_LATE_NS);
	return ns;
}

void simnic_stamp_start(struct simnic_nic *nic, struct simnic_slot *slot, s64 depart, u64 frame)
{
	lockdep_assert_held(&nic->lock);
	slot->frame = frame;
	slot->depart = depart;
	slot->lost = loses(nic);
	slot->due = depart + takes(nic, slot->lost);
}

s64 simnic_stamps_next(const struct simnic_nic *nic)
{
	const struct simnic_slot *s;
	s64 first = S64_MAX;
	unsigned int i;

	lockdep_assert_held(&nic->lock);
	for_each_set_bit(i, nic->stamps.used, SIMNIC_SLOTS_MAX) {
		s = &nic->stamps.slot[i];
		first = min(first, s->latched ? s->due : s->depart);
	}
	return first;
}

s64 simnic_stamp_value(struct simnic_nic *nic, s64 t, __int128 *exact)
{
	s64 step = simnic_setting(&nic->settings, SIMNIC_STAMP_STEP_NS);
	s64 noise = simnic_setting(&nic->settings, SIMNIC_STAMP_NOISE_NS), value, rest;

	lockdep_assert_held(&nic->lock);
	*exact = simnic_clock_at(nic->clock, t);
	value = simnic_ns(*exact);
	if (noise)
		value += (s64)simnic_random_below(&nic->stamp_random, 2 * noise + 1) - noise;
	rest = value % step;
	return value - (rest < 0 ? rest + step : rest);
}

/* Whether a slot is through; the caller has the lock. */
static bool run_slot(struct simnic_nic *nic, struct simnic_slot *s, s64 now)
{
	__int128 exact;

	if (s->depart > now)
		return false;
	if (!s->latched) {
		s->latched = true;
		s->stamp = simnic_stamp_value(nic, s->depart, &exact);
		simnic_log_stamp(&nic->log, s->frame, exact, s->lost ? 0 : s->stamp);
	}
	return s->due <= now;
}

/* The next that is through, which is free from then on. */
static bool take_slot(struct simnic_nic *nic, struct simnic_slot *out)
{
	bool through = false;
	unsigned int i;

	spin_lock_bh(&nic->lock);
	for_each_set_bit(i, nic->stamps.used, SIMNIC_SLOTS_MAX) {
		through = run_slot(nic, &nic->stamps.slot[i], simnic_base_now());
		if (through) {
			*out = nic->stamps.slot[i];
			__clear_bit(i, nic->stamps.used);
			break;
		}
	}
	spin_unlock_bh(&nic->lock);
	return through;
}

void simnic_stamps_run(struct simnic_nic *nic)
{
	struct skb_shared_hwtstamps stamp = { 0 };
	struct simnic_slot slot;

	while (take_slot(nic, &slot)) {
		stamp.hwtstamp = ns_to_ktime(slot.stamp);
		if (!slot.lost)
			skb_tstamp_tx(slot.skb, &stamp);
		simnic_count(nic, slot.lost ? SIMNIC_TX_STAMPS_TIMEOUTS : SIMNIC_TX_STAMPS, 1);
		dev_consume_skb_any(slot.skb);
	}
}

void simnic_stamps_flush(struct simnic_nic *nic)
{
	struct sk_buff *skb[SIMNIC_SLOTS_MAX];
	unsigned int i, n = 0;

	spin_lock_bh(&nic->lock);
	for_each_set_bit(i, nic->stamps.used, SIMNIC_SLOTS_MAX)
		skb[n++] = nic->stamps.slot[i].skb;
	bitmap_zero(nic->stamps.used, SIMNIC_SLOTS_MAX);
	spin_unlock_bh(&nic->lock);
	while (n)
		dev_kfree_skb(skb[--n]);
}

int simnic_stamps_configure(struct simnic_nic *nic, int tx_type, int rx_filter)
{
	bool all = simnic_setting(&nic->settings, SIMNIC_RX_ALL);

	if (tx_type != HWTSTAMP_TX_OFF && tx_type != HWTSTAMP_TX_ON &&
	    (tx_type != HWTSTAMP_TX_ONESTEP_SYNC ||
	     !simnic_setting(&nic->settings, SIMNIC_ONE_STEP)))
		return -ERANGE;
	if (rx_filter < 0 || rx_filter >= 32 || !(simnic_filters(all) & BIT(rx_filter)))
		return -ERANGE;
	WRITE_ONCE(nic->stamps.tx_type, tx_type);
	WRITE_ONCE(nic->stamps.rx_filter, rx_filter);
	return 0;
}
