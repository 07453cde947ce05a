// SPDX-License-Identifier: GPL-2.0-or-later
/* The command "phc": the clocks of NICs, how they are kept, and how far they are apart. */
#include <math.h>

#include "daemon/daemon_private.h"
#include "os/hwstamp.h"

static json_t *abilities_json(struct phc_clock *c)
{
	struct phc_abilities a;
	json_t *o;

	if (phc_clock_abilities(c, &a))
		return json_null();
	o = json_object();
	json_object_set_new(o, "max_frequency", json_number(a.freq_max));
	json_object_set_new(o, "alarms", json_integer(a.alarms));
	json_object_set_new(o, "external_timestamps", json_integer(a.external_stamps));
	json_object_set_new(o, "periodic_outputs", json_integer(a.periodic_outputs));
	json_object_set_new(o, "pins", json_integer(a.pins));
	json_object_set_new(o, "pps", json_boolean(a.pps));
	json_object_set_new(o, "cross_timestamping", json_boolean(a.cross_timestamps));
	json_object_set_new(o, "adjust_phase", json_boolean(a.shifts_phase));
	return o;
}

static json_t *interfaces_json(const struct hwstamp *h, int index)
{
	json_t *list = json_array();
	struct hwstamp_report n;

	for (unsigned int i = 0; hwstamp_get_report(h, i, &n); i++)
		if (n.clock.index == index)
			json_array_append_new(list, json_string(n.name));
	return list;
}

/* Indices of those that were found to run on the same oscillator */
static json_t *relatives_json(const struct hwstamp *h, unsigned int i)
{
	json_t *list = json_array();
	const struct phc_clock *c;

	for (unsigned int k = 0; (c = hwstamp_clock(h, k)); k++)
		if (k != i && phc_clock_there(c) && hwstamp_same_oscillator(h, i, k) == 1)
			json_array_append_new(list, json_integer(phc_clock_index(c)));
	return list;
}

/* How far it is ahead of the system clock, and each other one behind it, all at once */
static void set_offsets(json_t *o, const struct hwstamp *h, struct phc_clock *c, s64 sys)
{
	json_t *others = json_object();
	struct phc_clock *other;
	double error, error2;
	char name[24];
	s64 phc, phc2;
	bool known = phc_clock_at(c, sys, &phc, &error);

	json_object_set_new(o, "offset", json_seconds(known ? (double)(phc - sys) : NAN));
	json_object_set_new(o, "offset_error", json_seconds(known ? error : NAN));
	for (unsigned int k = 0; (other = hwstamp_clock(h, k)); k++) {
		if (other == c || !phc_clock_there(other))
			continue;
		snprintf(name, sizeof(name), "%d", phc_clock_index(other));
		json_object_set_new(others, name,
			json_seconds(known && phc_clock_at(other, sys, &phc2, &error2) ?
				     (double)(phc - phc2) : NAN));
	}
	json_object_set_new(o, "offset_to", others);
}

static json_t *clock_json(const struct daemon *d, unsigned int i, s64 sys)
{
	const struct hwstamp *h = d->env.hwstamp;
	struct phc_clock *c = hwstamp_clock(h, i);
	struct phc_clock_report r;
	json_t *o = json_object();
	char path[32];

	phc_clock_get_report(c, &r);
	snprintf(path, sizeof(path), "/dev/ptp%d", r.index);
	json_object_set_new(o, "index", json_integer(r.index));
	json_object_set_new(o, "device", json_string(path));
	json_object_set_new(o, "interfaces", interfaces_json(h, r.index));
	json_object_set_new(o, "steering", json_string(phc_steering_name(r.steering)));
	json_object_set_new(o, "error", json_seconds(r.steering == PHC_STEERED ? r.error_ns : NAN));
	json_object_set_new(o, "direct", json_boolean(r.steering == PHC_STEERED && r.direct));
	json_object_set_new(o, "steps", json_integer((json_int_t)r.steps));
	json_object_set_new(o, "frequency_set", json_number(r.freq));
	json_object_set_new(o, "frequency", json_number(isfinite(r.rate_error) ? r.rate : NAN));
	json_object_set_new(o, "frequency_error", json_number(r.rate_error));
	set_offsets(o, h, c, sys);
	json_object_set_new(o, "read_method", json_string(phc_method_name(r.method)));
	json_object_set_new(o, "read_bound", json_seconds(r.bound_ns));
	json_object_set_new(o, "read_noise", json_seconds(r.noise_ns));
	json_object_set_new(o, "same_oscillator", relatives_json(h, i));
	json_object_set_new(o, "capabilities", abilities_json(c));
	return o;
}

json_t *daemon_json_phc(const struct daemon *d)
{
	json_t *list = json_array();
	s64 sys = daemon_sys(d);
	struct phc_clock *c;

	for (unsigned int i = 0; (c = hwstamp_clock(d->env.hwstamp, i)); i++)
		if (phc_clock_there(c))
			json_array_append_new(list, clock_json(d, i, sys));
	return list;
}
