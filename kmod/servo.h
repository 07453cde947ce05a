/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Servos: each steers one PHC to another or to the system clock, in a thread of its
 * own (drivers may sleep). It belongs to the network namespace, not to the socket
 * that asked for it.
 */
#ifndef ATS_SERVO_H
#define ATS_SERVO_H

#include <linux/spinlock.h>
#include <linux/xarray.h>

#include <uapi/linux/as_timesync.h>

#include "bracket.h"
#include "claim.h"
#include "net.h"
#include "pi.h"

struct ats_phc;
struct netlink_ext_ack;
struct task_struct;

/* As it was asked for; see the attributes of the same names. */
struct ats_servo_config {
	u64 interval;
	s64 add;
	u32 samples;
	u32 kp, ki;		/* 0: usual */
	u32 max_ppb;		/* 0: that of the PHC */
	u64 first_step, step;
	bool events;
};

struct ats_servo_status {
	enum as_timesync_servo_state state;
	s64 offset, frequency, bracket, at;
	u64 count, missed;
	u32 steps;
	u64 mean_square;	/* of the offset */
	u32 squares;		/* that it is made of, up to a limit */
};

/* What only the thread knows. */
struct ats_servo_loop {
	struct ats_servo_config config;
	struct ats_servo_status status;
	struct ats_pi pi;
	struct ats_usual target, reference;
	struct ats_reading t[AS_TIMESYNC_SAMPLES_MAX], r[AS_TIMESYNC_SAMPLES_MAX];
	unsigned int missed_in_row;
};

struct ats_servo {
	u32 id;
	struct ats_net *an;
	enum as_timesync_clock kind;		/* of the reference */
	struct ats_phc *target;
	struct ats_phc *reference;	/* NULL: not a PHC */
	struct ats_claim claim;
	struct task_struct *thread;

	spinlock_t lock;		/* for the three below; process context */
	struct ats_servo_config config;
	bool changed;			/* the thread has not seen this config */
	struct ats_servo_status status;

	struct ats_servo_loop loop;
};

struct ats_servos {
	struct mutex lock;		/* taken before that of the PHCs */
	struct xarray by_id;
	u32 last_id;
};

int ats_servo_net_init(struct ats_net *an);
void ats_servo_net_exit(struct ats_net *an);

struct ats_servo_request {
	u32 target;
	enum as_timesync_clock kind;
	u32 reference;
	bool with_frequency;
	s64 frequency;
	struct ats_servo_config config;
};

/* All of these with the lock of ats_servos, and refusing by themselves. */
int ats_servo_add(struct ats_net *an, const struct ats_servo_request *request,
		  struct ats_servo **servo, struct netlink_ext_ack *extack);
int ats_servo_set(struct ats_servo *servo, const struct ats_servo_config *config,
		  struct netlink_ext_ack *extack);
void ats_servo_del(struct ats_servo *servo);

/* What the thread works with, and its work so far. */
void ats_servo_get(struct ats_servo *servo, struct ats_servo_config *config,
		   struct ats_servo_status *status);

/* Zeros of the configuration filled in. */
void ats_servo_resolve(const struct ats_servo *servo, const struct ats_servo_config *config,
		       struct ats_pi_config *pi);

/* To the multicast group: it was added, changed state or is @gone; took a sample. */
void ats_servo_notify(struct ats_servo *servo, bool gone);
void ats_servo_tell_sample(struct ats_servo *servo, const struct ats_servo_status *status);

#endif
