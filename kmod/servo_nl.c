// SPDX-License-Identifier: GPL-2.0
#include "netlink.h"

#include <linux/math.h>
#include <linux/mutex.h>
#include <linux/xarray.h>
#include <net/sock.h>

#include "netlink_gen.h"
#include "phc.h"
#include "servo.h"

#define INTERVAL_DEFAULT 1000000000ULL
#define SAMPLES_DEFAULT 8
#define FIRST_STEP_DEFAULT 20000ULL

static int put_config(struct sk_buff *msg, const struct ats_servo *s,
		      const struct ats_servo_config *config)
{
	struct ats_pi_config pi;

	ats_servo_resolve(s, config, &pi);
	if (nla_put_s64(msg, ATS_A_SERVO_ADD, config->add, ATS_A_SERVO_PAD) ||
	    nla_put_u64_64bit(msg, ATS_A_SERVO_INTERVAL, pi.interval, ATS_A_SERVO_PAD) ||
	    nla_put_u32(msg, ATS_A_SERVO_SAMPLES, config->samples) ||
	    nla_put_u32(msg, ATS_A_SERVO_KP, pi.kp) ||
	    nla_put_u32(msg, ATS_A_SERVO_KI, pi.ki) ||
	    nla_put_u32(msg, ATS_A_SERVO_MAX_FREQUENCY, pi.max_ppb) ||
	    nla_put_u64_64bit(msg, ATS_A_SERVO_FIRST_STEP, pi.first_step, ATS_A_SERVO_PAD) ||
	    nla_put_u64_64bit(msg, ATS_A_SERVO_STEP, pi.step, ATS_A_SERVO_PAD) ||
	    nla_put_u8(msg, ATS_A_SERVO_EVENTS, config->events))
		return -EMSGSIZE;
	return 0;
}

/* What every sample changes. */
static int put_sample(struct sk_buff *msg, const struct ats_servo *s,
		      const struct ats_servo_status *status)
{
	if (nla_put_u32(msg, ATS_A_SERVO_ID, s->id) ||
	    nla_put_u32(msg, ATS_A_SERVO_STATE, status->state) ||
	    nla_put_s64(msg, ATS_A_SERVO_OFFSET, status->offset, ATS_A_SERVO_PAD) ||
	    nla_put_s64(msg, ATS_A_SERVO_FREQUENCY, status->frequency, ATS_A_SERVO_PAD) ||
	    nla_put_s64(msg, ATS_A_SERVO_BRACKET, status->bracket, ATS_A_SERVO_PAD) ||
	    nla_put_s64(msg, ATS_A_SERVO_AT, status->at, ATS_A_SERVO_PAD) ||
	    nla_put_u64_64bit(msg, ATS_A_SERVO_COUNT, status->count, ATS_A_SERVO_PAD))
		return -EMSGSIZE;
	return 0;
}

static int put_servo(struct sk_buff *msg, struct ats_servo *s, bool gone)
{
	struct ats_servo_status status;
	struct ats_servo_config config;

	ats_servo_get(s, &config, &status);
	if (put_sample(msg, s, &status) ||
	    nla_put_u32(msg, ATS_A_SERVO_TARGET, s->target->index) ||
	    nla_put_u32(msg, ATS_A_SERVO_REFERENCE, s->kind) ||
	    (s->reference &&
	     nla_put_u32(msg, ATS_A_SERVO_REFERENCE_INDEX, s->reference->index)) ||
	    put_config(msg, s, &config) ||
	    nla_put_u64_64bit(msg, ATS_A_SERVO_MISSED, status.missed, ATS_A_SERVO_PAD) ||
	    nla_put_u32(msg, ATS_A_SERVO_STEPS, status.steps) ||
	    nla_put_u64_64bit(msg, ATS_A_SERVO_RMS, int_sqrt64(status.mean_square),
			      ATS_A_SERVO_PAD) ||
	    (gone && nla_put_flag(msg, ATS_A_SERVO_GONE)))
		return -EMSGSIZE;
	return 0;
}

/* An event in the making, when somebody listens. */
static struct sk_buff *new_event(struct ats_servo *s, u8 cmd, void **header)
{
	struct sk_buff *msg;

