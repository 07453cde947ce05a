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

static int on_one(void *ctx, const struct genl_reply *r)
{
	return module_servo_parse(r, ctx) ? 0 : -EBADMSG;
}

/* @msg, or NULL when something did not fit in. */
static struct nl_msg *complete(struct nl_msg *msg, bool failed)
{
	if (!failed)
		return msg;
	nlmsg_free(msg);
	return NULL;
}

static struct nl_msg *about(struct genl *g, u8 command, u32 id)
{
	struct nl_msg *msg = genl_message(g, command, 0);

	return complete(msg, msg && nla_put_u32(msg, ATS_A_SERVO_ID, id));
}

int module_servo_get(struct genl *g, u32 id, struct module_servo *out)
{
	return genl_request(g, about(g, ATS_CMD_SERVO_GET, id), on_one, out);
}

static bool put_named(struct nl_msg *msg, const struct module_servo *s, unsigned int named)
{
	return (!(named & MODULE_SERVO_ADD) || !nla_put_s64(msg, ATS_A_SERVO_ADD, s->add_ns)) &&
	       (!(named & MODULE_SERVO_INTERVAL) ||
		!nla_put_u64(msg, ATS_A_SERVO_INTERVAL, s->interval_ns)) &&
	       (!(named & MODULE_SERVO_SAMPLES) ||
		!nla_put_u32(msg, ATS_A_SERVO_SAMPLES, s->samples)) &&
	       (!(named & MODULE_SERVO_KP) || !nla_put_u32(msg, ATS_A_SERVO_KP, s->kp)) &&
	       (!(named & MODULE_SERVO_KI) || !nla_put_u32(msg, ATS_A_SERVO_KI, s->ki)) &&
	       (!(named & MODULE_SERVO_MAX_FREQUENCY) ||
		!nla_put_u32(msg, ATS_A_SERVO_MAX_FREQUENCY, s->max_frequency)) &&
	       (!(named & MODULE_SERVO_FIRST_STEP) ||
		!nla_put_u64(msg, ATS_A_SERVO_FIRST_STEP, s->first_step_ns)) &&
	       (!(named & MODULE_SERVO_STEP) ||
		!nla_put_u64(msg, ATS_A_SERVO_STEP, s->step_ns)) &&
	       (!(named & MODULE_SERVO_EVENTS) ||
		!nla_put_u8(msg, ATS_A_SERVO_EVENTS, s->events)) &&
	       (!(named & MODULE_SERVO_FREQUENCY) ||
		!nla_put_s64(msg, ATS_A_SERVO_FREQUENCY, s->frequency));
}

static bool put_clocks(struct nl_msg *msg, const struct module_servo *s)
{
	return !nla_put_u32(msg, ATS_A_SERVO_TARGET, s->target) &&
	       !nla_put_u32(msg, ATS_A_SERVO_REFERENCE, s->reference) &&
	       (s->reference != ATS_CLOCK_PHC ||
		!nla_put_u32(msg, ATS_A_SERVO_REFERENCE_INDEX, s->reference_index));
}

static int on_id(void *ctx, const struct genl_reply *r)
{
	return genl_get_u32(r, ATS_A_SERVO_ID, ctx) ? 0 : -EBADMSG;
}

int module_servo_add(struct genl *g, const struct module_servo *s, unsigned int named, u32 *id)
{
	struct nl_msg *msg = genl_message(g, ATS_CMD_SERVO_ADD, 0);

	msg = complete(msg, msg && (!put_clocks(msg, s) || !put_named(msg, s, named)));
	return genl_request(g, msg, on_id, id);
}

int module_servo_set(struct genl *g, const struct module_servo *s, unsigned int named)
{
	struct nl_msg *msg = about(g, ATS_CMD_SERVO_SET, s->id);

	msg = complete(msg, msg && !put_named(msg, s, named));
	return genl_request(g, msg, NULL, NULL);
}

int module_servo_del(struct genl *g, u32 id)
{
	return genl_request(g, about(g, ATS_CMD_SERVO_DEL, id), NULL, NULL);
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
