// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/hwstamp.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "os/hwstamp_private.h"

#define READ_EVERY_S 1
#define READ_OFTEN_US 125000	/* with PTP, or NTP as often as that */
/*
 * The kernel alternates between two rates some 0.1 ppm apart so that the system clock keeps
 * the one that was set; when it is idle, only as often as something wakes it. While clocks are read
 * often something does: then the clock is within some ns, instead of some tens.
 */
#define WAKE_US 31250
#define SCAN_EVERY_S 60
/* NIC's stamp and kernel's stamp of one packet, in the order of their making. */
#define EARLY_NS 1000.0
#define REFUSED_MAX 8		/* in a row, then the NIC is left alone for a while */
#define OFF_NS (600 * NSEC_PER_SEC)
/* Far enough ahead for the rate of a line, not too far to convert. */
#define LINE_NS (30 * NSEC_PER_SEC)
/* So much later may a bond's member have stamped than another one would have. */
#define LIKELY_NS 20000
#define UDP_OVER_IPV4 42	/* octets before the payload */
#define UDP_OVER_IPV6 62

/* Each clock was read since the last time. */
static void compare_clocks(struct hwstamp *h)
{
	struct phc_clock_report r[PHC_MAX];
	unsigned int i, k;

	for (i = 0; i < h->nclock; i++) {
		phc_clock_get_report(h->clock[i], &r[i]);
		for (k = 0; k < i; k++)
			oscillator_compare(&h->pair[i][k], r[i].rate, r[i].rate_error, r[k].rate,
					   r[k].rate_error);
	}
}

/* To be awake is all. */
static void on_wake_timer(evutil_socket_t fd, short what, void *arg)
{
}

static void schedule_reads(struct hwstamp *h)
{
	const struct timeval every = { .tv_sec = READ_EVERY_S }, often = { .tv_usec = READ_OFTEN_US };
	const struct timeval wake = { .tv_usec = WAKE_US };
	bool is_often = h->nclock && (h->nptp || hwstamp_mono(h) < h->often_until_mono);

	/* what runs already is not put off */
	if (is_often == h->often)
		return;
	h->often = is_often;
	event_add(h->read_timer, is_often ? &often : &every);
	if (is_often)
		event_add(h->wake_timer, &wake);
	else
		event_del(h->wake_timer);
}

static void on_read_timer(evutil_socket_t fd, short what, void *arg)
{
	struct hwstamp *h = arg;
	unsigned int i;

	for (i = 0; i < h->nclock; i++)
		phc_clock_refresh(h->clock[i]);
	compare_clocks(h);
	hwstamp_look_at_bonds(h);
	schedule_reads(h);
}

void hwstamp_read_often(struct hwstamp *h, s64 until_mono)
{
	h->often_until_mono = until_mono;
	schedule_reads(h);
}

static void scan(struct hwstamp *h)
{
	hwstamp_scan(h);
	schedule_reads(h);
}

int hwstamp_add_ptp(struct hwstamp *h, const char *interface, unsigned int need, bool steer)
{
	struct wanted *w = h->ptp;

	while (w < h->ptp + h->nptp && strcmp(w->name, interface))
		w++;
	if (w == h->ptp + NIC_MAX)
		return -ENOSPC;
	if (w == h->ptp + h->nptp) {
		*w = (struct wanted){ .need = 0 };
		snprintf(w->name, sizeof(w->name), "%.*s", IFNAMSIZ - 1, interface);
		h->nptp++;
	} else if ((w->need | need) == w->need && w->steer == (w->steer || steer)) {
		return 0;
	}
	w->need |= need;
	w->steer |= steer;
	scan(h);
	return 0;
}

void hwstamp_steer(struct hwstamp *h, const struct phc_target *t)
{
	unsigned int i;

	for (i = 0; h && i < h->nclock; i++)
		phc_clock_steer(h->clock[i], t);
}

static void on_scan_timer(evutil_socket_t fd, short what, void *arg)
{
	scan(arg);
}

static bool usable(const struct hwstamp *h, const struct nic *n, unsigned int packet)
{
	return n && n->clock && n->stamps & packet && hwstamp_mono(h) >= n->off_until_mono;
}

/* @second was made after @first, or nearly so. */
static bool plausible(const struct phc_clock *c, s64 first, s64 second, double error_ns)
{
	return phc_stamp_in_order(first, second, llround(EARLY_NS + phc_clock_bound(c) + 3 * error_ns));
}

