// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/hwstamp.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "core/oscillator.h"
#include "os/nic.h"
#include "os/phc_clock.h"

#define PHC_MAX 16
#define READ_EVERY_S 1
/*
 * With PTP: an idle kernel keeps the system clock on its rate only as often as something
 * wakes it, within some tens of ns for each second between.
 */
#define READ_OFTEN_US 125000
#define SCAN_EVERY_S 60
/* NIC's stamp and kernel's stamp of one packet, in the order of their making. */
#define EARLY_NS 1000.0
#define REFUSED_MAX 8		/* in a row, then the NIC is left alone for a while */
#define OFF_NS (600 * NSEC_PER_SEC)
/* Far enough ahead for the rate of a line, not too far to convert. */
#define LINE_NS (30 * NSEC_PER_SEC)
#define UDP_OVER_IPV4 42	/* octets before the payload */
#define UDP_OVER_IPV6 62

struct nic {
	char name[IFNAMSIZ];
	int ifindex;
	struct phc_clock *clock;	/* NULL: no stamps from here, remembered */
	bool alias;			/* found by its index in a stamp, not configured */
	bool mixed;			/* that stands for NICs of several clocks */
	unsigned int stamps;		/* NIC_FOR_*, of received packets */
	enum nic_stamping outcome[2];	/* of the last scan: of all that is needed, in the end */
	unsigned int speed;
	unsigned int refused_in_row;
	s64 off_until_mono;
	u64 converted, refused;
};

struct wanted {			/* an interface, or a NIC below some */
	char name[IFNAMSIZ];
	unsigned int need;		/* NIC_FOR_* */
	bool steer;
};

struct hwstamp {
	struct hwstamp_config cfg;
	struct wanted ptp[NIC_MAX];
	unsigned int nptp;
	char **interface;
	struct event *read_timer, *scan_timer;
	bool often;			/* as the read timer runs now */
	struct phc_clock *clock[PHC_MAX];
	unsigned int nclock;
	struct oscillator_pair pair[PHC_MAX][PHC_MAX];	/* [i][k], k < i */
	struct nic nic[NIC_MAX];
	unsigned int nnic;
};

static s64 now_mono(const struct hwstamp *h)
{
	return sysclock_ops(h->cfg.clock)->now_mono(h->cfg.clock);
}

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

static void on_read_timer(evutil_socket_t fd, short what, void *arg)
{
	struct hwstamp *h = arg;
	unsigned int i;

	for (i = 0; i < h->nclock; i++)
		phc_clock_refresh(h->clock[i]);
	compare_clocks(h);
}

/* The clock with this index, opened when it is new; NULL when it cannot be used. */
static struct phc_clock *get_clock(struct hwstamp *h, int index)
{
	struct phc_clock *c;
	unsigned int i;

	for (i = 0; i < h->nclock; i++)
		if (phc_clock_index(h->clock[i]) == index)
			return phc_clock_there(h->clock[i]) ? h->clock[i] : NULL;
	c = h->nclock < PHC_MAX ? phc_clock_new(index, h->cfg.calls, h->cfg.clock, h->cfg.log) : NULL;
	if (!c)
		return NULL;
	h->clock[h->nclock++] = c;
	return phc_clock_there(c) ? c : NULL;
}

static struct nic *find_nic(struct hwstamp *h, const char *name)
{
	unsigned int i;

	for (i = 0; i < h->nnic; i++)
		if (!strcmp(h->nic[i].name, name))
			return &h->nic[i];
	return NULL;
}

static struct nic *add_nic(struct hwstamp *h, const char *name, int ifindex)
{
	struct nic *n;

	if (h->nnic == NIC_MAX)
		return NULL;
	n = &h->nic[h->nnic++];
	*n = (struct nic) { .ifindex = ifindex };
	snprintf(n->name, sizeof(n->name), "%.*s", IFNAMSIZ - 1, name);
	return n;
}

