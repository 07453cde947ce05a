// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/first_hand.h"

#include <stdlib.h>

#include "os/hwstamp.h"

struct first_hand {
	const struct ntp_env *env;
	struct phc_legs *legs;
};

static void sample(void *ctx, const struct exchange *x, bool used)
{
	struct first_hand *f = ctx;

	if (hwstamp_legs_add(f->env->hwstamp, f->legs, x))
		hwstamp_legs_lead(f->env->hwstamp, f->legs, used);
}

static bool offset(void *ctx, s64 sys, double *offset_ns, double *sd_ns)
{
	const struct first_hand *f = ctx;

	return hwstamp_by_legs(f->env->hwstamp, f->legs, sys, offset_ns, sd_ns);
}

static void forget(void *ctx)
{
	struct first_hand *f = ctx;

	first_hand_silent(f);
	phc_legs_forget(f->legs);
}

static const struct tk_first_hand ops = { .sample = sample, .offset = offset, .forget = forget };

void first_hand_configure(struct first_hand *f, struct tk_source_config *cfg)
{
	cfg->first_hand = &ops;
	cfg->first_hand_ctx = f;
}

void first_hand_stamp(struct first_hand *f, s64 sys, const struct phc_moment *at)
{
	phc_legs_stamp(f->legs, sys, at);
}

void first_hand_shift(struct first_hand *f, s64 delta_ns)
{
	phc_legs_shift(f->legs, delta_ns);
}

void first_hand_silent(struct first_hand *f)
{
	hwstamp_legs_lead(f->env->hwstamp, f->legs, false);
}

struct first_hand *first_hand_new(const struct ntp_env *env)
{
	struct first_hand *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->env = env;
	f->legs = phc_legs_new();
	if (!f->legs) {
		free(f);
		return NULL;
	}
	return f;
}

void first_hand_free(struct first_hand *f)
{
	if (!f)
		return;
	first_hand_silent(f);
	phc_legs_free(f->legs);
	free(f);
}