static bool verdict(struct hwstamp *h, struct nic *n, bool good)
{
	if (good) {
		n->converted++;
		n->refused_in_row = 0;
		return true;
	}
	n->refused++;
	if (++n->refused_in_row < REFUSED_MAX)
		return false;
	n->refused_in_row = 0;
	n->off_until_mono = hwstamp_mono(h) + OFF_NS;
	phc_clock_doubt(n->clock);
	h->cfg.log(LOG_WARNING, "%s: its hardware timestamps contradict the kernel's; software "
		   "timestamps are used for the next 10 minutes", n->name);
	return false;
}

/*
 * The NIC stamps the start of a frame, servers and RFC 5905 mean its end; with
 * different link speeds on the way the difference does not cancel.
 */
static s64 frame_time(const struct nic *n, const struct stamp *st, size_t len)
{
	if (st->link_len)
		len = st->link_len;
	else
		len += st->family == AF_INET6 ? UDP_OVER_IPV6 : UDP_OVER_IPV4;
	return phc_stamp_frame_ns((u32)len, n->speed);
}

int hwstamp_ifindex(const struct stamp *st)
{
	return st->hardware_ifindex ? st->hardware_ifindex : st->ifindex;
}

/* The conversion by one NIC, when its result is possible. */
static bool try_nic(struct hwstamp *h, struct nic *n, const struct stamp *st, bool tx,
		    s64 near_sys, s64 *out, struct phc_moment *at)
{
	struct phc_moment made;
	s64 sys;

	if (!phc_clock_convert(n->clock, st->hardware_phc, &sys, &made))
		return false;
	if (!plausible(n->clock, tx ? near_sys : sys, tx ? sys : near_sys, made.error_ns))
		return verdict(h, n, false);
	*out = sys;
	if (at)
		*at = made;
	return verdict(h, n, true);
}

/*
 * How long after @near_sys, of a packet received before it, this NIC's clock says that the
 * stamp was made; INT64_MAX: it is not of that clock.
 */
static s64 distance(struct hwstamp *h, struct nic *n, const struct stamp *st, unsigned int packet,
		    bool tx, s64 near_sys)
{
	struct phc_moment made;
	s64 sys;

	if (!usable(h, n, packet) ||
	    !phc_clock_convert(n->clock, st->hardware_phc, &sys, &made) ||
	    !plausible(n->clock, tx ? near_sys : sys, tx ? sys : near_sys, made.error_ns))
		return INT64_MAX;
	return tx ? sys - near_sys : near_sys - sys;
}

/*
 * Not told which NIC: the first whose clock makes sense of the stamp. A miss
 * says nothing against the others.
 */
static struct nic *guess_nic(struct hwstamp *h, const struct stamp *st, unsigned int packet,
			     bool tx, s64 near_sys)
{
	unsigned int i;

	for (i = 0; i < h->nnic; i++)
		if (distance(h, &h->nic[i], st, packet, tx, near_sys) != INT64_MAX)
			return &h->nic[i];
	return NULL;
}

/*
 * One of the members of @likely's bond, which the kernel does not tell: the one whose clock
 * puts the stamp next to the kernel's own; @likely when it does so nearly as well. A bond
 * may have gone over to another member a moment ago, or send by another than it receives.
 */
static struct nic *member(struct hwstamp *h, struct nic *likely, const struct stamp *st,
			  unsigned int packet, bool tx, s64 near_sys)
{
	s64 of_likely = distance(h, likely, st, packet, tx, near_sys), least = of_likely, d;
	struct nic *best = likely;
	unsigned int i;

	for (i = 0; i < h->nnic; i++) {
		if (h->nic[i].alias || strcmp(h->nic[i].master, likely->master))
			continue;
		d = distance(h, &h->nic[i], st, packet, tx, near_sys);
		if (d < least) {
			least = d;
			best = &h->nic[i];
		}
	}
	return of_likely != INT64_MAX && of_likely - least < LIKELY_NS ? likely : best;
}

/* Of a packet at interface @ifindex: which NIC stamped it; NULL: none that is known */
static struct nic *stamped_by(struct hwstamp *h, int ifindex, const struct stamp *st,
			      unsigned int packet, bool tx, s64 near_sys)
{
	struct nic *at = hwstamp_find(h, ifindex), *n = hwstamp_below(h, at);

	if (n && n != at && n->master[0])
		return member(h, n, st, packet, tx, near_sys);
	return n;
}

