// SPDX-License-Identifier: GPL-2.0-or-later
/* Which management TLVs there are, and the fields of their data. */
#include "ptp_management.h"

#define FIELD(kind, n, member, name) \
	PTP_FIELD(kind, n, union ptp_management_data, member, name)
#define QUALITY(member, name) \
	FIELD(PTP_UINT, 1, member.class, name ".clockClass"), \
	FIELD(PTP_HEX, 1, member.accuracy, name ".clockAccuracy"), \
	FIELD(PTP_HEX, 2, member.variance, name ".offsetScaledLogVariance")
#define PORT_ID(member, name) \
	FIELD(PTP_IDENTITY, 8, member.clock, name ".clockIdentity"), \
	FIELD(PTP_UINT, 2, member.port, name ".portNumber")

static const struct ptp_field clock_description[] = {
	FIELD(PTP_HEX, 2, clock_description.clock_type, "clockType"),
	FIELD(PTP_TEXT, 0, clock_description.physical_protocol, "physicalLayerProtocol"),
	FIELD(PTP_ADDRESS, 0, clock_description.physical_address, "physicalAddress"),
	FIELD(PTP_UINT, 2, clock_description.protocol, "protocolAddress.networkProtocol"),
	FIELD(PTP_ADDRESS, 0, clock_description.protocol_address, "protocolAddress.addressField"),
	FIELD(PTP_OCTETS, 3, clock_description.manufacturer, "manufacturerIdentity"),
	PTP_FIELD_RESERVED(1),
	FIELD(PTP_TEXT, 0, clock_description.product, "productDescription"),
	FIELD(PTP_TEXT, 0, clock_description.revision, "revisionData"),
	FIELD(PTP_TEXT, 0, clock_description.user, "userDescription"),
	FIELD(PTP_OCTETS, 6, clock_description.profile, "profileIdentity"),
};

static const struct ptp_field default_ds[] = {
	FIELD(PTP_HEX, 1, default_ds.flags, "flags"),
	PTP_FIELD_RESERVED(1),
	FIELD(PTP_UINT, 2, default_ds.ports, "numberPorts"),
	FIELD(PTP_UINT, 1, default_ds.priority1, "priority1"),
	QUALITY(default_ds.quality, "clockQuality"),
	FIELD(PTP_UINT, 1, default_ds.priority2, "priority2"),
	FIELD(PTP_IDENTITY, 8, default_ds.clock, "clockIdentity"),
	FIELD(PTP_UINT, 1, default_ds.domain, "domainNumber"),
	PTP_FIELD_RESERVED(1),
};

static const struct ptp_field current_ds[] = {
	FIELD(PTP_UINT, 2, current_ds.steps_removed, "stepsRemoved"),
	FIELD(PTP_INTERVAL, 8, current_ds.offset, "offsetFromMaster"),
	FIELD(PTP_INTERVAL, 8, current_ds.mean_delay, "meanDelay"),
};

static const struct ptp_field parent_ds[] = {
	PORT_ID(parent_ds.parent, "parentPortIdentity"),
	FIELD(PTP_UINT, 1, parent_ds.stats, "parentStats"),
	PTP_FIELD_RESERVED(1),
	FIELD(PTP_HEX, 2, parent_ds.observed_variance, "observedParentOffsetScaledLogVariance"),
	FIELD(PTP_INT, 4, parent_ds.observed_rate, "observedParentClockPhaseChangeRate"),
	FIELD(PTP_UINT, 1, parent_ds.gm_priority1, "grandmasterPriority1"),
	QUALITY(parent_ds.gm_quality, "grandmasterClockQuality"),
	FIELD(PTP_UINT, 1, parent_ds.gm_priority2, "grandmasterPriority2"),
	FIELD(PTP_IDENTITY, 8, parent_ds.gm, "grandmasterIdentity"),
};

static const struct ptp_field time_properties[] = {
	FIELD(PTP_INT, 2, time_properties.utc_offset, "currentUtcOffset"),
	FIELD(PTP_HEX, 1, time_properties.flags, "flags"),
	FIELD(PTP_HEX, 1, time_properties.time_source, "timeSource"),
};

static const struct ptp_field utc_properties[] = {
	FIELD(PTP_INT, 2, time_properties.utc_offset, "currentUtcOffset"),
	FIELD(PTP_HEX, 1, time_properties.flags, "flags"),
	PTP_FIELD_RESERVED(1),
};

