// SPDX-License-Identifier: GPL-2.0
#include "ptp_stateless_nl.h"

#include <uapi/linux/as_timesync.h>

#include "netlink.h"
#include "ptp_stateless.h"

static int check(struct genl_info *info)
{
	s32 utc_offset;
	u16 type;

	for (type = ATS_A_PTP_CSPTP_DOMAIN; type <= ATS_A_PTP_TIME_SOURCE; type++) {
		if (!info->attrs[type])
			return ats_nl_missing(info, type, "all that sptp and csptp tell");
	}
	utc_offset = nla_get_s32(info->attrs[ATS_A_PTP_UTC_OFFSET]);
	if (utc_offset < S16_MIN || utc_offset > S16_MAX)
		return ats_nl_refuse_attr(info, ATS_A_PTP_UTC_OFFSET, -ERANGE,
					  "utc-offset must be -32768 to 32767");
	return 0;
}

int ats_ptp_stateless_get(struct genl_info *info, struct ats_ptp_facts *facts)
{
	struct nlattr **a = info->attrs;
	int err;

	if (!(facts->duties & ATS_PTP_STATELESS))
		return 0;
	err = check(info);
	if (err)
		return err;
	facts->stateless = (struct ats_ptp_stateless_facts) {
		.of = {
			.sptp = facts->duties & ATS_PTP_SPTP,
			.csptp = facts->duties & ATS_PTP_CSPTP,
			.domain = facts->voice.domain,
			.csptp_domain = nla_get_u8(a[ATS_A_PTP_CSPTP_DOMAIN]),
		},
		.served = {
			.id = facts->voice.id,
			.minor_version = facts->voice.minor_version,
			.flags = nla_get_u16(a[ATS_A_PTP_TIME_FLAGS]),
			.announce = {
				.utc_offset = nla_get_s32(a[ATS_A_PTP_UTC_OFFSET]),
				.priority1 = nla_get_u8(a[ATS_A_PTP_PRIORITY1]),
				.priority2 = nla_get_u8(a[ATS_A_PTP_PRIORITY2]),
				.quality = {
					nla_get_u8(a[ATS_A_PTP_CLOCK_CLASS]),
					nla_get_u8(a[ATS_A_PTP_CLOCK_ACCURACY]),
					nla_get_u16(a[ATS_A_PTP_CLOCK_VARIANCE]),
				},
				.gm = nla_get_u64(a[ATS_A_PTP_GRANDMASTER]),
				.steps_removed = nla_get_u16(a[ATS_A_PTP_STEPS_REMOVED]),
				.time_source = nla_get_u8(a[ATS_A_PTP_TIME_SOURCE]),
			},
		},
	};
	if (a[ATS_A_PTP_EXCHANGES_MAX])
		facts->stateless.per_second = nla_get_u32(a[ATS_A_PTP_EXCHANGES_MAX]);
	return 0;
}

int ats_ptp_stateless_put(struct sk_buff *msg, const struct ats_ptp_facts *facts)
{
	const struct ats_ptp_stateless_facts *s = &facts->stateless;
	const struct ptp_announce *announce = &s->served.announce;

	if (!(facts->duties & ATS_PTP_STATELESS))
		return 0;
	if (nla_put_u8(msg, ATS_A_PTP_CSPTP_DOMAIN, s->of.csptp_domain) ||
	    nla_put_u16(msg, ATS_A_PTP_TIME_FLAGS, s->served.flags) ||
	    nla_put_s32(msg, ATS_A_PTP_UTC_OFFSET, announce->utc_offset) ||
	    nla_put_u8(msg, ATS_A_PTP_PRIORITY1, announce->priority1) ||
	    nla_put_u8(msg, ATS_A_PTP_CLOCK_CLASS, announce->quality.class) ||
	    nla_put_u8(msg, ATS_A_PTP_CLOCK_ACCURACY, announce->quality.accuracy) ||
	    nla_put_u16(msg, ATS_A_PTP_CLOCK_VARIANCE, announce->quality.variance) ||
	    nla_put_u8(msg, ATS_A_PTP_PRIORITY2, announce->priority2) ||
	    nla_put_u64_64bit(msg, ATS_A_PTP_GRANDMASTER, announce->gm, ATS_A_PTP_PAD) ||
	    nla_put_u16(msg, ATS_A_PTP_STEPS_REMOVED, announce->steps_removed) ||
	    nla_put_u8(msg, ATS_A_PTP_TIME_SOURCE, announce->time_source) ||
	    nla_put_u32(msg, ATS_A_PTP_EXCHANGES_MAX, s->per_second))
		return -EMSGSIZE;
	return 0;
}