/* As hwstamp_rx(), of one of @packet (NIC_FOR_*), at the start of its frame: its NIC. */
static struct nic *receive(struct hwstamp *h, const struct stamp *st, unsigned int packet,
			   s64 near_sys, s64 *rx_sys, struct phc_moment *at)
{
	struct nic *n;

	if (!h || !st->hardware_phc)
		return NULL;
	n = stamped_by(h, st->hardware_ifindex, st, packet, false, near_sys);
	if (!n)
		n = stamped_by(h, st->ifindex, st, packet, false, near_sys);
	if (!n && !hwstamp_ifindex(st))
		n = guess_nic(h, st, packet, false, near_sys);
	if (!usable(h, n, packet) || !try_nic(h, n, st, false, near_sys, rx_sys, at))
		return NULL;
	return n;
}

static bool transmit(struct hwstamp *h, struct nic *n, const struct stamp *st,
		     unsigned int packet, s64 near_sys, s64 *tx_sys, struct phc_moment *at)
{
	return usable(h, n, packet) && try_nic(h, n, st, true, near_sys, tx_sys, at);
}

bool hwstamp_rx(struct hwstamp *h, const struct stamp *st, size_t len, s64 near_sys,
		s64 *rx_sys, struct phc_moment *at)
{
	const struct nic *n = receive(h, st, NIC_FOR_NTP, near_sys, rx_sys, at);
	s64 frame_ns;

	if (!n)
		return false;
	frame_ns = frame_time(n, st, len);
	*rx_sys += frame_ns;
	if (at)
		at->free_ns += frame_ns;
	return true;
}

bool hwstamp_tx(struct hwstamp *h, const struct stamp *st, int ifindex, s64 near_sys,
		s64 *tx_sys, struct phc_moment *at)
{
	struct nic *n;

	if (!h || !st->hardware_phc)
		return false;
	if (st->hardware_ifindex)
		ifindex = st->hardware_ifindex;
	n = ifindex ? stamped_by(h, ifindex, st, NIC_FOR_NTP, true, near_sys) :
		guess_nic(h, st, NIC_FOR_NTP, true, near_sys);
	/* IP goes by the bond: what comes in at one member may be answered by another */
	if (n && n->master[0] && !st->hardware_ifindex)
		n = member(h, hwstamp_in_use(h, n), st, NIC_FOR_NTP, true, near_sys);
	return transmit(h, n, st, NIC_FOR_NTP, near_sys, tx_sys, at);
}

bool hwstamp_ptp_rx(struct hwstamp *h, const struct stamp *st, unsigned int packet, s64 near_sys,
		    s64 *rx_sys, struct phc_moment *at)
{
	return receive(h, st, packet, near_sys, rx_sys, at);
}

bool hwstamp_ptp_tx(struct hwstamp *h, const struct stamp *st, unsigned int packet, int ifindex,
		    s64 near_sys, s64 *tx_sys, struct phc_moment *at)
{
	if (!h || !st->hardware_phc)
		return false;
	if (st->hardware_ifindex)
		ifindex = st->hardware_ifindex;
	return transmit(h, stamped_by(h, ifindex, st, packet, true, near_sys), st, packet, near_sys,
			tx_sys, at);
}

static struct nic *nic_below_name(struct hwstamp *h, const char *interface)
{
	int ifindex = h ? nic_index(h->cfg.calls, interface) : -ENODEV;

	return hwstamp_below(h, hwstamp_find(h, ifindex));
}

bool hwstamp_ptp_usable(struct hwstamp *h, int ifindex, unsigned int packet)
{
	return h && usable(h, hwstamp_below(h, hwstamp_find(h, ifindex)), packet);
}

struct phc_clock *hwstamp_ptp_clock(struct hwstamp *h, const char *interface)
{
	const struct nic *n = nic_below_name(h, interface);

	return n ? n->clock : NULL;
}

bool hwstamp_usable(const struct hwstamp *h)
{
	unsigned int i;

	for (i = 0; h && i < h->nnic; i++)
		if (h->nic[i].clock && h->nic[i].stamps & NIC_FOR_NTP)
			return true;
	return false;
}

/* The @i-th with a clock that is no stand-in for another. */
static struct nic *nth_nic(const struct hwstamp *h, unsigned int i)
{
	unsigned int k;

	for (k = 0; h && k < h->nnic; k++)
		if (h->nic[k].clock && !h->nic[k].alias && !i--)
			return (struct nic *)&h->nic[k];
	return NULL;
}

