// SPDX-License-Identifier: GPL-2.0
#include "pulse.h"

#include <linux/limits.h>
#include <linux/string.h>

#include "clock.h"
#include "wire.h"

#define OUTPUT_PPS SIMNIC_PEROUTS
#define PERIOD_MIN_NS 100000
/* What one run of the timer does at most; the next follows at once. */
#define BATCH 16

struct pulse {
	bool in;
	unsigned int index;	/* of the output, or the pin of the input */
	s64 when;
};

static struct simnic_clock *clock_of(struct ptp_clock_info *info)
{
	return container_of(info, struct simnic_clock, info);
}

/* The first pulse after the reading at @now. */
static void plan(struct simnic_clock *c, struct simnic_output *o, s64 now)
{
	s64 reading = simnic_ns(simnic_counter_at(&c->counter, now));

	o->next = o->start;
	if (reading >= o->start)
		o->next += ((reading - o->start) / o->period + 1) * o->period;
	o->when = simnic_counter_when(&c->counter, o->next);
}

static void arm(struct simnic_clock *c)
{
	struct simnic_pulses *p = &c->pulses;
	s64 first = S64_MAX;
	unsigned int i;

	lockdep_assert_held(&c->lock);
	for (i = 0; i < SIMNIC_OUTPUTS; i++)
		if (p->output[i].on)
			first = min(first, p->output[i].when);
	for (i = 0; i < p->arrivals; i++)
		first = min(first, p->arrival[i].when);
	if (first != S64_MAX && !p->stopped)
		hrtimer_start(&p->timer, simnic_timer_at(first), HRTIMER_MODE_ABS);
}

void simnic_pulses_retime(struct simnic_clock *c, s64 now)
{
	struct simnic_output *o;

	lockdep_assert_held(&c->lock);
	for (o = c->pulses.output; o < c->pulses.output + SIMNIC_OUTPUTS; o++) {
		if (!o->on || o->due)
			continue;
		if (o->when <= now)
			o->due = true;
		else
			plan(c, o, now);
	}
	arm(c);
}

/* Moves one that is over to *@out; false when none is. */
static bool next_output(struct simnic_clock *c, s64 now, struct pulse *out)
{
	struct simnic_output *o;
	unsigned int i;

	for (i = 0; i < SIMNIC_OUTPUTS; i++) {
		o = &c->pulses.output[i];
		if (!o->on)
			continue;
		/* the oscillator may have wandered since */
		if (!o->due)
			o->when = simnic_counter_when(&c->counter, o->next);
		if (o->when > now)
			continue;
		*out = (struct pulse) { .index = i, .when = o->when };
		if (o->due) {
			o->due = false;
			plan(c, o, now);
		} else {
			o->next += o->period;
			o->when = simnic_counter_when(&c->counter, o->next);
		}
		return true;
	}
	return false;
}

static bool next_arrival(struct simnic_pulses *p, s64 now, struct pulse *out)
{
	unsigned int i;

	for (i = 0; i < p->arrivals; i++) {
		if (p->arrival[i].when > now)
			continue;
		*out = (struct pulse) {
			.in = true, .index = p->arrival[i].pin, .when = p->arrival[i].when,
		};
		memmove(&p->arrival[i], &p->arrival[i + 1],
			(p->arrivals - i - 1) * sizeof(p->arrival[0]));
		p->arrivals--;
		return true;
	}
	return false;
}

/* The PTP core changes pins when it likes; a pulse sees one state or the other. */
static bool pin_has(const struct simnic_clock *c, unsigned int pin, enum ptp_pin_function func,
		    unsigned int chan)
{
	const struct ptp_pin_desc *d = &c->pulses.pin[pin];

	return READ_ONCE(d->func) == func && READ_ONCE(d->chan) == chan;
}

static void input_stamp(struct simnic_clock *c, const struct pulse *pulse)
{
	struct ptp_clock_event event = { .type = PTP_CLOCK_EXTTS };
	unsigned int chan;

	for (chan = 0; chan < SIMNIC_EXTTS; chan++) {
		if (!(READ_ONCE(c->pulses.inputs_on) & BIT(chan)) ||
		    !pin_has(c, pulse->index, PTP_PF_EXTTS, chan))
			continue;
		event.index = chan;
		event.timestamp = simnic_ns(simnic_clock_at(c, pulse->when));
		ptp_clock_event(c->ptp, &event);
	}
}

/* As a driver would whose hardware latches the system's time at the edge. */
static void pps(struct simnic_clock *c, s64 when)
{
	struct simnic_instant now = simnic_instant_now();
	struct ptp_clock_event event = { .type = PTP_CLOCK_PPSUSR };

	event.pps_times.ts_real = ns_to_timespec64(simnic_real_at(&now, when));
	ptp_clock_event(c->ptp, &event);
}

static void act(struct simnic_clock *c, const struct pulse *pulse)
{
	unsigned int pin;

	if (pulse->in) {
		input_stamp(c, pulse);
		return;
	}
	if (pulse->index == OUTPUT_PPS) {
		pps(c, pulse->when);
		return;
	}
	for (pin = 0; pin < SIMNIC_PINS; pin++)
		if (pin_has(c, pin, PTP_PF_PEROUT, pulse->index))
			simnic_wires_carry(c, pin, pulse->when);
}

/* Hard interrupt. */
static enum hrtimer_restart on_timer(struct hrtimer *timer)
{
	struct simnic_clock *c = container_of(timer, struct simnic_clock, pulses.timer);
	struct pulse batch[BATCH];
	unsigned int n = 0, i;
	unsigned long flags;
	s64 now;

