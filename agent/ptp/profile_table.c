// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The figures of the profiles. Where they come from is said at each:
 *   [lp]  the configuration files and options of linuxptp 4.4
 *   [pub] another public source, named there
 *   [mem] the standard as remembered; to be compared with its text when it is at hand
 * What is sent and not required may be absent from what is received: the other profiles say
 * so of all TLVs, which a receiver that does not know them skips (clause 14.1).
 * Without a mark: as in IEEE 1588-2019 annex I.3 (figures of [lp] default.cfg, ranges as
 * published with RAVENNAKIT's profile tables).
 */
#include "ptp/foreign.h"
#include "ptp/profile_table.h"

#define ANY_IP (PTP_OVER_UDP4 | PTP_OVER_UDP6)
#define ANY_TRANSPORT (PTP_OVER_ETHERNET | ANY_IP)
#define ANY_OCTET(d) { (d), 0, 255 }
#define ONLY(d) { (d), (d), (d) }
#define ONE_OF(d) { (d), (d) }

/* Nothing is negotiated, or a port looks at no local priority. */
#define UNUSED_RANGE ONLY(0)

/* What all but 802.1AS have in common */
#define ORDINARY_BMCA(fn)                                                            \
	.compare = fn, .threshold = PTP_FOREIGN_THRESHOLD, .qualify = true,          \
	.free_class = PTP_CLASS_DEFAULT

#define DEFAULT_INTERVALS                                                            \
	.log_announce = { 1, 0, 4 }, .log_sync = { 0, -1, 1 },                       \
	.log_min_delay_req = { 0, 0, 5 }, .log_min_pdelay_req = { 0, 0, 5 },         \
	.announce_timeout = { 3, 2, 10 }

/* IEC/IEEE 61850-9-3 and what C37.238-2017 builds on it */
#define UTILITY                                                                      \
	/* [pub] Nokia 7705 SAR guide: Ethernet multicast, P2P, all of them 1/s */   \
	.transport = ONE_OF(PTP_OVER_ETHERNET), .delivery = ONE_OF(PTP_MULTICAST),   \
	.delay = ONE_OF(PTP_P2P), .mac = ONE_OF(PTP_MAC_FORWARDABLE),          \
	.one_step = true, .log_announce = ONLY(0), .log_sync = ONLY(0),              \
	.log_min_delay_req = UNUSED_RANGE, .log_min_pdelay_req = ONLY(0),            \
	/* [pub] the same: 128, 0 to 255 */                                          \
	.priority1 = ANY_OCTET(128), .priority2 = ANY_OCTET(128),                    \
	.local_priority = UNUSED_RANGE,                                              \
	/* [mem] 3; 2 of those that prefer to be grandmaster in C37.238 */           \
	.announce_timeout = { 3, 2, 10 }, .sync_timeout = { 0, 0, 255 },             \
	.grant_s = UNUSED_RANGE, ORDINARY_BMCA(ptp_compare_default)

const struct ptp_profile ptp_profiles[] = {
	{
		.name = "default-e2e",
		.standard = "IEEE 1588-2019 annex I.3",
		.id = { 0x00, 0x1b, 0x19, 0x01, 0x01, 0x00 },
		.transport = { PTP_OVER_UDP4, ANY_TRANSPORT },
		/* unicast negotiation is an option of it, clause I.3.3 [mem] */
		.delivery = { PTP_MULTICAST, PTP_MULTICAST | PTP_UNICAST | PTP_HYBRID },
		.delay = ONE_OF(PTP_E2E),
		.mac = { PTP_MAC_FORWARDABLE, PTP_MAC_FORWARDABLE | PTP_MAC_LOCAL },
		.one_step = true,
		.domain = { 0, 0, 127 },	/* clause 7.1, sdoId 0 [mem] */
		.priority1 = ANY_OCTET(128), .priority2 = ANY_OCTET(128),
		.local_priority = UNUSED_RANGE,
		DEFAULT_INTERVALS,
		.sync_timeout = { 0, 0, 255 },
		.grant_s = { 300, 10, 1000 },	/* clause 16.1 leaves it open; [lp] from 10 */
		ORDINARY_BMCA(ptp_compare_default),
		.vlan_priority = -1,
	}, {
		.name = "default-p2p",
		.standard = "IEEE 1588-2019 annex I.4",
		.id = { 0x00, 0x1b, 0x19, 0x02, 0x01, 0x00 },
		.transport = { PTP_OVER_UDP4, ANY_TRANSPORT },
		.delivery = ONE_OF(PTP_MULTICAST),
		.delay = ONE_OF(PTP_P2P),
		.mac = { PTP_MAC_FORWARDABLE, PTP_MAC_FORWARDABLE | PTP_MAC_LOCAL },
		.one_step = true,
		.domain = { 0, 0, 127 },
		.priority1 = ANY_OCTET(128), .priority2 = ANY_OCTET(128),
		.local_priority = UNUSED_RANGE,
		DEFAULT_INTERVALS,
		.sync_timeout = { 0, 0, 255 },
		.grant_s = UNUSED_RANGE,
		ORDINARY_BMCA(ptp_compare_default),
		.vlan_priority = -1,
	}, {
		/* An end station of one port; there is no relay here. */
		.name = "802.1as",
		.standard = "IEEE 802.1AS-2020",
		.id = { 0x00, 0x80, 0xc2, 0x00, 0x01, 0x00 },		/* [mem] */
		.sdo = 0x100,					/* [lp] transportSpecific 1 */
		.transport = ONE_OF(PTP_OVER_ETHERNET),		/* [lp] */
		.delivery = ONE_OF(PTP_MULTICAST),
		.delay = ONE_OF(PTP_P2P),			/* [lp] */
		.mac = ONE_OF(PTP_MAC_LOCAL),			/* [lp] */
		.one_step = false,	/* the 2020 edition allows it by negotiation [mem] */
		.domain = { 0, 0, 127 },			/* [mem] */
		/* [lp] 248; 255: is never grandmaster */
		.priority1 = ANY_OCTET(248), .priority2 = ANY_OCTET(248),
		.local_priority = UNUSED_RANGE,
		/* defaults [lp]; the standard sets no limits [mem] */
		.log_announce = { 0, -7, 4 }, .log_sync = { -3, -7, 4 },
		.log_min_delay_req = UNUSED_RANGE, .log_min_pdelay_req = { 0, -7, 4 },
		.announce_timeout = { 3, 2, 255 }, .sync_timeout = { 3, 2, 255 },
		.grant_s = UNUSED_RANGE,
		.compare = ptp_compare_default,
		/* no foreign records and no PRE_MASTER in clause 10.3 [mem] */
		.threshold = 1, .qualify = false,
		.free_class = PTP_CLASS_DEFAULT,
		/* [lp] path_trace_enabled, follow_up_info; the third [mem] */
		.send = PTP_SEND_PATH_TRACE | PTP_SEND_FOLLOW_UP_INFORMATION |
			PTP_SEND_GPTP_CAPABLE,
		/*
		 * Follow_Up carries it always (clause 11.4.4.3 [mem]), and ptp4l drops those
		 * without it too. A path trace is looked at where there is one: its absence is
		 * to be ignored (clause 10.3.11.2.1 [mem]), and so is that of gPTP-capable,
		 * which endpoints of the 2011 edition do not send.
		 */
		.require = PTP_SEND_FOLLOW_UP_INFORMATION,
		.vlan_priority = -1,
	}, {
		.name = "g8265.1",
		.standard = "ITU-T G.8265.1 (11/2022)",
		.id = { 0x00, 0x19, 0xa7, 0x00, 0x01, 0x03 },		/* [mem] */
		.transport = { PTP_OVER_UDP4, ANY_IP },			/* [mem] */
		.delivery = ONE_OF(PTP_UNICAST),			/* [lp] */
		.delay = ONE_OF(PTP_E2E),
		.mac = ONE_OF(PTP_MAC_FORWARDABLE),
		.one_step = true,
		.domain = { 4, 4, 23 },		/* [lp] 4; [pub] Broadcom SDK, presets: 4 to 23 */
		.priority1 = ANY_OCTET(128), .priority2 = ANY_OCTET(128),	/* not used */
		.local_priority = { 128, 1, 255 },	/* of each time-transmitter [mem] */
		/* ranges and first default [pub] the same; -4: [mem], that has -5 */
		.log_announce = { 1, -3, 4 }, .log_sync = { -4, -7, 4 },
		.log_min_delay_req = { -4, -7, 4 }, .log_min_pdelay_req = UNUSED_RANGE,
		/* [pub] Nokia 7210: 3 Announces missed, or 6 s */
		.announce_timeout = { 3, 2, 10 }, .sync_timeout = { 0, 0, 255 },
		.grant_s = { 300, 60, 1000 },	/* [pub] Broadcom SDK, of G.8275.2; here [mem] */
		ORDINARY_BMCA(ptp_compare_g8265),
		.dscp_event = 0, .dscp_general = 0,
		.vlan_priority = -1,
		.receiver_only = true,	/* a grandmaster is told to be one; no boundary clocks */
	}, {
		.name = "g8275.1",
		.standard = "ITU-T G.8275.1 (11/2022)",
		.id = { 0x00, 0x19, 0xa7, 0x01, 0x02, 0x03 },		/* [mem] */
		.transport = ONE_OF(PTP_OVER_ETHERNET),			/* [lp] */
		.delivery = ONE_OF(PTP_MULTICAST),
		.delay = ONE_OF(PTP_E2E),
		/* [pub] Nokia 7705: both; [lp] the default */
		.mac = { PTP_MAC_LOCAL, PTP_MAC_FORWARDABLE | PTP_MAC_LOCAL },
		.one_step = true,
		.domain = { 24, 24, 43 },	/* [lp] 24; [pub] Nokia 7450: 24 to 43 */
		.priority1 = ONLY(128),		/* [pub] Nokia 7705 */
		.priority2 = ANY_OCTET(128),	/* [pub] Broadcom SDK */
		.local_priority = { 128, 1, 255 },			/* [lp] */
		/* [lp]; [pub] Nokia 7705: 8 Announces and 16 Syncs a second */
		.log_announce = ONLY(-3), .log_sync = ONLY(-4),
		.log_min_delay_req = ONLY(-4), .log_min_pdelay_req = UNUSED_RANGE,
		.announce_timeout = { 3, 3, 10 },	/* [lp] 3; the range [mem] */
		.sync_timeout = { 0, 0, 255 },
		.grant_s = UNUSED_RANGE,
		ORDINARY_BMCA(ptp_compare_g8275),
		.vlan_priority = -1,
	}, {
		.name = "g8275.2",
		.standard = "ITU-T G.8275.2 (11/2022)",
		.id = { 0x00, 0x19, 0xa7, 0x02, 0x01, 0x02 },		/* [mem] */
		.transport = { PTP_OVER_UDP4, ANY_IP },			/* [mem] */
		.delivery = ONE_OF(PTP_UNICAST),			/* [lp] */
		.delay = ONE_OF(PTP_E2E),
		.mac = ONE_OF(PTP_MAC_FORWARDABLE),
		.one_step = true,
		/* all figures to the next blank line: [pub] Broadcom SDK, presets of table A.1 */
		.domain = { 44, 44, 63 },
		.priority1 = ONLY(128), .priority2 = ANY_OCTET(128),
		.log_announce = { 0, -3, 0 }, .log_sync = { -4, -7, 0 },
		.log_min_delay_req = { -4, -7, 0 },
		.grant_s = { 300, 60, 1000 },

		.log_min_pdelay_req = UNUSED_RANGE,
		.local_priority = { 128, 1, 255 },			/* [lp] */
		.announce_timeout = { 2, 2, 10 },	/* 2: as above; the range [mem] */
		.sync_timeout = { 0, 0, 255 },
		ORDINARY_BMCA(ptp_compare_g8275),
		.vlan_priority = -1,
	}, {
		.name = "enterprise",
		.standard = "RFC 9760",
		.id = { 0x00, 0x00, 0x5e, 0x00, 0x01, 0x00 },		/* [mem] */
		.transport = { PTP_OVER_UDP4, ANY_IP },	/* [pub] abstract of RFC 9760 */
		/* [pub] the same: Delay_Req may be multicast or unicast */
		.delivery = { PTP_HYBRID, PTP_HYBRID | PTP_MULTICAST },
		.delay = ONE_OF(PTP_E2E),		/* [pub] the same */
		.mac = ONE_OF(PTP_MAC_FORWARDABLE),
		.one_step = true,
		.domain = { 0, 0, 127 },				/* [mem] */
		.priority1 = ANY_OCTET(128), .priority2 = ANY_OCTET(128),
		.local_priority = UNUSED_RANGE,
		/* clause 7 [mem]: 1/s; Announce is not changed, the others 1/128 to 128/s */
		.log_announce = ONLY(0), .log_sync = { 0, -7, 7 },
		.log_min_delay_req = { 0, -7, 7 }, .log_min_pdelay_req = UNUSED_RANGE,
		/* [mem] 3 of preferred time-transmitters, 4 of all others */
		.announce_timeout = { 3, 3, 4 },
		.sync_timeout = { 0, 0, 255 },
		.grant_s = UNUSED_RANGE,
		ORDINARY_BMCA(ptp_compare_default),
		.vlan_priority = -1,
	}, {
		.name = "power",
		.standard = "IEEE C37.238-2017",
		.id = { 0x1c, 0x12, 0x9d, 0x00, 0x00, 0x01 },		/* [mem] */
		.domain = ANY_OCTET(254),	/* [pub] Nokia 7705 SAR guide */
		UTILITY,
		.send = PTP_SEND_C37_238_2017,	/* [pub] the same */
		/*
		 * [pub] clause 5.12.2 of the 2011 edition, in an excerpt: Announce without it is
		 * ignored by the best clock algorithm; of the 2017 edition [mem]. The TLV of
		 * 2011 counts as well. ALTERNATE_TIME_OFFSET_INDICATOR, mandatory in 2011 only,
		 * may be absent.
		 */
		.require = PTP_SEND_C37_238_2017,
		.vlan_priority = 4,	/* [pub] ABB SSC600 manual, of the 2011 edition */
	}, {
		.name = "utility",
		.standard = "IEC/IEEE 61850-9-3:2016",
		.id = { 0x00, 0x0c, 0xcd, 0x00, 0x01, 0x00 },		/* [mem] */
		.domain = ANY_OCTET(0),		/* [pub] Nokia 7705 SAR guide */
		UTILITY,
		.vlan_priority = 4,	/* [mem] */
	}, {
		.name = "st2059-2",
		.standard = "SMPTE ST 2059-2:2021",
		.id = { 0x68, 0x97, 0xe8, 0x00, 0x00, 0x01 },		/* [mem] */
		.transport = { PTP_OVER_UDP4, ANY_IP },			/* [mem] */
		.delivery = { PTP_MULTICAST, PTP_MULTICAST | PTP_UNICAST | PTP_HYBRID },
		.delay = { PTP_E2E, PTP_E2E | PTP_P2P },	/* [mem] */
		.mac = ONE_OF(PTP_MAC_FORWARDABLE),
		.one_step = true,
		.domain = { 127, 0, 127 },	/* [pub] Wikipedia, SMPTE 2059, after AES-R16 */
		.priority1 = ANY_OCTET(128), .priority2 = ANY_OCTET(128),
		.local_priority = UNUSED_RANGE,
		/* [pub] Bridge VB440 manual: -3 to 1; the default Wikipedia */
		.log_announce = { -2, -3, 1 },
		/* [pub] Wikipedia: 1/128 to 1/2 s; Delay_Req from that to its 32-fold */
		.log_sync = { -3, -7, -1 }, .log_min_delay_req = { -3, -7, 4 },
		.delay_req_above_sync = 5,
		.log_min_pdelay_req = { 0, -7, 4 },			/* [mem] */
		.announce_timeout = { 3, 2, 10 },	/* [pub] Leader LT4670 manual */
		.sync_timeout = { 0, 0, 255 },
		.grant_s = { 300, 10, 1000 },	/* not of the profile: unicast is mixed there */
		ORDINARY_BMCA(ptp_compare_default),
		.send = PTP_SEND_SMPTE_SM,	/* in management messages, 1/s [mem] */
		.vlan_priority = -1,
	}, {
		.name = "aes67",
		.standard = "AES67-2018 annex A",
		.id = { 0x00, 0x0b, 0x5e, 0x00, 0x01, 0x00 },		/* [mem] */
		.transport = { PTP_OVER_UDP4, ANY_IP },
		.delivery = { PTP_MULTICAST, PTP_MULTICAST | PTP_UNICAST | PTP_HYBRID },
		.delay = { PTP_E2E, PTP_E2E | PTP_P2P },	/* [mem] */
		.mac = ONE_OF(PTP_MAC_FORWARDABLE),
		.one_step = true,
		.domain = { 0, 0, 127 },	/* [pub] Brainstorm DXD manual */
		.priority1 = ANY_OCTET(128), .priority2 = ANY_OCTET(128),
		.local_priority = UNUSED_RANGE,
		.log_announce = { 1, 0, 4 },				/* [mem] */
		/* [pub] a clock of Zephyr issue 114733 has announce 1 and sync -3; rest [mem] */
		.log_sync = { -3, -4, 1 },
		.log_min_delay_req = { 0, -3, 5 },	/* [pub] Leader LT4670: -3 to 4; 5 [mem] */
		.log_min_pdelay_req = { 0, 0, 5 },			/* [mem] */
		.announce_timeout = { 3, 2, 10 },	/* [pub] Leader LT4670 manual */
		.sync_timeout = { 0, 0, 255 },
		.grant_s = { 300, 10, 1000 },
		ORDINARY_BMCA(ptp_compare_default),
		.dscp_event = 46, .dscp_general = 34,			/* [lp] ptp4l(8) */
		.vlan_priority = -1,
	}, {
		/*
		 * No profile, but the default one without its limits, which are narrower
		 * than what many networks run: 8 Syncs a second, say.
		 */
		.name = "custom",
		.standard = "IEEE 1588-2019",
		.id = { 0x00, 0x1b, 0x19, 0x01, 0x01, 0x00 },
		.transport = { PTP_OVER_UDP4, ANY_TRANSPORT },
		.delivery = { PTP_MULTICAST, PTP_MULTICAST | PTP_UNICAST | PTP_HYBRID },
		.delay = { PTP_E2E, PTP_E2E | PTP_P2P },
		.mac = { PTP_MAC_FORWARDABLE, PTP_MAC_FORWARDABLE | PTP_MAC_LOCAL },
		.one_step = true,
		.domain = ANY_OCTET(0),
		.priority1 = ANY_OCTET(128), .priority2 = ANY_OCTET(128),
		.local_priority = UNUSED_RANGE,
		.log_announce = { 1, -7, 7 }, .log_sync = { 0, -7, 7 },
		.log_min_delay_req = { 0, -7, 7 }, .log_min_pdelay_req = { 0, -7, 7 },
		.announce_timeout = { 3, 2, 255 }, .sync_timeout = { 0, 0, 255 },
		.grant_s = { 300, 10, 86400 },
		ORDINARY_BMCA(ptp_compare_default),
		.vlan_priority = -1,
	},
};

const unsigned int ptp_profiles_n = ARRAY_SIZE(ptp_profiles);
