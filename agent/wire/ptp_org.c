// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp_org.h"

#include <string.h>

#include "bytes.h"

enum { ORG_HEAD = 6 };

#define FOLLOW_UP(kind, n, member, name) \
	PTP_FIELD(kind, n, struct ptp_follow_up_information, member, name)

static const struct ptp_field follow_up_fields[] = {
	FOLLOW_UP(PTP_INT, 4, rate_offset, "cumulativeScaledRateOffset"),
	FOLLOW_UP(PTP_UINT, 2, time_base, "gmTimeBaseIndicator"),
	FOLLOW_UP(PTP_INT, 2, phase_change.high, "lastGmPhaseChange.nanosecondsHigh"),
	FOLLOW_UP(PTP_UINT, 8, phase_change.low, "lastGmPhaseChange.nanosecondsLow"),
	FOLLOW_UP(PTP_UINT, 2, phase_change.fraction, "lastGmPhaseChange.fraction"),
	FOLLOW_UP(PTP_INT, 4, frequency_change, "scaledLastGmFreqChange"),
};

#define REQUEST(kind, n, member, name) \
	PTP_FIELD(kind, n, struct ptp_message_interval_request, member, name)

static const struct ptp_field interval_fields[] = {
	REQUEST(PTP_INT, 1, link_delay, "logLinkDelayInterval"),
	REQUEST(PTP_INT, 1, time_sync, "logTimeSyncInterval"),
	REQUEST(PTP_INT, 1, announce, "logAnnounceInterval"),
	REQUEST(PTP_HEX, 1, flags, "flags"),
	PTP_FIELD_RESERVED(2),
};

static const struct ptp_field capable_fields[] = {
	PTP_FIELD(PTP_INT, 1, struct ptp_gptp_capable, log_interval,
		  "logGptpCapableMessageInterval"),
	PTP_FIELD(PTP_HEX, 1, struct ptp_gptp_capable, flags, "flags"),
	PTP_FIELD_RESERVED(4),
};

#define C37(kind, n, member, name) PTP_FIELD(kind, n, struct ptp_c37_238, member, name)

static const struct ptp_field c37_238_2011_fields[] = {
	C37(PTP_UINT, 2, gm_id, "grandmasterID"),
	C37(PTP_UINT, 4, gm_inaccuracy_ns, "grandmasterTimeInaccuracy"),
	C37(PTP_UINT, 4, network_inaccuracy_ns, "networkTimeInaccuracy"),
	PTP_FIELD_RESERVED(2),
};

static const struct ptp_field c37_238_2017_fields[] = {
	C37(PTP_UINT, 2, gm_id, "grandmasterID"),
	PTP_FIELD_RESERVED(4),
	C37(PTP_UINT, 4, total_inaccuracy_ns, "totalTimeInaccuracy"),
	PTP_FIELD_RESERVED(2),
};

#define SM(kind, n, member, name) PTP_FIELD(kind, n, struct ptp_smpte_sm, member, name)

static const struct ptp_field smpte_fields[] = {
	SM(PTP_UINT, 4, frame_rate, "defaultSystemFrameRate.numerator"),
	SM(PTP_UINT, 4, frame_rate_base, "defaultSystemFrameRate.denominator"),
	SM(PTP_UINT, 1, locking, "masterLockingStatus"),
	SM(PTP_HEX, 1, time_address_flags, "timeAddressFlags"),
	SM(PTP_INT, 4, local_offset, "currentLocalOffset"),
	SM(PTP_INT, 4, jump, "jumpSeconds"),
	SM(PTP_UINT, 6, next_jump_tai_s, "timeOfNextJump"),
	SM(PTP_UINT, 6, next_jam_tai_s, "timeOfNextJam"),
	SM(PTP_UINT, 6, previous_jam_tai_s, "timeOfPreviousJam"),
	SM(PTP_INT, 4, previous_jam_offset, "previousJamLocalOffset"),
	SM(PTP_HEX, 1, daylight_saving, "daylightSaving"),
	SM(PTP_HEX, 1, leap_second_jump, "leapSecondJump"),
};

