// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel servo: what steers one clock by another within the module. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include <linux/as_timesync.h>

#include "ctl/format.h"
#include "ctl/kernel.h"
#include "ctl/kernel_json.h"
#include "ctl/kernel_value.h"
#include "ctl/table.h"
#include "kernel/module_servo.h"

static bool in_u32(s64 v, u32 *out)
{
	*out = (u32)v;
	return v >= 0 && v <= UINT32_MAX;
}

static bool not_negative(s64 v, u64 *out)
{
	*out = (u64)v;
	return v >= 0;
}

/* Puts a value where it belongs; false when it cannot be there. */
static bool put(struct module_servo *s, unsigned int which, s64 v)
{
	switch (which) {
	case MODULE_SERVO_ADD:
		s->add_ns = v;
		return true;
	case MODULE_SERVO_INTERVAL:
		return not_negative(v, &s->interval_ns);
	case MODULE_SERVO_SAMPLES:
		return in_u32(v, &s->samples);
	case MODULE_SERVO_KP:
		return in_u32(v, &s->kp);
	case MODULE_SERVO_KI:
		return in_u32(v, &s->ki);
	case MODULE_SERVO_MAX_FREQUENCY:
		return in_u32(v, &s->max_frequency);
	case MODULE_SERVO_FIRST_STEP:
		return not_negative(v, &s->first_step_ns);
	case MODULE_SERVO_STEP:
		return not_negative(v, &s->step_ns);
	case MODULE_SERVO_EVENTS:
		s->events = v;
		return v == 0 || v == 1;
	default:
		s->frequency = v;
		return true;
	}
}

/* KEY=VALUE; times in seconds, frequencies in ppm. */
static bool parameter(const char *word, struct module_servo *s, unsigned int *named)
{
	static const struct {
		const char *key;
		double scale;
		unsigned int which;
	} keys[] = {
		{ "add", 1e9, MODULE_SERVO_ADD }, { "interval", 1e9, MODULE_SERVO_INTERVAL },
		{ "samples", 1, MODULE_SERVO_SAMPLES }, { "kp", 65536, MODULE_SERVO_KP },
		{ "ki", 65536, MODULE_SERVO_KI },
		{ "max-frequency", 1e3, MODULE_SERVO_MAX_FREQUENCY },
		{ "first-step", 1e9, MODULE_SERVO_FIRST_STEP }, { "step", 1e9, MODULE_SERVO_STEP },
		{ "events", 1, MODULE_SERVO_EVENTS },
		{ "frequency", 65536, MODULE_SERVO_FREQUENCY },
	};
	const char *value;
	s64 v;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		value = kernel_value(word, keys[i].key);
		if (!value)
			continue;
		*named |= keys[i].which;
		return kernel_value_scaled(value, keys[i].scale, &v) && put(s, keys[i].which, v);
	}
	return false;
}

static int parameters(struct ctl *c, int argc, char **argv, struct module_servo *s,
		      unsigned int *named)
{
	for (int i = 0; i < argc; i++)
		if (!parameter(argv[i], s, named))
			return ctl_usage(c, "not a parameter of a servo:", argv[i]);
	return CTL_OK;
}

static int reference(struct genl *g, const char *word, struct module_servo *s, char *why,
		     size_t len)
{
	s->reference = ATS_CLOCK_PHC;
	if (!strcmp(word, "realtime"))
		s->reference = ATS_CLOCK_REALTIME;
	else if (!strcmp(word, "tai"))
		s->reference = ATS_CLOCK_TAI;
	else
		return kernel_value_phc(g, word, &s->reference_index, why, len);
	return 0;
}

static int add(struct ctl *c, struct genl *g, int argc, char **argv)
{
	struct module_servo s = { 0 };
	unsigned int named = 0;
	char why[256];
	json_t *id;
	int r;

	r = parameters(c, argc - 2, argv + 2, &s, &named);
	if (r)
		return r;
	r = kernel_value_phc(g, argv[0], &s.target, why, sizeof(why));
	if (r)
		return kernel_bad_phc(c, argv[0], r, why);
	r = reference(g, argv[1], &s, why, sizeof(why));
	if (r)
		return kernel_bad_phc(c, argv[1], r, why);
	r = module_servo_add(g, &s, named, &s.id);
	if (r)
		return kernel_failed(c, g, r, "the servo");
	id = json_pack("{s:i}", "id", (int)s.id);
	if (!kernel_print_json(c, "servo", id))
		fprintf(c->out, "Servo %u steers %s by %s\n", s.id, argv[0], argv[1]);
	json_decref(id);
	return CTL_OK;
}

static int set(struct ctl *c, struct genl *g, int argc, char **argv)
{
	struct module_servo s = { 0 };
	unsigned int named = 0;
	int r;

	if (!kernel_value_u32(argv[0], &s.id))
		return ctl_usage(c, "a servo has a number, not", argv[0]);
	r = parameters(c, argc - 1, argv + 1, &s, &named);
	if (r)
		return r;
	if (named & MODULE_SERVO_FREQUENCY)
		return ctl_usage(c, "a running servo finds its", "frequency");
	r = module_servo_set(g, &s, named);
	return r ? kernel_failed(c, g, r, "the servo") : CTL_OK;
}