	if (!genl_has_listeners(&ats_genl_family, s->an->net, AS_TIMESYNC_NLGRP_SERVO))
		return NULL;
	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return NULL;
	*header = genlmsg_put(msg, 0, 0, &ats_genl_family, 0, cmd);
	if (*header)
		return msg;
	nlmsg_free(msg);
	return NULL;
}

static void tell(struct ats_servo *s, struct sk_buff *msg, void *header)
{
	genlmsg_end(msg, header);
	genlmsg_multicast_netns(&ats_genl_family, s->an->net, msg, 0, AS_TIMESYNC_NLGRP_SERVO,
				GFP_KERNEL);
}

void ats_servo_notify(struct ats_servo *s, bool gone)
{
	void *header;
	struct sk_buff *msg = new_event(s, ATS_CMD_SERVO_NTF, &header);

	if (!msg)
		return;
	if (put_servo(msg, s, gone))
		nlmsg_free(msg);
	else
		tell(s, msg, header);
}

void ats_servo_tell_sample(struct ats_servo *s, const struct ats_servo_status *status)
{
	void *header;
	struct sk_buff *msg = new_event(s, ATS_CMD_SERVO_SAMPLE, &header);

	if (!msg)
		return;
	if (put_sample(msg, s, status))
		nlmsg_free(msg);
	else
		tell(s, msg, header);
}

/* What is not named stays. */
static void get_config(struct nlattr **attrs, struct ats_servo_config *config)
{
	if (attrs[ATS_A_SERVO_ADD])
		config->add = nla_get_s64(attrs[ATS_A_SERVO_ADD]);
	if (attrs[ATS_A_SERVO_INTERVAL])
		config->interval = nla_get_u64(attrs[ATS_A_SERVO_INTERVAL]);
	if (attrs[ATS_A_SERVO_SAMPLES])
		config->samples = nla_get_u32(attrs[ATS_A_SERVO_SAMPLES]);
	if (attrs[ATS_A_SERVO_KP])
		config->kp = nla_get_u32(attrs[ATS_A_SERVO_KP]);
	if (attrs[ATS_A_SERVO_KI])
		config->ki = nla_get_u32(attrs[ATS_A_SERVO_KI]);
	if (attrs[ATS_A_SERVO_MAX_FREQUENCY])
		config->max_ppb = nla_get_u32(attrs[ATS_A_SERVO_MAX_FREQUENCY]);
	if (attrs[ATS_A_SERVO_FIRST_STEP])
		config->first_step = nla_get_u64(attrs[ATS_A_SERVO_FIRST_STEP]);
	if (attrs[ATS_A_SERVO_STEP])
		config->step = nla_get_u64(attrs[ATS_A_SERVO_STEP]);
	if (attrs[ATS_A_SERVO_EVENTS])
		config->events = nla_get_u8(attrs[ATS_A_SERVO_EVENTS]);
}

static int get_request(struct genl_info *info, struct ats_servo_request *request)
{
	struct nlattr **attrs = info->attrs;

	*request = (struct ats_servo_request) {
		.config = {
			.interval = INTERVAL_DEFAULT,
			.samples = SAMPLES_DEFAULT,
			.first_step = FIRST_STEP_DEFAULT,
		},
	};
	if (!attrs[ATS_A_SERVO_TARGET])
		return ats_nl_missing(info, ATS_A_SERVO_TARGET, "target");
	if (!attrs[ATS_A_SERVO_REFERENCE])
		return ats_nl_missing(info, ATS_A_SERVO_REFERENCE, "reference");
	request->target = nla_get_u32(attrs[ATS_A_SERVO_TARGET]);
	request->kind = nla_get_u32(attrs[ATS_A_SERVO_REFERENCE]);
	if (request->kind == ATS_CLOCK_PHC && !attrs[ATS_A_SERVO_REFERENCE_INDEX])
		return ats_nl_missing(info, ATS_A_SERVO_REFERENCE_INDEX, "reference-index");
	if (request->kind != ATS_CLOCK_PHC && attrs[ATS_A_SERVO_REFERENCE_INDEX])
		return ats_nl_refuse_attr(info, ATS_A_SERVO_REFERENCE_INDEX, -EINVAL,
					  "reference-index is for a reference that is a PHC");
	if (attrs[ATS_A_SERVO_REFERENCE_INDEX])
		request->reference = nla_get_u32(attrs[ATS_A_SERVO_REFERENCE_INDEX]);
	if (attrs[ATS_A_SERVO_FREQUENCY]) {
		request->with_frequency = true;
		request->frequency = nla_get_s64(attrs[ATS_A_SERVO_FREQUENCY]);
	}
	get_config(attrs, &request->config);
	return 0;
}

