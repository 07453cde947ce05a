/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to the module about its servos. */
#ifndef ATS_MODULE_SERVO_H
#define ATS_MODULE_SERVO_H

#include "kernel/genl.h"

struct module_servo {
	u32 id;
	u32 target;		/* N of /dev/ptpN */
	u32 reference;		/* enum as_timesync_clock */
	u32 reference_index;	/* of a PHC */
	s64 add_ns;		/* target is steered to reference plus this */
	u64 interval_ns;
	u32 samples, kp, ki;	/* 2^-16 per s, and per s^2; 0: by the interval */
	u32 max_frequency;	/* ppb, 0: of the PHC */
	u64 first_step_ns, step_ns;
	bool events;
	u32 state;		/* enum as_timesync_servo_state */
	s64 offset_ns;
	s64 frequency;		/* 2^-16 ppm */
	s64 bracket_ns;
	s64 at;			/* on the reference */
	u64 count, missed;
	u32 steps;
	u64 rms_ns;
	bool gone;		/* in an event */
};

/* An answer to servo-get, or an event of the group "servo". False: neither. */
bool module_servo_parse(const struct genl_reply *r, struct module_servo *out);

typedef void module_each_servo(void *ctx, const struct module_servo *s);

int module_servo_list(struct genl *g, module_each_servo *each, void *ctx);

/* "locked", ...; "unknown". */
const char *module_servo_state_name(u32 state);

#endif