/* @was: how that went the last time; NULL: it is the first. */
static enum nic_stamping enable(struct hwstamp *h, const char *name, const enum nic_stamping *was,
				unsigned int *need)
{
	enum nic_stamping s;
	char say[256];

	s = nic_enable(h->cfg.calls, name, need, say, sizeof(say));
	/* of what is as it was nothing is said twice */
	if (!was || s == NIC_STAMPS_SET || (s < NIC_STAMPS_KEPT && s != *was))
		h->cfg.log(s == NIC_STAMPS_REFUSED ? LOG_WARNING : LOG_INFO, "%s", say);
	return s;
}

/* Looks at a NIC for the first time, or again: its clock, speed and settings. */
static void scan_nic(struct hwstamp *h, const struct wanted *w)
{
	struct nic *n = find_nic(h, w->name);
	int ifindex = nic_index(h->cfg.calls, w->name), phc;
	const enum nic_stamping *was = n && !n->alias ? n->outcome : NULL;
	unsigned int need = w->need;
	enum nic_stamping s, first;

	if (ifindex < 0) {
		if (n)
			n->clock = NULL;
		return;
	}
	first = s = enable(h, w->name, was, &need);
	/* no PTP is no reason to leave NTP without */
	if (s < NIC_STAMPS_KEPT && w->need & NIC_FOR_NTP && w->need != NIC_FOR_NTP) {
		need = NIC_FOR_NTP;
		s = enable(h, w->name, was ? was + 1 : NULL, &need);
	}
	if (!n)
		n = add_nic(h, w->name, ifindex);
	if (!n)
		return;
	phc = s >= NIC_STAMPS_KEPT ? nic_phc(h->cfg.calls, w->name) : -ENODEV;
	n->alias = false;
	n->ifindex = ifindex;
	n->outcome[0] = first;
	n->outcome[1] = s;
	n->stamps = need;
	n->clock = phc >= 0 ? get_clock(h, phc) : NULL;
	n->speed = n->clock ? nic_speed(h->cfg.calls, w->name) : 0;
	/* two NICs may share a clock */
	if (n->clock && w->steer)
		phc_clock_take(n->clock, true);
}

/* The NICs below @name are to stamp @need, too. */
static void want_below(const struct hwstamp *h, const char *name, unsigned int need, bool steer,
		       struct wanted w[NIC_MAX], unsigned int *n)
{
	char below[NIC_MAX][IFNAMSIZ];
	unsigned int nbelow = nic_below(h->cfg.calls, name, below), i, k;

	for (i = 0; i < nbelow; i++) {
		for (k = 0; k < *n && strcmp(w[k].name, below[i]); k++)
			;
		if (k == NIC_MAX)
			return;
		if (k == *n) {
			w[k] = (struct wanted){ .need = 0 };
			memcpy(w[k].name, below[i], IFNAMSIZ);
			++*n;
		}
		w[k].need |= need;
		w[k].steer |= steer;
	}
}

static void schedule_reads(struct hwstamp *h)
{
	const struct timeval every = { .tv_sec = READ_EVERY_S }, often = { .tv_usec = READ_OFTEN_US };
	bool is_often = h->nptp && h->nclock;

	/* what runs already is not put off */
	if (is_often == h->often)
		return;
	h->often = is_often;
	event_add(h->read_timer, is_often ? &often : &every);
}

