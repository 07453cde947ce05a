// SPDX-License-Identifier: GPL-2.0
#include "servo.h"

#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "phc.h"
#include "servo_thread.h"

#define ADD_MAX_NS (S64_MAX / 4)

int ats_servo_net_init(struct ats_net *an)
{
	struct ats_servos *servos = kzalloc(sizeof(*servos), GFP_KERNEL);

	if (!servos)
		return -ENOMEM;
	mutex_init(&servos->lock);
	xa_init_flags(&servos->by_id, XA_FLAGS_ALLOC1);
	an->servos = servos;
	return 0;
}

static void put_clocks(struct ats_servo *s)
{
	if (s->reference)
		ats_phc_unuse(s->an, s->reference);
	ats_phc_unuse(s->an, s->target);
}

/* After its thread. */
static void release(struct ats_servo *s)
{
	ats_claim_del(&s->claim);
	put_clocks(s);
	kfree(s);
}

void ats_servo_net_exit(struct ats_net *an)
{
	struct ats_servos *servos = an->servos;
	struct ats_servo *s;
	unsigned long id;

	xa_for_each(&servos->by_id, id, s) {
		ats_servo_stop(s);
		release(s);
	}
	xa_destroy(&servos->by_id);
	mutex_destroy(&servos->lock);
	kfree(servos);
}

void ats_servo_resolve(const struct ats_servo *s, const struct ats_servo_config *config,
		       struct ats_pi_config *pi)
{
	u32 kp, ki, max = ats_phc_max_ppb(s->target);

	ats_pi_usual(config->interval, &kp, &ki);
	*pi = (struct ats_pi_config) {
		.interval = config->interval,
		.kp = config->kp ? config->kp : kp,
		.ki = config->ki ? config->ki : ki,
		.max_ppb = config->max_ppb ? config->max_ppb : min(max, ATS_PI_FREQUENCY_MAX_PPB),
		.first_step = config->first_step,
		.step = config->step,
	};
}

static int check(const struct ats_servo *s, const struct ats_servo_config *config,
		 struct netlink_ext_ack *extack)
{
	u32 max = ats_phc_max_ppb(s->target);
	struct ats_pi_config pi;

	if (config->interval < ATS_PI_INTERVAL_MIN || config->interval > ATS_PI_INTERVAL_MAX) {
		NL_SET_ERR_MSG(extack, "interval is from 1000000 to 64000000000 ns");
		return -ERANGE;
	}
	if (ats_magnitude(config->add) > ADD_MAX_NS) {
		NL_SET_ERR_MSG(extack, "add is beyond 73 years");
		return -ERANGE;
	}
	if (config->max_ppb > ATS_PI_FREQUENCY_MAX_PPB || (max && config->max_ppb > max)) {
		NL_SET_ERR_MSG(extack, "max-frequency is beyond what the PHC can do");
		return -ERANGE;
	}
	ats_servo_resolve(s, config, &pi);
	if (!pi.max_ppb) {
		NL_SET_ERR_MSG(extack, "the PHC tells no bound: max-frequency is required");
		return -EINVAL;
	}
	if (!ats_pi_stable(pi.interval, pi.kp, pi.ki)) {
		NL_SET_ERR_MSG(extack,
			       "not stable: kp * interval below 2, 2 kp * interval + ki * interval^2 below 4");
		return -ERANGE;
	}
	return 0;
}

/* From here to the servo's end its clocks cannot be deleted. */
static int get_clocks(struct ats_servo *s, const struct ats_servo_request *request,
		      struct netlink_ext_ack *extack)
{
	s->target = ats_phc_use(s->an, request->target);
	if (!s->target) {
		NL_SET_ERR_MSG(extack, "target is not held: phc-add takes it by fd");
		return -ENOENT;
	}
	if (request->kind != ATS_CLOCK_PHC)
		return 0;
	s->reference = ats_phc_use(s->an, request->reference);
	if (!s->reference) {
		ats_phc_unuse(s->an, s->target);
		NL_SET_ERR_MSG(extack, "reference-index is not held: phc-add takes it by fd");
		return -ENOENT;
	}
	return 0;
}

