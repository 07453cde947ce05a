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
	u32 samples, kp, ki;	/* 2^-16 per s, and per s^2; set 0: by the interval */
	u32 max_frequency;	/* ppb; set 0: of the PHC */
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

int module_servo_get(struct genl *g, u32 id, struct module_servo *out);

/* Which parameters a request names; what is not named is usual, or stays. */
enum {
	MODULE_SERVO_ADD = 1 << 0,
	MODULE_SERVO_INTERVAL = 1 << 1,
	MODULE_SERVO_SAMPLES = 1 << 2,
	MODULE_SERVO_KP = 1 << 3,
	MODULE_SERVO_KI = 1 << 4,
	MODULE_SERVO_MAX_FREQUENCY = 1 << 5,
	MODULE_SERVO_FIRST_STEP = 1 << 6,
	MODULE_SERVO_STEP = 1 << 7,
	MODULE_SERVO_EVENTS = 1 << 8,
	MODULE_SERVO_FREQUENCY = 1 << 9,	/* to begin with; module_servo_add() only */
};

/* Target, reference and what @named says; the id goes to *id. */
int module_servo_add(struct genl *g, const struct module_servo *s, unsigned int named, u32 *id);
/* Of the servo s->id. */
int module_servo_set(struct genl *g, const struct module_servo *s, unsigned int named);
int module_servo_del(struct genl *g, u32 id);

/* "locked", ...; "unknown". */
const char *module_servo_state_name(u32 state);

#endif
