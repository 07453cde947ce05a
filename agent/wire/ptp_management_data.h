/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data of management TLVs, IEEE 1588-2019 clause 15.5.3, and linuxptp's (NP, as its
 * pmc shows them). Flags are the octets of the message; intervals are log2 s.
 */
#ifndef ATS_PTP_MANAGEMENT_DATA_H
#define ATS_PTP_MANAGEMENT_DATA_H

#include "ptp_layout.h"
#include "ptp_message.h"
#include "ptp_org.h"
#include "ptp_tlv.h"

enum {			/* clockType, clause 15.5.3.1.2.1: from the first bit on */
	PTP_CLOCK_ORDINARY = 0x8000,
	PTP_CLOCK_BOUNDARY = 0x4000,
	PTP_CLOCK_P2P_TRANSPARENT = 0x2000,
	PTP_CLOCK_E2E_TRANSPARENT = 0x1000,
	PTP_CLOCK_MANAGEMENT = 0x0800,
};

struct ptp_clock_description {
	u16 clock_type;
	struct ptp_octets physical_protocol;	/* text */
	struct ptp_octets physical_address;
	u16 protocol;		/* enum ptp_network */
	struct ptp_octets protocol_address;
	u8 manufacturer[3];	/* OUI */
	struct ptp_octets product, revision, user;	/* texts */
	u8 profile[6];
};

enum {			/* of ptp_default_data.flags */
	PTP_DEFAULT_TWO_STEP = 0x01,
	PTP_DEFAULT_SLAVE_ONLY = 0x02,
};

struct ptp_default_data {
	u8 flags;
	u16 ports;
	u8 priority1, priority2;
	struct ptp_quality quality;
	u64 clock;
	u8 domain;
};

struct ptp_current_data {
	u16 steps_removed;
	s64 offset, mean_delay;	/* 2^-16 ns */
};

struct ptp_parent_data {
	struct ptp_port_id parent;
	u8 stats;		/* 1: the observed ones are valid */
	u16 observed_variance;
	s32 observed_rate;
	u8 gm_priority1, gm_priority2;
	struct ptp_quality gm_quality;
	u64 gm;
};

/* Flags are those of a message header's second octet: PTP_FLAG_LEAP61 ... */
struct ptp_time_properties {
	s16 utc_offset;		/* s */
	u8 flags;
	u8 time_source;
};

struct ptp_port_data {
	struct ptp_port_id port;
	u8 state;
	s8 log_min_delay_req;
	s64 mean_link_delay;	/* 2^-16 ns */
	s8 log_announce;
	u8 announce_timeout;	/* in intervals of announce */
	s8 log_sync;
	u8 delay_mechanism;
	s8 log_min_pdelay_req;
	u8 version;		/* the minor version in the upper half */
};

enum {			/* delayMechanism, table 21 */
	PTP_DELAY_E2E = 0x01,
	PTP_DELAY_P2P = 0x02,
	PTP_DELAY_COMMON_P2P = 0x03,
	PTP_DELAY_SPECIAL = 0x04,
	PTP_DELAY_NONE = 0xfe,
};

struct ptp_time_status_np {
	s64 offset_ns;		/* to the parent */
	s64 ingress_ns;		/* of the last Sync */
	s32 rate_offset;	/* these as in struct ptp_follow_up_information */
	s32 frequency_change;
	u16 time_base;
	struct ptp_scaled_ns phase_change;
	s32 gm_present;
	u64 gm;
};

struct ptp_grandmaster_settings_np {
	struct ptp_quality quality;
	s16 utc_offset;
	u8 flags;
	u8 time_source;
};

struct ptp_port_ds_np {
	u32 delay_threshold_ns;
	s32 as_capable;
};

struct ptp_subscribe_events_np {
	u16 duration_s;
	u8 events[64];		/* bit 0 of octet 0: port states; then time, parent */
};

struct ptp_port_properties_np {
	struct ptp_port_id port;
	u8 state;
	u8 timestamping;	/* 0 software, 1 hardware, 2 legacy, 3 one-step, 4 P2P one-step */
	struct ptp_octets interface;	/* text */
};

struct ptp_port_stats_np {
	struct ptp_port_id port;
	u64 rx[16], tx[16];	/* by message type */
};

struct ptp_port_service_stats_np {
	struct ptp_port_id port;
	/* how often each of its timers expired, and what did not fit together */
	u64 announce_timeout, sync_timeout, delay_timeout, unicast_service_timeout,
		unicast_request_timeout, master_announce_timeout, master_sync_timeout,
		qualification_timeout, sync_mismatch, followup_mismatch;
};

struct ptp_unicast_table_np {
	u16 size;
	struct ptp_octets entries;	/* as they are: their sizes differ */
};

struct ptp_power_settings_np {	/* of C37.238 */
	u16 version;		/* 0 none, 2011, 2017 */
	u16 gm_id;
	u32 gm_inaccuracy_ns, network_inaccuracy_ns, total_inaccuracy_ns;
};

struct ptp_cmlds_info_np {
	s64 mean_link_delay;	/* 2^-16 ns */
	s32 rate_ratio;		/* of the neighbour, less 1, 2^-41 */
	u32 as_capable;
};

struct ptp_external_gm_np {
	u64 gm;
	u16 steps_removed;
};

struct ptp_port_hwclock_np {
	struct ptp_port_id port;
	s32 phc;		/* its number, -1: none */
	u8 flags;		/* 1: a virtual one */
};

struct ptp_ext_port_data {	/* EXT_PORT_CONFIG_PORT_DATA_SET */
	u8 flags;		/* 1: only acceptable time-transmitters count */
	u8 desired;		/* enum ptp_port_state */
};

union ptp_management_data {
	u8 octet;		/* of those that have no more than that */
	s8 interval;		/* LOG_*_INTERVAL */
	u16 number;		/* *_MAX_TABLE_SIZE, the key of INITIALIZE */
	s64 time_tai;		/* TIME */
	struct ptp_octets text;	/* USER_DESCRIPTION */
	struct ptp_octets clocks;	/* PATH_TRACE_LIST, 8 octets each */
	struct ptp_clock_description clock_description;
	struct ptp_default_data default_ds;
	struct ptp_current_data current_ds;
	struct ptp_parent_data parent_ds;
	/* TIME_PROPERTIES_DATA_SET, and what they have of it UTC_ and TIMESCALE_PROPERTIES */
	struct ptp_time_properties time_properties;
	struct ptp_port_data port_ds;
	/* ALTERNATE_TIME_OFFSET_NAME and _PROPERTIES, each its part */
	struct ptp_alternate_time alternate_time;
	struct {
		u8 key, flags;
	} alternate_enable;
	struct ptp_time_status_np time_status_np;
	struct ptp_grandmaster_settings_np grandmaster_settings_np;
	struct ptp_port_ds_np port_ds_np;
	struct ptp_subscribe_events_np subscribe_events_np;
	struct ptp_port_properties_np port_properties_np;
	struct ptp_port_stats_np port_stats_np;
	struct ptp_port_service_stats_np port_service_stats_np;
	struct ptp_unicast_table_np unicast_table_np;
	struct ptp_port_hwclock_np port_hwclock_np;
	struct ptp_power_settings_np power_settings_np;
	struct ptp_cmlds_info_np cmlds_info_np;
	struct ptp_external_gm_np external_gm_np;
	struct ptp_ext_port_data ext_port;
};

#endif
