/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLVs of organizations (IEEE 1588-2019 clause 14.3): any of them by its head, and the
 * content of those that are known here. Pure.
 */
#ifndef ATS_PTP_ORG_H
#define ATS_PTP_ORG_H

#include "ptp_layout.h"
#include "ptp_tlv.h"

enum ptp_oui {
	PTP_OUI_8021 = 0x0080c2,
	PTP_OUI_ITU_T = 0x0019a7,
	PTP_OUI_C37_238 = 0x1c129d,
	PTP_OUI_SMPTE = 0x6897e8,
};

enum ptp_org_content {
	PTP_ORG_OTHER,			/* data and len, as they are */
	PTP_ORG_FOLLOW_UP_INFORMATION,	/* IEEE 802.1AS-2020 clause 11.4.4.3 */
	PTP_ORG_MESSAGE_INTERVAL_REQUEST,	/* IEEE 802.1AS-2020 clause 10.6.4.3 */
	PTP_ORG_GPTP_CAPABLE,		/* IEEE 802.1AS-2020 clause 10.6.4.4 */
	PTP_ORG_C37_238_2011,
	PTP_ORG_C37_238_2017,
	PTP_ORG_SMPTE_SM,		/* SMPTE ST 2059-2 synchronization metadata */
};

/* ScaledNs of IEEE 802.1AS, 96 bits in 2^-16 ns. */
struct ptp_scaled_ns {
	s16 high;		/* of the ns */
	u64 low;
	u16 fraction;
};

struct ptp_follow_up_information {
	s32 rate_offset;	/* cumulativeScaledRateOffset, 2^-41 */
	u16 time_base;		/* gmTimeBaseIndicator */
	struct ptp_scaled_ns phase_change;
	s32 frequency_change;	/* 2^-41 */
};

enum {			/* instead of log2 s, IEEE 802.1AS-2020 clause 10.7.2.2 */
	PTP_INTERVAL_KEEP = -128,
	PTP_INTERVAL_INITIAL = 126,
	PTP_INTERVAL_STOP = 127,
};

enum {			/* of a message interval request; bits counted from 0 */
	PTP_COMPUTE_RATE_RATIO = 0x02,
	PTP_COMPUTE_LINK_DELAY = 0x04,
	PTP_ONE_STEP_CAPABLE = 0x08,
};

struct ptp_message_interval_request {
	s8 link_delay, time_sync, announce;	/* log2 s or special */
	u8 flags;
};

struct ptp_gptp_capable {
	s8 log_interval;
	u8 flags;
};

struct ptp_c37_238 {
	u16 gm_id;
	u32 gm_inaccuracy_ns;		/* of 2011 */
	u32 network_inaccuracy_ns;	/* of 2011 */
	u32 total_inaccuracy_ns;	/* of 2017 */
};

struct ptp_smpte_sm {
	u32 frame_rate, frame_rate_base;	/* frames per so many seconds */
	u8 locking;		/* masterLockingStatus */
	u8 time_address_flags;
	s32 local_offset;	/* s, local time - PTP time */
	s32 jump;		/* s, of the next change of local time */
	u64 next_jump_tai_s, next_jam_tai_s, previous_jam_tai_s;	/* 48 bits */
	s32 previous_jam_offset;	/* s */
	u8 daylight_saving, leap_second_jump;
};

struct ptp_org {
	u16 tlv;		/* enum ptp_tlv_type, one of the three */
	u32 oui, subtype;	/* 24 bits each */
	const u8 *data;		/* what follows them */
	u16 len;
	u8 content;		/* enum ptp_org_content */
	union {
		struct ptp_follow_up_information follow_up;
		struct ptp_message_interval_request interval;
		struct ptp_gptp_capable capable;
		struct ptp_c37_238 c37_238;
		struct ptp_smpte_sm smpte;
	};
};

/* False too for one that is known, but of another length, as ptp4l does. */
bool ptp_org_get(const struct ptp_tlv *t, struct ptp_org *o);

/* Of PTP_ORG_OTHER the type, head and data (even), of others the content only. */
size_t ptp_org_put(u8 *b, size_t room, const struct ptp_org *o);

/* To the nearest ns; out of range: the largest. */
s64 ptp_scaled_ns_to_ns(const struct ptp_scaled_ns *s);

#endif
