/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clock in a NIC (/dev/ptpN), read together with the system clock.
 */
#ifndef ATS_PHC_H
#define ATS_PHC_H

#include "os/device.h"
#include "types.h"

enum phc_method {		/* best first */
	PHC_PRECISE,		/* PTP_SYS_OFFSET_PRECISE: both latched by hardware */
	PHC_EXTENDED,		/* PTP_SYS_OFFSET_EXTENDED: the driver brackets the register read */
	PHC_BASIC,		/* PTP_SYS_OFFSET: the bracket holds the whole driver call */
	PHC_METHODS
};

struct phc_reading {
	s64 phc;
	s64 sys;		/* at the same moment */
	double bound_ns;	/* sys is right within this: half the shortest bracket */
};

struct phc;

/* 0 with *out, or -errno with a sentence in @err. */
int phc_open(int index, const struct device_calls *calls, struct phc **out,
	     char *err, size_t errlen);
void phc_close(struct phc *p);
int phc_index(const struct phc *p);
enum phc_method phc_method(const struct phc *p);
const char *phc_method_name(enum phc_method m);
/* 0 or -errno (one reading lost; a method that keeps failing is given up). */
int phc_read(struct phc *p, struct phc_reading *out);

/* What the hardware and its driver can do (PTP_CLOCK_GETCAPS) */
struct phc_abilities {
	double freq_max;	/* ratio; 0: runs as it runs */
	unsigned int alarms, external_stamps, periodic_outputs, pins;
	bool pps, cross_timestamps, shifts_phase;
};

int phc_get_abilities(struct phc *p, struct phc_abilities *out);

/*
 * To be steered, a clock is opened once more, for writing. *freq_max: how much faster or
 * slower it can run, ratio. 0 or -errno (-EOPNOTSUPP: it runs as it runs).
 */
int phc_steer_open(struct phc *p, double *freq_max);
/* A ratio to the unit in which the kernel has it; *freq becomes what is in force. */
#define PHC_FREQ_UNIT (1e-6 / 65536)
int phc_set_freq(struct phc *p, double *freq);
int phc_get_freq(struct phc *p, double *freq);
/* Adds @delta_ns to the clock. */
int phc_step(struct phc *p, s64 delta_ns);

#endif
