// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/module_servo.h"

#include <errno.h>
#include <linux/as_timesync.h>

static void get_parameters(const struct genl_reply *r, struct module_servo *s)
{
	u8 events = 0;

	genl_get_u32(r, ATS_A_SERVO_TARGET, &s->target);
	genl_get_u32(r, ATS_A_SERVO_REFERENCE, &s->reference);
	genl_get_u32(r, ATS_A_SERVO_REFERENCE_INDEX, &s->reference_index);
	genl_get_s64(r, ATS_A_SERVO_ADD, &s->add_ns);
	genl_get_u64(r, ATS_A_SERVO_INTERVAL, &s->interval_ns);
	genl_get_u32(r, ATS_A_SERVO_SAMPLES, &s->samples);
	genl_get_u32(r, ATS_A_SERVO_KP, &s->kp);
	genl_get_u32(r, ATS_A_SERVO_KI, &s->ki);
	genl_get_u32(r, ATS_A_SERVO_MAX_FREQUENCY, &s->max_frequency);
	genl_get_u64(r, ATS_A_SERVO_FIRST_STEP, &s->first_step_ns);
	genl_get_u64(r, ATS_A_SERVO_STEP, &s->step_ns);
	s->events = genl_get_u8(r, ATS_A_SERVO_EVENTS, &events) && events;
}

bool module_servo_parse(const struct genl_reply *r, struct module_servo *out)
{
	*out = (struct module_servo){ .reference = ATS_CLOCK_REALTIME };
	if ((r->command != ATS_CMD_SERVO_GET && r->command != ATS_CMD_SERVO_NTF &&
	     r->command != ATS_CMD_SERVO_SAMPLE) ||
	    !genl_get_u32(r, ATS_A_SERVO_ID, &out->id))
		return false;
	get_parameters(r, out);
	genl_get_u32(r, ATS_A_SERVO_STATE, &out->state);
	genl_get_s64(r, ATS_A_SERVO_OFFSET, &out->offset_ns);
	genl_get_s64(r, ATS_A_SERVO_FREQUENCY, &out->frequency);
	genl_get_s64(r, ATS_A_SERVO_BRACKET, &out->bracket_ns);
	genl_get_s64(r, ATS_A_SERVO_AT, &out->at);
	genl_get_u64(r, ATS_A_SERVO_COUNT, &out->count);
	genl_get_u64(r, ATS_A_SERVO_MISSED, &out->missed);
	genl_get_u32(r, ATS_A_SERVO_STEPS, &out->steps);
	genl_get_u64(r, ATS_A_SERVO_RMS, &out->rms_ns);
	out->gone = genl_get_flag(r, ATS_A_SERVO_GONE);
	return true;
}

struct list {
	module_each_servo *each;
	void *ctx;
};

static int on_servo(void *ctx, const struct genl_reply *r)
{
	const struct list *l = ctx;
	struct module_servo s;

	if (!module_servo_parse(r, &s))
		return -EBADMSG;
	l->each(l->ctx, &s);
	return 0;
}

int module_servo_list(struct genl *g, module_each_servo *each, void *ctx)
{
	struct list l = { each, ctx };

	return genl_dump(g, genl_message(g, ATS_CMD_SERVO_GET, 0), on_servo, &l);
}

const char *module_servo_state_name(u32 state)
{
	static const char *const name[] = {
		[ATS_SERVO_UNLOCKED] = "unlocked", [ATS_SERVO_STEPPED] = "stepped",
		[ATS_SERVO_LOCKED] = "locked", [ATS_SERVO_HOLDOVER] = "holdover",
		[ATS_SERVO_DEAD] = "dead",
	};

	return state < ARRAY_SIZE(name) ? name[state] : "unknown";
}
