/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Management TLVs (IEEE 1588-2019 clause 15.5): which there are, and the data that they
 * carry (ptp_management_data.h). Ids from 0xc000 on are linuxptp's own. Pure.
 */
#ifndef ATS_PTP_MANAGEMENT_H
#define ATS_PTP_MANAGEMENT_H

#include "ptp_layout.h"
#include "ptp_management_data.h"
#include "ptp_tlv.h"

enum ptp_management_id {	/* clause 15.5.2.3 */
	PTP_MID_NULL_MANAGEMENT = 0x0000,
	PTP_MID_CLOCK_DESCRIPTION = 0x0001,
	PTP_MID_USER_DESCRIPTION = 0x0002,
	PTP_MID_SAVE_IN_NON_VOLATILE_STORAGE = 0x0003,
	PTP_MID_RESET_NON_VOLATILE_STORAGE = 0x0004,
	PTP_MID_INITIALIZE = 0x0005,
	PTP_MID_FAULT_LOG = 0x0006,
	PTP_MID_FAULT_LOG_RESET = 0x0007,
	PTP_MID_DEFAULT_DATA_SET = 0x2000,
	PTP_MID_CURRENT_DATA_SET = 0x2001,
	PTP_MID_PARENT_DATA_SET = 0x2002,
	PTP_MID_TIME_PROPERTIES_DATA_SET = 0x2003,
	PTP_MID_PORT_DATA_SET = 0x2004,
	PTP_MID_PRIORITY1 = 0x2005,
	PTP_MID_PRIORITY2 = 0x2006,
	PTP_MID_DOMAIN = 0x2007,
	PTP_MID_SLAVE_ONLY = 0x2008,
	PTP_MID_LOG_ANNOUNCE_INTERVAL = 0x2009,
	PTP_MID_ANNOUNCE_RECEIPT_TIMEOUT = 0x200a,
	PTP_MID_LOG_SYNC_INTERVAL = 0x200b,
	PTP_MID_VERSION_NUMBER = 0x200c,
	PTP_MID_ENABLE_PORT = 0x200d,
	PTP_MID_DISABLE_PORT = 0x200e,
	PTP_MID_TIME = 0x200f,
	PTP_MID_CLOCK_ACCURACY = 0x2010,
	PTP_MID_UTC_PROPERTIES = 0x2011,
	PTP_MID_TRACEABILITY_PROPERTIES = 0x2012,
	PTP_MID_TIMESCALE_PROPERTIES = 0x2013,
	PTP_MID_UNICAST_NEGOTIATION_ENABLE = 0x2014,
	PTP_MID_PATH_TRACE_LIST = 0x2015,
	PTP_MID_PATH_TRACE_ENABLE = 0x2016,
	PTP_MID_GRANDMASTER_CLUSTER_TABLE = 0x2017,
	PTP_MID_UNICAST_MASTER_TABLE = 0x2018,
	PTP_MID_UNICAST_MASTER_MAX_TABLE_SIZE = 0x2019,
	PTP_MID_ACCEPTABLE_MASTER_TABLE = 0x201a,
	PTP_MID_ACCEPTABLE_MASTER_TABLE_ENABLED = 0x201b,
	PTP_MID_ACCEPTABLE_MASTER_MAX_TABLE_SIZE = 0x201c,
	PTP_MID_ALTERNATE_MASTER = 0x201d,
	PTP_MID_ALTERNATE_TIME_OFFSET_ENABLE = 0x201e,
	PTP_MID_ALTERNATE_TIME_OFFSET_NAME = 0x201f,
	PTP_MID_ALTERNATE_TIME_OFFSET_MAX_KEY = 0x2020,
	PTP_MID_ALTERNATE_TIME_OFFSET_PROPERTIES = 0x2021,
	PTP_MID_EXTERNAL_PORT_CONFIGURATION_ENABLED = 0x3000,
	PTP_MID_MASTER_ONLY = 0x3001,
	PTP_MID_HOLDOVER_UPGRADE_ENABLE = 0x3002,
	PTP_MID_EXT_PORT_CONFIG_PORT_DATA_SET = 0x3003,
	PTP_MID_TRANSPARENT_CLOCK_DEFAULT_DATA_SET = 0x4000,
	PTP_MID_TRANSPARENT_CLOCK_PORT_DATA_SET = 0x4001,
	PTP_MID_PRIMARY_DOMAIN = 0x4002,
	PTP_MID_DELAY_MECHANISM = 0x6000,
	PTP_MID_LOG_MIN_PDELAY_REQ_INTERVAL = 0x6001,
	PTP_MID_TIME_STATUS_NP = 0xc000,
	PTP_MID_GRANDMASTER_SETTINGS_NP = 0xc001,
	PTP_MID_PORT_DATA_SET_NP = 0xc002,
	PTP_MID_SUBSCRIBE_EVENTS_NP = 0xc003,
	PTP_MID_PORT_PROPERTIES_NP = 0xc004,
	PTP_MID_PORT_STATS_NP = 0xc005,
	PTP_MID_SYNCHRONIZATION_UNCERTAIN_NP = 0xc006,
	PTP_MID_PORT_SERVICE_STATS_NP = 0xc007,
	PTP_MID_UNICAST_MASTER_TABLE_NP = 0xc008,
	PTP_MID_PORT_HWCLOCK_NP = 0xc009,
	PTP_MID_POWER_PROFILE_SETTINGS_NP = 0xc00a,
	PTP_MID_CMLDS_INFO_NP = 0xc00b,
	PTP_MID_PORT_CORRECTIONS_NP = 0xc00c,
	PTP_MID_EXTERNAL_GRANDMASTER_PROPERTIES_NP = 0xc00d,
};