static int del(struct ctl *c, struct genl *g, int argc, char **argv)
{
	u32 id;

	for (int i = 0; i < argc; i++) {
		if (!kernel_value_u32(argv[i], &id))
			return ctl_usage(c, "a servo has a number, not", argv[i]);
		int r = module_servo_del(g, id);

		if (r)
			return kernel_failed(c, g, r, argv[i]);
	}
	return CTL_OK;
}

static void print_list(struct ctl *c, const json_t *servos)
{
	static const struct column columns[] = {
		{ "SERVO", true, 0 }, { "STEERS", false, 0 }, { "BY", false, 0 },
		{ "STATE", false, 0 }, { "OFFSET", true, 0 }, { "RMS", true, 0 },
		{ "FREQUENCY", true, 0 }, { "INTERVAL", true, 5 }, { "BRACKET", true, 4 },
		{ "SAMPLES", true, 3 }, { "MISSED", true, 2 }, { "STEPS", true, 1 },
	};
	struct table *t;
	const json_t *s;
	size_t i;

	if (!json_array_size(servos)) {
		fputs("No servo runs in the module\n", c->out);
		return;
	}
	t = table_new(columns, ARRAY_SIZE(columns));
	json_array_foreach(servos, i, s) {
		table_add(t, member_count(s, "id"));
		table_add(t, member_text(s, "target"));
		table_add(t, member_text(s, "reference"));
		table_add(t, member_text(s, "state"));
		table_add(t, member_offset(s, "offset"));
		table_add(t, member_time(s, "rms"));
		table_add(t, member_ratio(s, "frequency"));
		table_add(t, member_time(s, "interval"));
		table_add(t, member_time(s, "bracket"));
		table_add(t, member_count(s, "count"));
		table_add(t, member_count(s, "missed"));
		table_add(t, member_count(s, "steps"));
	}
	table_print(t, c);
	table_free(t);
}

static int list(struct ctl *c, struct genl *g, int argc, char **argv)
{
	json_t *servos;
	int r = kernel_json_servos(g, &servos);

	if (r)
		return kernel_failed(c, g, r, "the servos");
	if (!kernel_print_json(c, "servos", servos))
		print_list(c, servos);
	json_decref(servos);
	return CTL_OK;
}

/* Those of one servo, or of all with id 0. */
struct watch {
	struct ctl *ctl;
	u32 id;
};

static json_t *sample_json(const struct module_servo *s)
{
	json_t *o = json_object();

	json_object_set_new(o, "id", json_integer(s->id));
	json_object_set_new(o, "state", json_string(s->gone ? "gone" :
						    module_servo_state_name(s->state)));
	json_object_set_new(o, "at_ns", json_integer(s->at));
	json_object_set_new(o, "offset", json_real((double)s->offset_ns * 1e-9));
	json_object_set_new(o, "frequency", json_real((double)s->frequency / 65536 * 1e-6));
	json_object_set_new(o, "bracket", json_real((double)s->bracket_ns * 1e-9));
	json_object_set_new(o, "count", json_integer((json_int_t)s->count));
	return o;
}

static int on_event(void *ctx, const struct genl_reply *r)
{
	const struct watch *w = ctx;
	struct module_servo s;
	json_t *o;

	if (!module_servo_parse(r, &s) || (w->id && s.id != w->id))
		return 0;
	o = sample_json(&s);
	if (!kernel_print_json(w->ctl, r->command == ATS_CMD_SERVO_SAMPLE ? "sample" : "change", o))
		fprintf(w->ctl->out, "%u %-9s %10s %14s %10s\n", s.id, member_text(o, "state").s,
			member_offset(o, "offset").s, member_ratio(o, "frequency").s,
			member_time(o, "bracket").s);
	fflush(w->ctl->out);
	json_decref(o);
	return 0;
}

/* Until interrupted. Samples come of servos with events=1, changes of all. */
static int watch(struct ctl *c, struct genl *g, int argc, char **argv)
{
	struct watch w = { .ctl = c };
	int r;

	if (argc && !kernel_value_u32(argv[0], &w.id))
		return ctl_usage(c, "a servo has a number, not", argv[0]);
	r = genl_join(g, "servo");
	while (!r) {
		struct pollfd p = { .fd = genl_fd(g), .events = POLLIN };

		if (poll(&p, 1, -1) < 0 && errno != EINTR) {
			fprintf(c->err, "as-timesyncctl: poll: %s\n", strerror(errno));
			return CTL_REFUSED;
		}
		r = genl_receive(g, on_event, &w);
		if (r == -ENOBUFS) {
			fputs("as-timesyncctl: some events were lost\n", c->err);
			r = 0;
		}
	}
	return kernel_failed(c, g, r, "events of servos");
}

int kernel_servo(struct ctl *c, struct genl *g, int argc, char **argv)
{
	static const struct kernel_verb verbs[] = {
		{ "list", 0, 0, "list", list },
		{ "add", 2, 12, "add TARGET REFERENCE [KEY=VALUE...]", add },
		{ "set", 2, 12, "set SERVO KEY=VALUE...", set },
		{ "del", 1, 64, "del SERVO...", del },
		{ "watch", 0, 1, "watch [SERVO]", watch },
	};

	return kernel_run_verb(c, g, verbs, ARRAY_SIZE(verbs), argc, argv);
}