static int claim(struct ats_servo *s, struct netlink_ext_ack *extack)
{
	int err;

	if (ats_phc_is_gone(s->target)) {
		NL_SET_ERR_MSG(extack, "the device of target is gone");
		return -ENODEV;
	}
	if (!ats_phc_is_writable(s->target)) {
		NL_SET_ERR_MSG(extack,
			       "target was opened for reading: hand over a file opened for writing");
		return -EACCES;
	}
	err = ats_claim_add(&s->claim, s->target, s->reference);
	if (err == -EBUSY)
		NL_SET_ERR_MSG(extack, "another servo steers target");
	else if (err)
		NL_SET_ERR_MSG(extack, "target would be steered by itself");
	return err;
}

/* The frequency to begin with: what was asked for, or what it has. */
static int first_frequency(struct ats_servo *s, const struct ats_servo_request *request,
			   s64 *frequency, struct netlink_ext_ack *extack)
{
	struct ats_pi_config pi;
	int err;

	if (!request->with_frequency) {
		err = ats_phc_get_frequency(s->target, frequency);
		if (err)
			NL_SET_ERR_MSG(extack, "the driver does not tell the frequency of target");
		return err;
	}
	*frequency = request->frequency;
	ats_servo_resolve(s, &s->config, &pi);
	if (ats_magnitude(*frequency) > div64_u64((u64)pi.max_ppb << 16, 1000)) {
		NL_SET_ERR_MSG(extack, "frequency is beyond max-frequency");
		return -ERANGE;
	}
	err = ats_phc_set_frequency(s->target, *frequency);
	if (err)
		NL_SET_ERR_MSG(extack, "the driver cannot set the frequency of target");
	return err;
}

static int start(struct ats_servo *s, const struct ats_servo_request *request,
		 struct netlink_ext_ack *extack)
{
	struct ats_servos *servos = s->an->servos;
	s64 frequency;
	int err;

	err = check(s, &request->config, extack);
	if (err)
		return err;
	s->config = request->config;
	err = xa_alloc_cyclic(&servos->by_id, &s->id, s, xa_limit_31b, &servos->last_id,
			      GFP_KERNEL);
	if (err < 0)
		return err;
	err = first_frequency(s, request, &frequency, extack);
	if (!err)
		err = ats_servo_start(s, frequency);
	if (err)
		xa_erase(&servos->by_id, s->id);
	return err;
}

int ats_servo_add(struct ats_net *an, const struct ats_servo_request *request,
		  struct ats_servo **servo, struct netlink_ext_ack *extack)
{
	struct ats_servo *s = kzalloc(sizeof(*s), GFP_KERNEL);
	int err;

	lockdep_assert_held(&an->servos->lock);
	if (!s)
		return -ENOMEM;
	s->an = an;
	s->kind = request->kind;
	spin_lock_init(&s->lock);
	err = get_clocks(s, request, extack);
	if (err)
		goto out_free;
	err = claim(s, extack);
	if (err)
		goto out_clocks;
	err = start(s, request, extack);
	if (err)
		goto out_claim;
	*servo = s;
	return 0;

out_claim:
	ats_claim_del(&s->claim);
out_clocks:
	put_clocks(s);
out_free:
	kfree(s);
	return err;
}

int ats_servo_set(struct ats_servo *s, const struct ats_servo_config *config,
		  struct netlink_ext_ack *extack)
{
	int err = check(s, config, extack);

	if (err)
		return err;
	spin_lock(&s->lock);
	s->config = *config;
	s->changed = true;
	spin_unlock(&s->lock);
	ats_servo_wake(s);
	return 0;
}

void ats_servo_del(struct ats_servo *s)
{
	lockdep_assert_held(&s->an->servos->lock);
	xa_erase(&s->an->servos->by_id, s->id);
	ats_servo_stop(s);
	ats_servo_notify(s, true);
	release(s);
}

void ats_servo_get(struct ats_servo *s, struct ats_servo_config *config,
		   struct ats_servo_status *status)
{
	spin_lock(&s->lock);
	*config = s->config;
	*status = s->status;
	spin_unlock(&s->lock);
}