static const struct ptp_field timescale_properties[] = {
	FIELD(PTP_HEX, 1, time_properties.flags, "flags"),
	FIELD(PTP_HEX, 1, time_properties.time_source, "timeSource"),
};

static const struct ptp_field traceability_properties[] = {
	FIELD(PTP_HEX, 1, time_properties.flags, "flags"),
	PTP_FIELD_RESERVED(1),
};

static const struct ptp_field port_ds[] = {
	PORT_ID(port_ds.port, "portIdentity"),
	FIELD(PTP_UINT, 1, port_ds.state, "portState"),
	FIELD(PTP_INT, 1, port_ds.log_min_delay_req, "logMinDelayReqInterval"),
	FIELD(PTP_INTERVAL, 8, port_ds.mean_link_delay, "meanLinkDelay"),
	FIELD(PTP_INT, 1, port_ds.log_announce, "logAnnounceInterval"),
	FIELD(PTP_UINT, 1, port_ds.announce_timeout, "announceReceiptTimeout"),
	FIELD(PTP_INT, 1, port_ds.log_sync, "logSyncInterval"),
	FIELD(PTP_UINT, 1, port_ds.delay_mechanism, "delayMechanism"),
	FIELD(PTP_INT, 1, port_ds.log_min_pdelay_req, "logMinPdelayReqInterval"),
	FIELD(PTP_HEX, 1, port_ds.version, "versionNumber"),
};

static const struct ptp_field alternate_enable[] = {
	FIELD(PTP_UINT, 1, alternate_enable.key, "keyField"),
	FIELD(PTP_HEX, 1, alternate_enable.flags, "flags"),
};

static const struct ptp_field alternate_name[] = {
	FIELD(PTP_UINT, 1, alternate_time.key, "keyField"),
	FIELD(PTP_TEXT, 0, alternate_time.name, "displayName"),
};

static const struct ptp_field alternate_properties[] = {
	FIELD(PTP_UINT, 1, alternate_time.key, "keyField"),
	FIELD(PTP_INT, 4, alternate_time.offset, "currentOffset"),
	FIELD(PTP_INT, 4, alternate_time.jump, "jumpSeconds"),
	FIELD(PTP_UINT, 6, alternate_time.next_jump_s, "timeOfNextJump"),
	PTP_FIELD_RESERVED(1),
};

static const struct ptp_field time_status_np[] = {
	FIELD(PTP_INT, 8, time_status_np.offset_ns, "master_offset"),
	FIELD(PTP_INT, 8, time_status_np.ingress_ns, "ingress_time"),
	FIELD(PTP_INT, 4, time_status_np.rate_offset, "cumulativeScaledRateOffset"),
	FIELD(PTP_INT, 4, time_status_np.frequency_change, "scaledLastGmPhaseChange"),
	FIELD(PTP_UINT, 2, time_status_np.time_base, "gmTimeBaseIndicator"),
	FIELD(PTP_INT, 2, time_status_np.phase_change.high, "lastGmPhaseChange.nanosecondsHigh"),
	FIELD(PTP_HEX, 8, time_status_np.phase_change.low, "lastGmPhaseChange.nanosecondsLow"),
	FIELD(PTP_HEX, 2, time_status_np.phase_change.fraction, "lastGmPhaseChange.fraction"),
	FIELD(PTP_INT, 4, time_status_np.gm_present, "gmPresent"),
	FIELD(PTP_IDENTITY, 8, time_status_np.gm, "gmIdentity"),
};

static const struct ptp_field grandmaster_settings_np[] = {
	QUALITY(grandmaster_settings_np.quality, "clockQuality"),
	FIELD(PTP_INT, 2, grandmaster_settings_np.utc_offset, "currentUtcOffset"),
	FIELD(PTP_HEX, 1, grandmaster_settings_np.flags, "flags"),
	FIELD(PTP_HEX, 1, grandmaster_settings_np.time_source, "timeSource"),
};

static const struct ptp_field port_ds_np[] = {
	FIELD(PTP_UINT, 4, port_ds_np.delay_threshold_ns, "neighborPropDelayThresh"),
	FIELD(PTP_INT, 4, port_ds_np.as_capable, "asCapable"),
};