int as_timesync_nl_servo_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ats_net *an = ats_nl_net(info);
	struct ats_servo_request request;
	struct ats_servo *s;
	struct sk_buff *msg;
	void *header;
	int err;

	err = get_request(info, &request);
	if (err)
		return err;
	msg = ats_nl_new(info, ATS_CMD_SERVO_ADD, nla_total_size(sizeof(u32)), &header);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&an->servos->lock);
	err = ats_servo_add(an, &request, &s, info->extack);
	if (!err) {
		ats_servo_notify(s, false);
		err = nla_put_u32(msg, ATS_A_SERVO_ID, s->id);
	}
	mutex_unlock(&an->servos->lock);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return ats_nl_reply(msg, header, info);
}

/* With the lock of the servos. */
static struct ats_servo *find(struct ats_net *an, struct genl_info *info)
{
	struct nlattr *id = info->attrs[ATS_A_SERVO_ID];
	struct ats_servo *s = xa_load(&an->servos->by_id, nla_get_u32(id));

	if (!s)
		NL_SET_ERR_MSG_ATTR(info->extack, id, "no such servo: servo-get lists them");
	return s;
}

int as_timesync_nl_servo_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ats_net *an = ats_nl_net(info);
	struct ats_servo_status status;
	struct ats_servo_config config;
	struct ats_servo *s;
	int err = -ENOENT;

	if (!info->attrs[ATS_A_SERVO_ID])
		return ats_nl_missing(info, ATS_A_SERVO_ID, "id");
	mutex_lock(&an->servos->lock);
	s = find(an, info);
	if (s) {
		ats_servo_get(s, &config, &status);
		get_config(info->attrs, &config);
		err = ats_servo_set(s, &config, info->extack);
	}
	mutex_unlock(&an->servos->lock);
	return err;
}

int as_timesync_nl_servo_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ats_net *an = ats_nl_net(info);
	struct ats_servo *s;

	if (!info->attrs[ATS_A_SERVO_ID])
		return ats_nl_missing(info, ATS_A_SERVO_ID, "id");
	mutex_lock(&an->servos->lock);
	s = find(an, info);
	if (s)
		ats_servo_del(s);
	mutex_unlock(&an->servos->lock);
	return s ? 0 : -ENOENT;
}

int as_timesync_nl_servo_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ats_net *an = ats_nl_net(info);
	struct ats_servo *s;
	struct sk_buff *msg;
	void *header;
	int err;

	if (!info->attrs[ATS_A_SERVO_ID])
		return ats_nl_missing(info, ATS_A_SERVO_ID, "id");
	msg = ats_nl_new(info, ATS_CMD_SERVO_GET, NLMSG_GOODSIZE, &header);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&an->servos->lock);
	s = find(an, info);
	err = s ? put_servo(msg, s, false) : -ENOENT;
	mutex_unlock(&an->servos->lock);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return ats_nl_reply(msg, header, info);
}

int as_timesync_nl_servo_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ats_servos *servos = ats_net(sock_net(skb->sk))->servos;
	unsigned long id = cb->args[0];
	struct ats_servo *s;
	void *header;

	mutex_lock(&servos->lock);
	xa_for_each_start(&servos->by_id, id, s, id) {
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				     &ats_genl_family, NLM_F_MULTI, ATS_CMD_SERVO_GET);
		if (!header)
			break;
		if (put_servo(skb, s, false)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
	}
	mutex_unlock(&servos->lock);
	/* past the last one, or at the one for which there was no room */
	cb->args[0] = s ? id : ULONG_MAX;
	return skb->len;
}