	spin_lock_irqsave(&c->lock, flags);
	now = simnic_base_now();
	simnic_counter_advance(&c->counter, now);
	while (n < BATCH && (next_output(c, now, &batch[n]) ||
			     next_arrival(&c->pulses, now, &batch[n])))
		n++;
	arm(c);
	spin_unlock_irqrestore(&c->lock, flags);
	for (i = 0; i < n; i++)
		act(c, &batch[i]);
	return HRTIMER_NORESTART;
}

void simnic_pulse_arrives(struct simnic_clock *c, unsigned int pin, s64 when)
{
	struct simnic_pulses *p = &c->pulses;
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	if (p->arrivals < SIMNIC_ARRIVALS) {
		p->arrival[p->arrivals].pin = pin;
		p->arrival[p->arrivals++].when = when;
		arm(c);
	} else {
		p->arrivals_lost++;
	}
	spin_unlock_irqrestore(&c->lock, flags);
}

static int set_output(struct simnic_clock *c, unsigned int index, bool on, s64 start, s64 period)
{
	struct simnic_output *o = &c->pulses.output[index];
	unsigned long flags;
	s64 now;

	spin_lock_irqsave(&c->lock, flags);
	*o = (struct simnic_output) { .on = on, .start = start, .period = period };
	if (on) {
		now = simnic_base_now();
		simnic_counter_advance(&c->counter, now);
		plan(c, o, now);
		arm(c);
	}
	spin_unlock_irqrestore(&c->lock, flags);
	return 0;
}

static bool time_to_ns(const struct ptp_clock_time *t, s64 *ns)
{
	if (t->sec < 0 || t->sec >= S64_MAX / NSEC_PER_SEC || t->nsec >= NSEC_PER_SEC)
		return false;
	*ns = t->sec * NSEC_PER_SEC + t->nsec;
	return true;
}

static int enable_perout(struct simnic_clock *c, const struct ptp_perout_request *req, bool on)
{
	s64 start, period;

	if (req->flags & ~PTP_PEROUT_PHASE)
		return -EOPNOTSUPP;
	if (req->index >= SIMNIC_PEROUTS)
		return -EINVAL;
	if (!on)
		return set_output(c, req->index, false, 0, 0);
	/* @start and @phase share their place; a phase is a start in the past */
	if (!time_to_ns(&req->start, &start) || !time_to_ns(&req->period, &period))
		return -ERANGE;
	if (period < PERIOD_MIN_NS)
		return -ERANGE;
	if (ptp_find_pin(c->ptp, PTP_PF_PEROUT, req->index) < 0)
		return -EBUSY;
	return set_output(c, req->index, true, start, period);
}

static int enable_extts(struct simnic_clock *c, const struct ptp_extts_request *req, bool on)
{
	unsigned long flags;

	if (req->flags & ~(PTP_ENABLE_FEATURE | PTP_RISING_EDGE | PTP_FALLING_EDGE |
			   PTP_STRICT_FLAGS))
		return -EOPNOTSUPP;
	/* pulses of this model have only their rising edge */
	if ((req->flags & PTP_STRICT_FLAGS) && (req->flags & PTP_FALLING_EDGE))
		return -EOPNOTSUPP;
	if (req->index >= SIMNIC_EXTTS)
		return -EINVAL;
	if (on && ptp_find_pin(c->ptp, PTP_PF_EXTTS, req->index) < 0)
		return -EBUSY;
	spin_lock_irqsave(&c->lock, flags);
	if (on)
		WRITE_ONCE(c->pulses.inputs_on, c->pulses.inputs_on | BIT(req->index));
	else
		WRITE_ONCE(c->pulses.inputs_on, c->pulses.inputs_on & ~BIT(req->index));
	spin_unlock_irqrestore(&c->lock, flags);
	return 0;
}

int simnic_pulses_enable(struct ptp_clock_info *info, struct ptp_clock_request *req, int on)
{
	struct simnic_clock *c = clock_of(info);

	switch (req->type) {
	case PTP_CLK_REQ_PEROUT:
		return enable_perout(c, &req->perout, on);
	case PTP_CLK_REQ_EXTTS:
		return enable_extts(c, &req->extts, on);
	case PTP_CLK_REQ_PPS:
		return set_output(c, OUTPUT_PPS, on, 0, NSEC_PER_SEC);
	}
	return -EOPNOTSUPP;
}

/* Every pin can be every channel, as on igb. */
int simnic_pulses_verify(struct ptp_clock_info *info, unsigned int pin,
			 enum ptp_pin_function func, unsigned int chan)
{
	switch (func) {
	case PTP_PF_NONE:
	case PTP_PF_EXTTS:
	case PTP_PF_PEROUT:
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

/* Out of the box both outputs and both inputs have a pin. */
void simnic_pulses_init(struct simnic_clock *c)
{
	struct simnic_pulses *p = &c->pulses;
	unsigned int i;

	for (i = 0; i < SIMNIC_PINS; i++) {
		p->pin[i].index = i;
		snprintf(p->pin[i].name, sizeof(p->pin[i].name), "SDP%u", i);
		p->pin[i].func = i < SIMNIC_PEROUTS ? PTP_PF_PEROUT : PTP_PF_EXTTS;
		p->pin[i].chan = i < SIMNIC_PEROUTS ? i : i - SIMNIC_PEROUTS;
	}
	simnic_timer_init(&p->timer, on_timer);
}

void simnic_pulses_stop(struct simnic_clock *c)
{
	spin_lock_irq(&c->lock);
	c->pulses.stopped = true;
	spin_unlock_irq(&c->lock);
	hrtimer_cancel(&c->pulses.timer);
}