enum ptp_management_error {	/* clause 15.5.4.1 */
	PTP_RESPONSE_TOO_BIG = 0x0001,
	PTP_NO_SUCH_ID = 0x0002,
	PTP_WRONG_LENGTH = 0x0003,
	PTP_WRONG_VALUE = 0x0004,
	PTP_NOT_SETABLE = 0x0005,
	PTP_NOT_SUPPORTED = 0x0006,
	PTP_GENERAL_ERROR = 0xfffe,
};

enum ptp_management_scope { PTP_OF_CLOCK, PTP_OF_PORT };

#define PTP_ACTION(action) (1u << (action))

struct ptp_management_type {
	u16 id;
	const char *name;
	u8 scope;		/* enum ptp_management_scope */
	u8 actions;		/* that a request may have: PTP_ACTION() of enum ptp_action */
	const struct ptp_layout *layout;	/* of the data; NULL: not known here */
};

/* All of the standard's and those of linuxptp that are known here, in the order of ids. */
const struct ptp_management_type *ptp_management_types(size_t *count);
/* NULL: NO_SUCH_ID */
const struct ptp_management_type *ptp_management_type(u16 id);

struct ptp_management {
	u16 id;
	const u8 *data;		/* that of a GET means nothing: pmc sends zeros */
	u16 len;
};

bool ptp_management_get(const struct ptp_tlv *t, struct ptp_management *m);
/* @m->len is even, 0 for GET and most commands */
size_t ptp_management_put(u8 *b, size_t room, const struct ptp_management *m);

/*
 * What @m->data says, by its id. 0, -EOPNOTSUPP (an id or data that is not known here),
 * -EMSGSIZE (WRONG_LENGTH), -EBADMSG (WRONG_VALUE).
 */
int ptp_management_data_get(const struct ptp_management *m, union ptp_management_data *d);
/* A whole TLV, of an id whose data is known; 0 too for what cannot be said. */
size_t ptp_management_data_put(u8 *b, size_t room, u16 id, const union ptp_management_data *d);

/* MANAGEMENT_ERROR_STATUS, clause 15.5.4 */
struct ptp_management_error_status {
	u16 error;		/* enum ptp_management_error */
	u16 id;
	struct ptp_octets text;	/* may be empty; UTF-8, at most 255 octets */
};

bool ptp_management_error_get(const struct ptp_tlv *t, struct ptp_management_error_status *e);
size_t ptp_management_error_put(u8 *b, size_t room, const struct ptp_management_error_status *e);

/* As the standard says it; NULL: another one. */
const char *ptp_management_error_name(u16 error);

#endif
