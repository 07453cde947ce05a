/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pulses of a clock: periodic outputs, PPS to the kernel, and inputs that stamp.
 * A pulse leaves and arrives when the model says; the timer that acts it out may be
 * late, what it says is not.
 */
#ifndef SIMNIC_PULSE_H
#define SIMNIC_PULSE_H

#include <linux/hrtimer.h>
#include <linux/ptp_clock_kernel.h>
#include <linux/types.h>

#define SIMNIC_PINS 4
#define SIMNIC_PEROUTS 2
#define SIMNIC_EXTTS 2
#define SIMNIC_OUTPUTS (SIMNIC_PEROUTS + 1)	/* and PPS */
#define SIMNIC_ARRIVALS 32

struct simnic_clock;

struct simnic_output {
	bool on;
	bool due;	/* @when stands, whatever was done to the clock since */
	s64 start, period;
	s64 next;	/* reading of the clock at the next pulse */
	s64 when;	/* and the true time, as the clock runs now */
};

/* Under the lock of the clock, but for what the PTP core locks. */
struct simnic_pulses {
	struct ptp_pin_desc pin[SIMNIC_PINS];	/* written by the PTP core */
	struct hrtimer timer;
	bool stopped;
	struct simnic_output output[SIMNIC_OUTPUTS];
	unsigned int inputs_on;			/* bits */
	struct simnic_arrival {
		unsigned int pin;
		s64 when;			/* true time */
	} arrival[SIMNIC_ARRIVALS];
	unsigned int arrivals;
	u64 arrivals_lost;
};

void simnic_pulses_init(struct simnic_clock *c);
/* Process context: after it nothing of this runs any more. */
void simnic_pulses_stop(struct simnic_clock *c);

/* With the clock's lock, after its counter changed at true time @now. */
void simnic_pulses_retime(struct simnic_clock *c, s64 now);

/* An edge at a pin at a true time, which may lie ahead. Any context. */
void simnic_pulse_arrives(struct simnic_clock *c, unsigned int pin, s64 when);

/* Called by the PTP core with its mutex of the pins. */
int simnic_pulses_enable(struct ptp_clock_info *info, struct ptp_clock_request *req, int on);
int simnic_pulses_verify(struct ptp_clock_info *info, unsigned int pin,
			 enum ptp_pin_function func, unsigned int chan);

#endif