static const struct ptp_field subscribe_events_np[] = {
	FIELD(PTP_UINT, 2, subscribe_events_np.duration_s, "duration"),
	FIELD(PTP_OCTETS, 64, subscribe_events_np.events, "bitmask"),
};

static const struct ptp_field port_properties_np[] = {
	PORT_ID(port_properties_np.port, "portIdentity"),
	FIELD(PTP_UINT, 1, port_properties_np.state, "portState"),
	FIELD(PTP_UINT, 1, port_properties_np.timestamping, "timestamping"),
	FIELD(PTP_TEXT, 0, port_properties_np.interface, "interface"),
};

static const struct ptp_field port_stats_np[] = {
	PORT_ID(port_stats_np.port, "portIdentity"),
	FIELD(PTP_COUNTERS, 128, port_stats_np.rx, "rx"),
	FIELD(PTP_COUNTERS, 128, port_stats_np.tx, "tx"),
};

#define SERVICE(member) FIELD(PTP_COUNTERS, 8, port_service_stats_np.member, #member)

static const struct ptp_field port_service_stats_np[] = {
	PORT_ID(port_service_stats_np.port, "portIdentity"),
	SERVICE(announce_timeout),
	SERVICE(sync_timeout),
	SERVICE(delay_timeout),
	SERVICE(unicast_service_timeout),
	SERVICE(unicast_request_timeout),
	SERVICE(master_announce_timeout),
	SERVICE(master_sync_timeout),
	SERVICE(qualification_timeout),
	SERVICE(sync_mismatch),
	SERVICE(followup_mismatch),
};

static const struct ptp_field unicast_table_np[] = {
	FIELD(PTP_UINT, 2, unicast_table_np.size, "actualTableSize"),
	FIELD(PTP_REST, 0, unicast_table_np.entries, "unicastMasters"),
};

static const struct ptp_field power_settings_np[] = {
	FIELD(PTP_UINT, 2, power_settings_np.version, "version"),
	FIELD(PTP_HEX, 2, power_settings_np.gm_id, "grandmasterID"),
	FIELD(PTP_UINT, 4, power_settings_np.gm_inaccuracy_ns, "grandmasterTimeInaccuracy"),
	FIELD(PTP_UINT, 4, power_settings_np.network_inaccuracy_ns, "networkTimeInaccuracy"),
	FIELD(PTP_UINT, 4, power_settings_np.total_inaccuracy_ns, "totalTimeInaccuracy"),
};

static const struct ptp_field cmlds_info_np[] = {
	FIELD(PTP_INTERVAL, 8, cmlds_info_np.mean_link_delay, "meanLinkDelay"),
	FIELD(PTP_INT, 4, cmlds_info_np.rate_ratio, "scaledNeighborRateRatio"),
	FIELD(PTP_UINT, 4, cmlds_info_np.as_capable, "asCapable"),
};

static const struct ptp_field external_gm_np[] = {
	FIELD(PTP_IDENTITY, 8, external_gm_np.gm, "gmIdentity"),
	FIELD(PTP_UINT, 2, external_gm_np.steps_removed, "stepsRemoved"),
};

static const struct ptp_field port_hwclock_np[] = {
	PORT_ID(port_hwclock_np.port, "portIdentity"),
	FIELD(PTP_INT, 4, port_hwclock_np.phc, "phcIndex"),
	FIELD(PTP_HEX, 1, port_hwclock_np.flags, "flags"),
	PTP_FIELD_RESERVED(1),
};

static const struct ptp_field ext_port[] = {
	FIELD(PTP_HEX, 1, ext_port.flags, "flags"),
	FIELD(PTP_UINT, 1, ext_port.desired, "desiredState"),
};

static const struct ptp_field text[] = { FIELD(PTP_TEXT, 0, text, "userDescription") };
static const struct ptp_field path[] = { FIELD(PTP_IDENTITIES, 0, clocks, "pathSequence") };
static const struct ptp_field time[] = { FIELD(PTP_TIMESTAMP, 10, time_tai, "currentTime") };
static const struct ptp_field key[] = { FIELD(PTP_HEX, 2, number, "initializationKey") };
static const struct ptp_field size[] = { FIELD(PTP_UINT, 2, number, "maxTableSize") };

#define OCTET(var, kind, member, name) \
	static const struct ptp_field var[] = { \
		FIELD(kind, 1, member, name), PTP_FIELD_RESERVED(1), \
	}