/* False: the clock is not understood at the moment. */
static bool make_line(const struct nic *n, struct hwstamp_line *line)
{
	struct phc_moment at;
	s64 ahead;

	phc_clock_refresh(n->clock);
	line->phc = phc_clock_last(n->clock);
	if (!phc_clock_convert(n->clock, line->phc, &line->sys, &at) ||
	    !phc_clock_convert(n->clock, line->phc + LINE_NS, &ahead, &at))
		return false;
	line->rate = llround(ldexp((double)(ahead - line->sys - LINE_NS), PHC_STAMP_RATE_SHIFT) /
			     LINE_NS);
	line->early_ns = EARLY_NS + phc_clock_bound(n->clock) + 3 * at.error_ns;
	line->speed_mbps = n->speed;
	return true;
}

bool hwstamp_get_line(struct hwstamp *h, unsigned int i, struct hwstamp_line *line)
{
	const struct nic *n = nth_nic(h, i);

	if (!n)
		return false;
	*line = (struct hwstamp_line){ .ifindex = n->ifindex };
	line->valid = usable(h, n, NIC_FOR_NTP) && make_line(n, line);
	return true;
}

bool hwstamp_ptp_line(struct hwstamp *h, int ifindex, bool ntp, struct hwstamp_line *line)
{
	struct nic *at = h ? hwstamp_find(h, ifindex) : NULL;
	const struct nic *n = h ? hwstamp_below(h, at) : NULL;

	*line = (struct hwstamp_line){ .ifindex = ifindex };
	line->valid = usable(h, n, NIC_FOR_PTP_UDP) && (!ntp || usable(h, n, NIC_FOR_NTP)) &&
		!at->mixed && make_line(n, line);
	return line->valid;
}

bool hwstamp_get_report(const struct hwstamp *h, unsigned int i, struct hwstamp_report *r)
{
	const struct nic *n = nth_nic(h, i);

	if (!n)
		return false;
	phc_clock_get_report(n->clock, &r->clock);
	r->speed_mbps = n->speed;
	r->converted = n->converted;
	r->refused = n->refused;
	memcpy(r->name, n->name, sizeof(r->name));
	return true;
}

struct phc_clock *hwstamp_clock(const struct hwstamp *h, unsigned int i)
{
	return h && i < h->nclock ? h->clock[i] : NULL;
}

int hwstamp_same_oscillator(const struct hwstamp *h, unsigned int i, unsigned int k)
{
	return i == k ? 1 : oscillator_verdict(i > k ? &h->pair[i][k] : &h->pair[k][i]);
}

static bool copy_names(struct hwstamp *h)
{
	unsigned int i;

	h->interface = calloc(h->cfg.ninterface + 1, sizeof(*h->interface));
	for (i = 0; h->interface && i < h->cfg.ninterface; i++) {
		h->interface[i] = strdup(h->cfg.interface[i]);
		if (!h->interface[i])
			return false;
	}
	return h->interface;
}

struct hwstamp *hwstamp_new(const struct hwstamp_config *cfg)
{
	const struct timeval read_every = { .tv_sec = READ_EVERY_S };
	const struct timeval scan_every = { .tv_sec = SCAN_EVERY_S };
	struct hwstamp *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->cfg = *cfg;
	if (!h->cfg.calls)
		h->cfg.calls = &device_real;
	h->read_timer = event_new(cfg->base, -1, EV_PERSIST, on_read_timer, h);
	h->scan_timer = event_new(cfg->base, -1, EV_PERSIST, on_scan_timer, h);
	h->wake_timer = event_new(cfg->base, -1, EV_PERSIST, on_wake_timer, h);
	if (!copy_names(h) || !h->read_timer || !h->scan_timer || !h->wake_timer ||
	    event_add(h->scan_timer, &scan_every) || event_add(h->read_timer, &read_every)) {
		hwstamp_free(h);
		return NULL;
	}
	scan(h);
	return h;
}

void hwstamp_free(struct hwstamp *h)
{
	unsigned int i;

	if (!h)
		return;
	if (h->read_timer)
		event_free(h->read_timer);
	if (h->scan_timer)
		event_free(h->scan_timer);
	if (h->wake_timer)
		event_free(h->wake_timer);
	for (i = 0; h->interface && i < h->cfg.ninterface; i++)
		free(h->interface[i]);
	free(h->interface);
	for (i = 0; i < h->nclock; i++)
		phc_clock_free(h->clock[i]);
	free(h);
}
