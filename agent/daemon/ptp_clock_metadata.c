// SPDX-License-Identifier: GPL-2.0-or-later
/* What a grandmaster of SMPTE ST 2059-2 tells of its time once a second. */
#include "daemon/ptp_clock_private.h"
#include "os/zone.h"

/* clockClasses of a grandmaster that is on its reference, table 4 */
#define CLASS_LOCKED_PTP 6
#define CLASS_LOCKED_ARB 13

static s32 local_offset(void *ctx, s64 utc_s, bool *dst)
{
	return zone_offset(utc_s, dst);
}

static enum ptp_smpte_locking locking(const struct ptp_clock *c)
{
	switch (c->own_quality.class) {
	case CLASS_LOCKED_PTP:
	case CLASS_LOCKED_ARB:
		return PTP_SMPTE_LOCKED;
	default:
		return PTP_SMPTE_FREE_RUN;
	}
}

void ptp_clock_tell_metadata(struct ptp_clock *c)
{
	static const struct ptp_smpte_place here = { .offset = local_offset };
	const struct ptp_smpte_config *cfg = &c->first->serve.smpte;
	const struct ntp_env *env = c->env;
	const u16 flags = c->own_time.flags;
	const struct ptp_smpte_time now = {
		.utc_s = env->clock->now_sys(env->clock_ctx) / NSEC_PER_SEC,
		.utc_offset = c->own_time.utc_offset,
		.leap = flags & PTP_FLAG_LEAP61 ? 1 : flags & PTP_FLAG_LEAP59 ? -1 : 0,
		.locking = locking(c),
	};
	struct ptp_smpte_sm sm;

	if (!cfg->frame_rate)
		return;
	zone_refresh();
	ptp_smpte_metadata(cfg, &here, &now, &sm);
	ptp_manager_tell_metadata(c->manager, c->instance, &sm);
}

const struct ptp_heard_metadata *ptp_clock_metadata(const struct ptp_clock *c)
{
	return ptp_manager_metadata(c->manager, c->instance);
}