OCTET(priority1, PTP_UINT, octet, "priority1");
OCTET(priority2, PTP_UINT, octet, "priority2");
OCTET(domain, PTP_UINT, octet, "domainNumber");
OCTET(flags, PTP_HEX, octet, "flags");
OCTET(log_announce, PTP_INT, interval, "logAnnounceInterval");
OCTET(announce_timeout, PTP_UINT, octet, "announceReceiptTimeout");
OCTET(log_sync, PTP_INT, interval, "logSyncInterval");
OCTET(version, PTP_HEX, octet, "versionNumber");
OCTET(accuracy, PTP_HEX, octet, "clockAccuracy");
OCTET(max_key, PTP_UINT, octet, "maxKey");
OCTET(delay_mechanism, PTP_UINT, octet, "delayMechanism");
OCTET(log_min_pdelay_req, PTP_INT, interval, "logMinPdelayReqInterval");
OCTET(uncertain, PTP_UINT, octet, "uncertain");

#define LAYOUT(fields) (&(const struct ptp_layout)PTP_LAYOUT(fields, union ptp_management_data))
#define NOTHING (&(const struct ptp_layout){ NULL, 0, sizeof(union ptp_management_data) })

enum {
	GET = PTP_ACTION(PTP_GET),
	GET_SET = PTP_ACTION(PTP_GET) | PTP_ACTION(PTP_SET),
	COMMAND = PTP_ACTION(PTP_COMMAND),
};

#define CLOCK(id, actions, layout) { PTP_MID_##id, #id, PTP_OF_CLOCK, actions, layout }
#define PORT(id, actions, layout) { PTP_MID_##id, #id, PTP_OF_PORT, actions, layout }

