// SPDX-License-Identifier: GPL-2.0
#include "servo_thread.h"

#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "measure.h"
#include "phc.h"
#include "servo.h"

/* Failures in a row after which the reference counts as lost. */
#define LOST 3
/* Samples in the mean of squares; larger offsets than the bound count as that. */
#define SQUARES 64
#define SQUARED_MAX_NS 2000000000LL

static void publish(struct ats_servo *s)
{
	struct ats_servo_status *now = &s->loop.status;
	bool changed;

	spin_lock(&s->lock);
	changed = s->status.state != now->state;
	s->status = *now;
	spin_unlock(&s->lock);
	if (changed)
		ats_servo_notify(s, false);
}

static bool is_dead(const struct ats_servo *s)
{
	return s->loop.status.state == ATS_SERVO_DEAD;
}

static void look_at_config(struct ats_servo *s)
{
	struct ats_pi_config pi;
	bool changed;

	spin_lock(&s->lock);
	changed = s->changed;
	s->changed = false;
	s->loop.config = s->config;
	spin_unlock(&s->lock);
	if (!changed)
		return;
	ats_servo_resolve(s, &s->loop.config, &pi);
	ats_pi_configure(&s->loop.pi, &pi);
}

static bool steer(struct ats_servo *s, s64 frequency)
{
	struct ats_servo_status *status = &s->loop.status;
	int err;

	err = ats_phc_set_frequency(s->target, frequency);
	if (!err)
		status->frequency = frequency;
	else if (err == -ENODEV)
		status->state = ATS_SERVO_DEAD;
	else
		status->missed++;
	return !err;
}

static bool step(struct ats_servo *s, s64 by)
{
	struct ats_servo_status *status = &s->loop.status;
	int err;

	err = ats_phc_step(s->target, by);
	if (err == -ENODEV)
		status->state = ATS_SERVO_DEAD;
	else if (err)
		status->missed++;
	if (err)
		return false;
	status->steps++;
	status->mean_square = 0;
	status->squares = 0;
	return true;
}

static void add_square(struct ats_servo_status *status, s64 offset)
{
	s64 bounded = ats_bounded(offset, SQUARED_MAX_NS);
	s64 square = bounded * bounded;

	status->squares = min(status->squares + 1, SQUARES);
	status->mean_square += div64_s64(square - (s64)status->mean_square, status->squares);
}

static void use(struct ats_servo *s, const struct ats_measurement *m)
{
	struct ats_servo_status *status = &s->loop.status;
	enum ats_pi_action action;
	s64 frequency;

	s->loop.missed_in_row = 0;
	status->count++;
	status->offset = m->offset;
	status->bracket = m->width;
	status->at = m->at;
	action = ats_pi_sample(&s->loop.pi, m->offset, m->raw, &frequency);
	if (action == ATS_PI_WAIT) {
		status->state = ATS_SERVO_UNLOCKED;
		return;
	}
	if (!steer(s, frequency))
		return;
	if (action == ATS_PI_STEER) {
		status->state = ATS_SERVO_LOCKED;
		add_square(status, m->offset);
	} else if (ats_magnitude(m->offset) <= S64_MAX && step(s, -m->offset)) {
		status->state = ATS_SERVO_STEPPED;
	}
}

/*
 * What was set to correct an offset was meant for one interval: without a sample
 * only the frequency that keeps pace stays.
 */
static void miss(struct ats_servo *s, enum ats_measured why)
{
	struct ats_servo_status *status = &s->loop.status;

	status->missed++;
	if (!s->loop.missed_in_row && s->loop.pi.phase == ATS_PI_TRACK &&
	    !steer(s, ats_pi_frequency(&s->loop.pi)))
		return;
	if (s->loop.missed_in_row < LOST)
		s->loop.missed_in_row++;
	if (why != ATS_MEASURED_WIDE && s->loop.missed_in_row == LOST)
		status->state = ATS_SERVO_HOLDOVER;
}

static void work(struct ats_servo *s)
{
	struct ats_measurement m;
	enum ats_measured measured;

	look_at_config(s);
	measured = ats_measure(s, &m);
	if (measured == ATS_MEASURED)
		use(s, &m);
	else if (measured == ATS_MEASURED_TARGET_GONE)
		s->loop.status.state = ATS_SERVO_DEAD;
	else
		miss(s, measured);
	publish(s);
	if (measured == ATS_MEASURED && s->loop.config.events)
		ats_servo_tell_sample(s, &s->loop.status);
}

/* Until @until, or for ever if that is NULL; less when there is something to do. */
static void rest(struct ats_servo *s, ktime_t *until)
{
	set_current_state(TASK_IDLE);
	if (!kthread_should_stop() && !READ_ONCE(s->changed)) {
		if (until)
			schedule_hrtimeout(until, HRTIMER_MODE_ABS);
		else
			schedule();
	}
	__set_current_state(TASK_RUNNING);
}

/*
 * Samples are on a grid; those that are late already are left out. The thread has
 * real-time priority: it rests as long as it worked, at least.
 */
static ktime_t next_tick(ktime_t last, ktime_t began, u64 interval)
{
	ktime_t now = ktime_get();
	s64 late = ktime_to_ns(ktime_sub(now, last)) + ktime_to_ns(ktime_sub(now, began));

	return ktime_add_ns(last, (div64_u64(max(late, 0LL), interval) + 1) * interval);
}

static int run(void *data)
{
	struct ats_servo *s = data;
	ktime_t tick = ktime_get(), began;

	sched_set_fifo_low(current);
	while (!kthread_should_stop()) {
		if (is_dead(s)) {
			look_at_config(s);
			rest(s, NULL);
			continue;
		}
		if (ktime_before(ktime_get(), tick)) {
			rest(s, &tick);
			if (!READ_ONCE(s->changed))
				continue;
			/* a shorter interval begins now */
			look_at_config(s);
			tick = min_t(ktime_t, tick, ktime_get() + s->loop.config.interval);
			continue;
		}
		began = ktime_get();
		work(s);
		tick = next_tick(tick, began, s->loop.config.interval);
	}
	return 0;
}

int ats_servo_start(struct ats_servo *s, s64 frequency)
{
	struct ats_pi_config pi;

	s->loop.config = s->config;
	s->loop.status.frequency = frequency;
	s->status = s->loop.status;
	ats_servo_resolve(s, &s->config, &pi);
	ats_pi_init(&s->loop.pi, &pi, frequency);
	s->thread = kthread_run(run, s, "ats_servo/%u", s->id);
	return PTR_ERR_OR_ZERO(s->thread);
}

void ats_servo_stop(struct ats_servo *s)
{
	kthread_stop(s->thread);
}

void ats_servo_wake(struct ats_servo *s)
{
	wake_up_process(s->thread);
}