static const struct known {
	u16 tlv;
	u32 oui, subtype;
	struct ptp_layout layout;
} known[] = {
	[PTP_ORG_FOLLOW_UP_INFORMATION] = {
		PTP_TLV_ORGANIZATION_EXTENSION, PTP_OUI_8021, 1,
		PTP_LAYOUT(follow_up_fields, struct ptp_follow_up_information),
	},
	[PTP_ORG_MESSAGE_INTERVAL_REQUEST] = {
		PTP_TLV_ORGANIZATION_EXTENSION, PTP_OUI_8021, 2,
		PTP_LAYOUT(interval_fields, struct ptp_message_interval_request),
	},
	[PTP_ORG_GPTP_CAPABLE] = {
		PTP_TLV_ORGANIZATION_EXTENSION_DO_NOT_PROPAGATE, PTP_OUI_8021, 4,
		PTP_LAYOUT(capable_fields, struct ptp_gptp_capable),
	},
	[PTP_ORG_C37_238_2011] = {
		PTP_TLV_ORGANIZATION_EXTENSION, PTP_OUI_C37_238, 1,
		PTP_LAYOUT(c37_238_2011_fields, struct ptp_c37_238),
	},
	[PTP_ORG_C37_238_2017] = {
		PTP_TLV_ORGANIZATION_EXTENSION, PTP_OUI_C37_238, 2,
		PTP_LAYOUT(c37_238_2017_fields, struct ptp_c37_238),
	},
	[PTP_ORG_SMPTE_SM] = {
		PTP_TLV_ORGANIZATION_EXTENSION, PTP_OUI_SMPTE, 1,
		PTP_LAYOUT(smpte_fields, struct ptp_smpte_sm),
	},
};

static u8 content_of(const struct ptp_org *o)
{
	for (u8 i = PTP_ORG_OTHER + 1; i < ARRAY_SIZE(known); i++) {
		if (o->tlv == known[i].tlv && o->oui == known[i].oui &&
		    o->subtype == known[i].subtype)
			return i;
	}
	return PTP_ORG_OTHER;
}

static u32 be24_get(const u8 *b)
{
	return (u32)be16_get(b) << 8 | b[2];
}

static void be24_put(u8 *b, u32 v)
{
	be16_put(b, (u16)(v >> 8));
	b[2] = (u8)v;
}

/* Only one member is read or written: all begin where the union does. */
static void *content(struct ptp_org *o)
{
	return &o->follow_up;
}

bool ptp_org_get(const struct ptp_tlv *t, struct ptp_org *o)
{
	if ((t->type != PTP_TLV_ORGANIZATION_EXTENSION &&
	     t->type != PTP_TLV_ORGANIZATION_EXTENSION_PROPAGATE &&
	     t->type != PTP_TLV_ORGANIZATION_EXTENSION_DO_NOT_PROPAGATE) || t->len < ORG_HEAD)
		return false;
	*o = (struct ptp_org){
		.tlv = t->type, .oui = be24_get(t->value), .subtype = be24_get(t->value + 3),
		.data = t->value + ORG_HEAD, .len = t->len - ORG_HEAD,
	};
	o->content = content_of(o);
	return o->content == PTP_ORG_OTHER ||
	       !ptp_layout_get(&known[o->content].layout, o->data, o->len, content(o));
}

static void put_head(u8 *b, u32 oui, u32 subtype)
{
	be24_put(b + PTP_TLV_HEAD, oui);
	be24_put(b + PTP_TLV_HEAD + 3, subtype);
}

static size_t put_other(u8 *b, size_t room, const struct ptp_org *o)
{
	size_t n = ptp_tlv_head_put(b, room, o->tlv, (size_t)ORG_HEAD + o->len);

	if (!n)
		return 0;
	put_head(b, o->oui, o->subtype);
	if (o->len)
		memcpy(b + PTP_TLV_HEAD + ORG_HEAD, o->data, o->len);
	return n;
}

size_t ptp_org_put(u8 *b, size_t room, const struct ptp_org *o)
{
	const size_t before = PTP_TLV_HEAD + ORG_HEAD;
	const struct known *k = &known[o->content];
	size_t len;

	if (o->content == PTP_ORG_OTHER)
		return put_other(b, room, o);
	if (room < before ||
	    !ptp_layout_put(&k->layout, &o->follow_up, b + before, room - before, &len))
		return 0;
	put_head(b, k->oui, k->subtype);
	return ptp_tlv_head_put(b, room, k->tlv, ORG_HEAD + len);
}

s64 ptp_scaled_ns_to_ns(const struct ptp_scaled_ns *s)
{
	const u64 sign = 1ULL << 63;
	u64 low = s->low;

	/* the 80 bits of ns fit into 64 when all above bit 62 are the sign */
	if (s->high > 0 || (!s->high && (low & sign)))
		return INT64_MAX;
	if (s->high < -1 || (s->high == -1 && !(low & sign)))
		return INT64_MIN;
	if (s->fraction >= 0x8000 && (s64)low != INT64_MAX)
		low++;
	return (s64)low;
}
