/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stamps of NICs in the time of the system clock. Knows the host's NICs, has
 * them stamp, reads their clocks every second, or eight times as often where that
 * tells, and shortly before a stamp is converted, and believes a stamp only when the
 * kernel's own stamp of the same packet allows it. Everything that fails falls back to
 * what udp.h gave.
 */
#ifndef ATS_HWSTAMP_H
#define ATS_HWSTAMP_H

#include <event2/event.h>

#include "os/clock.h"
#include "os/device.h"
#include "os/phc_clock.h"
#include "os/udp.h"
#include "types.h"

struct hwstamp_config {
	struct event_base *base;
	struct sysclock *clock;
	const struct device_calls *calls;	/* NULL: the real ones */
	char *const *interface;			/* none: all that are up */
	unsigned int ninterface;
	phc_log *log;
};

struct hwstamp;

/* NULL: no memory. Interfaces that cannot stamp are logged and left out. */
struct hwstamp *hwstamp_new(const struct hwstamp_config *cfg);
void hwstamp_free(struct hwstamp *h);
/* Does any NIC stamp NTP packets? What udp_config.hardware wants to know. */
bool hwstamp_usable(const struct hwstamp *h);

/*
 * When a packet with @len octets of payload came in, by the NIC's stamp in
 * @st: in *rx_sys, and by that clock in *at.
 * @near_sys: the kernel's stamp if there is one, else the clock just after the
 * receive. False, nothing changed: there is none or it is not to be believed.
 * @h may be NULL, @at too.
 */
bool hwstamp_rx(struct hwstamp *h, const struct stamp *st, size_t len, s64 near_sys,
		s64 *rx_sys, struct phc_moment *at);

/*
 * The same for a packet sent. @near_sys: the kernel's transmit stamp if there
 * is one, else the clock just before the send. @ifindex: where packets of this
 * peer come in (hwstamp_ifindex() of the last one), 0 when not known.
 */
bool hwstamp_tx(struct hwstamp *h, const struct stamp *st, int ifindex, s64 near_sys,
		s64 *tx_sys, struct phc_moment *at);

/*
 * PTP runs over @interface from now on: the NICs below it are to stamp event messages,
 * @need of NIC_FOR_PTP_*, NIC_ONE_STEP. @steer: their clocks are to be kept on the host's
 * time. 0, or -ENOSPC. It holds until hwstamp_free().
 */
int hwstamp_add_ptp(struct hwstamp *h, const char *interface, unsigned int need, bool steer);
/* See phc_legs_add(); clocks whose stamps are used often are read often. @h may be NULL. */
bool hwstamp_legs_add(struct hwstamp *h, struct phc_legs *legs, const struct exchange *x);
/* See phc_clock_lead() and phc_clock_unled(): of their clock. @h may be NULL. */
void hwstamp_legs_lead(struct hwstamp *h, const struct phc_legs *legs, bool lead);
/* See phc_clock_by_legs(). @h may be NULL. */
bool hwstamp_by_legs(struct hwstamp *h, const struct phc_legs *legs, s64 sys, double *offset_ns,
		     double *sd_ns);
/* Keep the clocks that are to be kept there on *@t; at least once a second. @h may be NULL. */
void hwstamp_steer(struct hwstamp *h, const struct phc_target *t);

/*
 * As hwstamp_rx() and hwstamp_tx(), of PTP: @packet is what was needed, @ifindex the port's
 * interface, which may be a VLAN or a bond. The time is that of the start of the frame
 * (IEEE 1588-2019 clause 7.3.4.1), as the NIC says it.
 */
bool hwstamp_ptp_rx(struct hwstamp *h, const struct stamp *st, unsigned int packet, s64 near_sys,
		    s64 *rx_sys, struct phc_moment *at);
bool hwstamp_ptp_tx(struct hwstamp *h, const struct stamp *st, unsigned int packet, int ifindex,
		    s64 near_sys, s64 *tx_sys, struct phc_moment *at);

/* Can stamps of @packet, of the NIC below this interface, be had at the moment? @h may be NULL. */
bool hwstamp_ptp_usable(struct hwstamp *h, int ifindex, unsigned int packet);

/* The clock of the NIC below @interface; NULL: there is none in use. @h may be NULL. */
struct phc_clock *hwstamp_ptp_clock(struct hwstamp *h, const char *interface);

/* The NIC of a packet received as far as it was told, for hwstamp_tx(). */
int hwstamp_ifindex(const struct stamp *st);

struct hwstamp_report {
	char name[16];
	struct phc_clock_report clock;
	unsigned int speed_mbps;
	u64 converted, refused;
};

/* From a NIC's clock to sys, about now: see agent/kernel. */
struct hwstamp_line {
	int ifindex;
	bool valid;		/* else this NIC's clock is not understood at the moment */
	s64 phc, sys;		/* the same moment */
	s64 rate;		/* how much faster sys runs, PHC_STAMP_RATE_SHIFT */
	double early_ns;	/* as far may stamps of NIC and kernel be out of order */
	unsigned int speed_mbps;	/* 0: not known */
};

/* Of the @i-th NIC that stamps; false when there is none. @h may be NULL. */
bool hwstamp_get_line(struct hwstamp *h, unsigned int i, struct hwstamp_line *line);

/*
 * For PTP over UDP at this interface, which may be a VLAN or a bond: false when the clock of
 * the NIC below is not understood, when there are several, or when, with @ntp, the stamps
 * of NTP packets there would be of another kind. @h may be NULL.
 */
bool hwstamp_ptp_line(struct hwstamp *h, int ifindex, bool ntp, struct hwstamp_line *line);

/* The @i-th NIC in use; false when there is none. */
bool hwstamp_get_report(const struct hwstamp *h, unsigned int i, struct hwstamp_report *r);

/* The @i-th clock that is in use; NULL: no such one. @h may be NULL. */
struct phc_clock *hwstamp_clock(const struct hwstamp *h, unsigned int i);
/* Do the @i-th and the @k-th run on one oscillator? 1 yes, 0 no, -1 not known yet */
int hwstamp_same_oscillator(const struct hwstamp *h, unsigned int i, unsigned int k);

#endif
