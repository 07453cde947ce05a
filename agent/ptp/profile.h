/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PTP profiles (IEEE 1588-2019 clause 20.3, annex I): what each sets, and how far the
 * user may go from it. The figures are in profile_table.c.
 */
#ifndef ATS_PTP_PROFILE_H
#define ATS_PTP_PROFILE_H

#include "ptp/compare.h"
#include "ptp/dataset.h"
#include "ptp/grants.h"
#include "types.h"

enum {				/* sets of these are what a profile allows */
	PTP_OVER_ETHERNET = 1,
	PTP_OVER_UDP4 = 2,
	PTP_OVER_UDP6 = 4,
};

enum {
	PTP_MULTICAST = 1,
	PTP_UNICAST = 2,	/* negotiated, clause 16.1 */
	PTP_HYBRID = 4,		/* multicast, but Delay_Req and Delay_Resp unicast */
};

enum {				/* where Ethernet multicast goes, annex F; Pdelay to the latter */
	PTP_MAC_FORWARDABLE = 1,	/* 01-1B-19-00-00-00 */
	PTP_MAC_LOCAL = 2,		/* 01-80-C2-00-00-0E */
};

enum {				/* TLVs that go along */
	PTP_SEND_PATH_TRACE = 1,
	PTP_SEND_FOLLOW_UP_INFORMATION = 2,	/* 802.1AS-2020 clause 11.4.4.3 */
	PTP_SEND_GPTP_CAPABLE = 4,		/* 802.1AS-2020 clause 10.6.4.4 */
	PTP_SEND_C37_238_2017 = 8,
	PTP_SEND_SMPTE_SM = 16,
};

struct ptp_range {
	int def, min, max;
};

/* One of those above; the set of those that are allowed */
struct ptp_choice {
	int def;
	unsigned int allowed;
};

struct ptp_profile {
	const char *name;
	const char *standard;
	u8 id[6];			/* profileIdentifier */
	u16 sdo;			/* sdoId, 12 bits */
	struct ptp_choice transport, delivery, mac;
	struct ptp_choice delay;	/* enum ptp_delay_mechanism, PTP_E2E | PTP_P2P */
	bool one_step;			/* may be sent; all take what they receive */
	struct ptp_range domain, priority1, priority2;
	struct ptp_range local_priority;	/* 1..255 where the comparison looks at it */
	struct ptp_range log_announce, log_sync, log_min_delay_req, log_min_pdelay_req;
	/* log_min_delay_req is log_sync to so many more; 0: independent of it */
	int delay_req_above_sync;
	struct ptp_range announce_timeout;	/* announce intervals */
	struct ptp_range sync_timeout;		/* syncReceiptTimeout, sync intervals; 0: none */
	struct ptp_range grant_s;	/* of unicast negotiation, s; 0: no such */
	ptp_compare_fn *compare;
	u8 threshold;			/* see struct ptp_foreign_config */
	bool qualify;			/* see struct ptp_port_fsm */
	u8 free_class;			/* clockClass of a time-transmitter without a source */
	/* TLVs; messages without those required are refused, where the standard says so */
	unsigned int send, require;
	u8 dscp_event, dscp_general;	/* 0: the profile says nothing */
	s8 vlan_priority;		/* 0..7, where there is a VLAN; -1: the profile says nothing */
	bool receiver_only;		/* unless told otherwise */
};

/* What a port uses, in the end. Begin with ptp_profile_defaults(). */
struct ptp_settings {
	int transport, delivery, delay, mac;
	bool two_step;
	bool receiver_only, transmitter_only;
	int domain, priority1, priority2, local_priority;
	int log_announce, log_sync, log_min_delay_req, log_min_pdelay_req;
	int announce_timeout, sync_timeout, grant_s;
	/* No profile limits these: the networks they cross belong to the user. */
	int dscp_event, dscp_general;	/* 0..63, of UDP */
	int send_priority;		/* SO_PRIORITY of what is sent, 0..15; -1: the kernel's */
};

/* For the log: which TLV it requires, in what; NULL: none. */
const char *ptp_profile_required(const struct ptp_profile *p);

/* NULL: no such one. */
const struct ptp_profile *ptp_profile_find(const char *name);
/* The @i-th, for lists; NULL: no more. */
const struct ptp_profile *ptp_profile_at(unsigned int i);

void ptp_profile_defaults(const struct ptp_profile *p, struct ptp_settings *s);

/*
 * Is @s inside @p? 0, or -EINVAL with a sentence in @why that names the first key that is
 * not, its value, and what would be right.
 */
int ptp_profile_check(const struct ptp_profile *p, const struct ptp_settings *s, char *why,
		      size_t room);

/* How far a time-transmitter goes for its clients; .clients and .rate_max are left alone. */
void ptp_profile_grant_limits(const struct ptp_profile *p, struct ptp_grant_limits *l);

/* Words of the configuration for values of the four choices; -1: no such word. */
int ptp_transport_parse(const char *text);	/* ethernet, ipv4, ipv6 */
int ptp_delivery_parse(const char *text);	/* multicast, unicast, hybrid */
int ptp_delay_parse(const char *text);		/* e2e, p2p */
int ptp_mac_parse(const char *text);		/* forwardable, local */
/* And back; "unknown" */
const char *ptp_transport_name(int transport);
const char *ptp_delivery_name(int delivery);
const char *ptp_delay_name(int delay);

#endif