static const struct ptp_management_type types[] = {
	PORT(NULL_MANAGEMENT, GET_SET | COMMAND, NOTHING),
	PORT(CLOCK_DESCRIPTION, GET, LAYOUT(clock_description)),
	CLOCK(USER_DESCRIPTION, GET_SET, LAYOUT(text)),
	CLOCK(SAVE_IN_NON_VOLATILE_STORAGE, COMMAND, NOTHING),
	CLOCK(RESET_NON_VOLATILE_STORAGE, COMMAND, NOTHING),
	CLOCK(INITIALIZE, COMMAND, LAYOUT(key)),
	CLOCK(FAULT_LOG, GET, NULL),
	CLOCK(FAULT_LOG_RESET, COMMAND, NOTHING),
	CLOCK(DEFAULT_DATA_SET, GET, LAYOUT(default_ds)),
	CLOCK(CURRENT_DATA_SET, GET, LAYOUT(current_ds)),
	CLOCK(PARENT_DATA_SET, GET, LAYOUT(parent_ds)),
	CLOCK(TIME_PROPERTIES_DATA_SET, GET, LAYOUT(time_properties)),
	PORT(PORT_DATA_SET, GET, LAYOUT(port_ds)),
	CLOCK(PRIORITY1, GET_SET, LAYOUT(priority1)),
	CLOCK(PRIORITY2, GET_SET, LAYOUT(priority2)),
	CLOCK(DOMAIN, GET_SET, LAYOUT(domain)),
	CLOCK(SLAVE_ONLY, GET_SET, LAYOUT(flags)),
	PORT(LOG_ANNOUNCE_INTERVAL, GET_SET, LAYOUT(log_announce)),
	PORT(ANNOUNCE_RECEIPT_TIMEOUT, GET_SET, LAYOUT(announce_timeout)),
	PORT(LOG_SYNC_INTERVAL, GET_SET, LAYOUT(log_sync)),
	PORT(VERSION_NUMBER, GET_SET, LAYOUT(version)),
	PORT(ENABLE_PORT, COMMAND, NOTHING),
	PORT(DISABLE_PORT, COMMAND, NOTHING),
	CLOCK(TIME, GET_SET, LAYOUT(time)),
	CLOCK(CLOCK_ACCURACY, GET_SET, LAYOUT(accuracy)),
	CLOCK(UTC_PROPERTIES, GET_SET, LAYOUT(utc_properties)),
	CLOCK(TRACEABILITY_PROPERTIES, GET_SET, LAYOUT(traceability_properties)),
	CLOCK(TIMESCALE_PROPERTIES, GET_SET, LAYOUT(timescale_properties)),
	PORT(UNICAST_NEGOTIATION_ENABLE, GET_SET, LAYOUT(flags)),
	CLOCK(PATH_TRACE_LIST, GET, LAYOUT(path)),
	CLOCK(PATH_TRACE_ENABLE, GET_SET, LAYOUT(flags)),
	CLOCK(GRANDMASTER_CLUSTER_TABLE, GET_SET, NULL),
	PORT(UNICAST_MASTER_TABLE, GET_SET, NULL),
	PORT(UNICAST_MASTER_MAX_TABLE_SIZE, GET, LAYOUT(size)),
	CLOCK(ACCEPTABLE_MASTER_TABLE, GET_SET, NULL),
	PORT(ACCEPTABLE_MASTER_TABLE_ENABLED, GET_SET, LAYOUT(flags)),
	CLOCK(ACCEPTABLE_MASTER_MAX_TABLE_SIZE, GET, LAYOUT(size)),
	PORT(ALTERNATE_MASTER, GET_SET, NULL),	/* its readers do not agree on the order */
	CLOCK(ALTERNATE_TIME_OFFSET_ENABLE, GET_SET, LAYOUT(alternate_enable)),
	CLOCK(ALTERNATE_TIME_OFFSET_NAME, GET_SET, LAYOUT(alternate_name)),
	CLOCK(ALTERNATE_TIME_OFFSET_MAX_KEY, GET, LAYOUT(max_key)),
	CLOCK(ALTERNATE_TIME_OFFSET_PROPERTIES, GET_SET, LAYOUT(alternate_properties)),
	CLOCK(EXTERNAL_PORT_CONFIGURATION_ENABLED, GET_SET, LAYOUT(flags)),
	PORT(MASTER_ONLY, GET_SET, LAYOUT(flags)),
	CLOCK(HOLDOVER_UPGRADE_ENABLE, GET_SET, LAYOUT(flags)),
	PORT(EXT_PORT_CONFIG_PORT_DATA_SET, GET_SET, LAYOUT(ext_port)),
	CLOCK(TRANSPARENT_CLOCK_DEFAULT_DATA_SET, GET, NULL),
	PORT(TRANSPARENT_CLOCK_PORT_DATA_SET, GET, NULL),
	CLOCK(PRIMARY_DOMAIN, GET_SET, LAYOUT(domain)),
	PORT(DELAY_MECHANISM, GET_SET, LAYOUT(delay_mechanism)),
	PORT(LOG_MIN_PDELAY_REQ_INTERVAL, GET_SET, LAYOUT(log_min_pdelay_req)),
	CLOCK(TIME_STATUS_NP, GET, LAYOUT(time_status_np)),
	CLOCK(GRANDMASTER_SETTINGS_NP, GET_SET, LAYOUT(grandmaster_settings_np)),
	PORT(PORT_DATA_SET_NP, GET_SET, LAYOUT(port_ds_np)),
	CLOCK(SUBSCRIBE_EVENTS_NP, GET_SET, LAYOUT(subscribe_events_np)),
	PORT(PORT_PROPERTIES_NP, GET, LAYOUT(port_properties_np)),
	PORT(PORT_STATS_NP, GET, LAYOUT(port_stats_np)),
	CLOCK(SYNCHRONIZATION_UNCERTAIN_NP, GET_SET, LAYOUT(uncertain)),
	PORT(PORT_SERVICE_STATS_NP, GET, LAYOUT(port_service_stats_np)),
	PORT(UNICAST_MASTER_TABLE_NP, GET, LAYOUT(unicast_table_np)),
	PORT(PORT_HWCLOCK_NP, GET, LAYOUT(port_hwclock_np)),
	PORT(POWER_PROFILE_SETTINGS_NP, GET_SET, LAYOUT(power_settings_np)),
	PORT(CMLDS_INFO_NP, GET, LAYOUT(cmlds_info_np)),
	PORT(PORT_CORRECTIONS_NP, GET_SET, NULL),	/* linuxptp's are of the host's order */
	CLOCK(EXTERNAL_GRANDMASTER_PROPERTIES_NP, GET_SET, LAYOUT(external_gm_np)),
};

const struct ptp_management_type *ptp_management_types(size_t *count)
{
	*count = ARRAY_SIZE(types);
	return types;
}