static void scan(struct hwstamp *h)
{
	char name[NIC_MAX][IFNAMSIZ];
	struct wanted w[NIC_MAX];
	unsigned int n, nwanted = 0, i;

	/* indices may have got another meaning */
	for (i = 0; i < h->nnic; i++)
		if (h->nic[i].alias)
			h->nic[i--] = h->nic[--h->nnic];
	for (n = 0; n < h->cfg.ninterface && n < NIC_MAX; n++)
		snprintf(name[n], IFNAMSIZ, "%.*s", IFNAMSIZ - 1, h->interface[n]);
	if (!h->cfg.ninterface)
		n = nic_list(name);
	for (i = 0; i < n; i++)
		want_below(h, name[i], NIC_FOR_NTP, false, w, &nwanted);
	for (i = 0; i < h->nptp; i++)
		want_below(h, h->ptp[i].name, h->ptp[i].need, h->ptp[i].steer, w, &nwanted);
	for (i = 0; i < nwanted; i++)
		scan_nic(h, &w[i]);
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

void hwstamp_leg(struct hwstamp *h, const struct phc_leg *leg)
{
	unsigned int i;

	for (i = 0; h && i < h->nclock && !phc_clock_leg(h->clock[i], leg); i++)
		;
}

void hwstamp_forget_legs(struct hwstamp *h, const void *owner)
{
	unsigned int i;

	for (i = 0; h && i < h->nclock; i++)
		phc_clock_forget_legs(h->clock[i], owner);
}

void hwstamp_trust_legs(struct hwstamp *h, const void *owner, bool trust)
{
	unsigned int i;

	for (i = 0; h && i < h->nclock; i++)
		phc_clock_trust_legs(h->clock[i], owner, trust);
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

/* A VLAN or a bond stands for the first NIC below it that stamps. */
static void stand_for(struct hwstamp *h, struct nic *n)
{
	char below[NIC_MAX][IFNAMSIZ];
	unsigned int nbelow = nic_below(h->cfg.calls, n->name, below), i;
	const struct nic *known, *first = find_nic(h, below[0]);

	if (first && first != n) {
		n->clock = first->clock;
		n->stamps = first->stamps;
		n->speed = first->speed;
	}
	for (i = 1; i < nbelow; i++) {
		known = find_nic(h, below[i]);
		n->mixed |= !known || known->clock != n->clock;
	}
}

/* The NIC with this index; one that was not configured is looked up once. */
static struct nic *nic_by_index(struct hwstamp *h, int ifindex)
{
	char name[IFNAMSIZ];
	struct nic *n;
	unsigned int i;

	if (ifindex <= 0)
		return NULL;
	for (i = 0; i < h->nnic; i++)
		if (h->nic[i].ifindex == ifindex)
			return &h->nic[i];
	if (nic_name(h->cfg.calls, ifindex, name))
		return NULL;
	n = add_nic(h, name, ifindex);
	if (!n)
		return NULL;
	n->alias = true;
	stand_for(h, n);
	return n;
}

static bool usable(const struct hwstamp *h, const struct nic *n, unsigned int packet)
{
	return n && n->clock && n->stamps & packet && now_mono(h) >= n->off_until_mono;
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
	n->off_until_mono = now_mono(h) + OFF_NS;
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
		    s64 near_sys, s64 *out, double *error_ns)
{
	s64 sys;

	if (!phc_clock_convert(n->clock, st->hardware_phc, &sys, error_ns))
		return false;
	if (!plausible(n->clock, tx ? near_sys : sys, tx ? sys : near_sys, *error_ns))
		return verdict(h, n, false);
	*out = sys;
	return verdict(h, n, true);
}

/*
 * Not told which NIC: the first whose clock makes sense of the stamp. A miss
 * says nothing against the others.
 */
static struct nic *guess_nic(struct hwstamp *h, const struct stamp *st, unsigned int packet,
			     bool tx, s64 near_sys)
{
	double error_ns;
	unsigned int i;
	s64 sys;

	for (i = 0; i < h->nnic; i++) {
		struct nic *n = &h->nic[i];

		if (usable(h, n, packet) && phc_clock_convert(n->clock, st->hardware_phc, &sys, &error_ns) &&
		    plausible(n->clock, tx ? near_sys : sys, tx ? sys : near_sys, error_ns))
			return n;
	}
	return NULL;
}

/* As hwstamp_rx(), of one of @packet (NIC_FOR_*), at the start of its frame: its NIC. */
static struct nic *receive(struct hwstamp *h, const struct stamp *st, unsigned int packet,
			   s64 near_sys, s64 *rx_sys, double *error_ns)
{
	struct nic *n;
	double error;

	if (!h || !st->hardware_phc)
		return NULL;
	n = nic_by_index(h, st->hardware_ifindex);
	if (!n)
		n = nic_by_index(h, st->ifindex);
	if (!n && !hwstamp_ifindex(st))
		n = guess_nic(h, st, packet, false, near_sys);
	if (!usable(h, n, packet) || !try_nic(h, n, st, false, near_sys, rx_sys, &error))
		return NULL;
	if (error_ns)
		*error_ns = error;
	return n;
}

static bool transmit(struct hwstamp *h, const struct stamp *st, unsigned int packet, int ifindex,
		     s64 near_sys, s64 *tx_sys, double *error_ns)
{
	struct nic *n;
	double error;

	if (!h || !st->hardware_phc)
		return false;
	if (st->hardware_ifindex)
		ifindex = st->hardware_ifindex;
	n = ifindex ? nic_by_index(h, ifindex) : guess_nic(h, st, packet, true, near_sys);
	if (!usable(h, n, packet) || !try_nic(h, n, st, true, near_sys, tx_sys, &error))
		return false;
	if (error_ns)
		*error_ns = error;
	return true;
}

bool hwstamp_rx(struct hwstamp *h, const struct stamp *st, size_t len, s64 near_sys,
		s64 *rx_sys, double *error_ns)
{
	const struct nic *n = receive(h, st, NIC_FOR_NTP, near_sys, rx_sys, error_ns);

	if (n)
		*rx_sys += frame_time(n, st, len);
	return n;
}

bool hwstamp_tx(struct hwstamp *h, const struct stamp *st, int ifindex, s64 near_sys,
		s64 *tx_sys, double *error_ns)
{
	return transmit(h, st, NIC_FOR_NTP, ifindex, near_sys, tx_sys, error_ns);
}

bool hwstamp_ptp_rx(struct hwstamp *h, const struct stamp *st, unsigned int packet, s64 near_sys,
		    s64 *rx_sys, double *error_ns)
{
	return receive(h, st, packet, near_sys, rx_sys, error_ns);
}

bool hwstamp_ptp_tx(struct hwstamp *h, const struct stamp *st, unsigned int packet, int ifindex,
		    s64 near_sys, s64 *tx_sys, double *error_ns)
{
	return transmit(h, st, packet, ifindex, near_sys, tx_sys, error_ns);
}

static struct nic *nic_below_name(struct hwstamp *h, const char *interface)
{
	int ifindex = h ? nic_index(h->cfg.calls, interface) : -ENODEV;

	return ifindex > 0 ? nic_by_index(h, ifindex) : NULL;
}

bool hwstamp_ptp_usable(struct hwstamp *h, const char *interface, unsigned int packet)
{
	return h && usable(h, nic_below_name(h, interface), packet);
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
	double error_ns;
	s64 ahead;

	phc_clock_refresh(n->clock);
	line->phc = phc_clock_last(n->clock);
	if (!phc_clock_convert(n->clock, line->phc, &line->sys, &error_ns) ||
	    !phc_clock_convert(n->clock, line->phc + LINE_NS, &ahead, &error_ns))
		return false;
	line->rate = llround(ldexp((double)(ahead - line->sys - LINE_NS), PHC_STAMP_RATE_SHIFT) /
			     LINE_NS);
	line->early_ns = EARLY_NS + phc_clock_bound(n->clock) + 3 * error_ns;
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
	const struct nic *n = h ? nic_by_index(h, ifindex) : NULL;

	*line = (struct hwstamp_line){ .ifindex = ifindex };
	line->valid = usable(h, n, NIC_FOR_PTP_UDP) && (!ntp || usable(h, n, NIC_FOR_NTP)) &&
		!n->mixed && make_line(n, line);
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
	if (!copy_names(h) || !h->read_timer || !h->scan_timer ||
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
	for (i = 0; h->interface && i < h->cfg.ninterface; i++)
		free(h->interface[i]);
	free(h->interface);
	for (i = 0; i < h->nclock; i++)
		phc_clock_free(h->clock[i]);
	free(h);
}
