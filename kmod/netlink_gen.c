// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/as_timesync.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/as_timesync.h>

/* Common nested types */
const struct nla_policy as_timesync_acl_rule_nl_policy[ATS_A_ACL_RULE_ALLOW + 1] = {
	[ATS_A_ACL_RULE_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[ATS_A_ACL_RULE_PREFIX] = NLA_POLICY_MAX(NLA_U8, 128),
	[ATS_A_ACL_RULE_ALLOW] = NLA_POLICY_MAX(NLA_U8, 1),
};

const struct nla_policy as_timesync_ptp_client_nl_policy[ATS_A_PTP_CLIENT_PAD + 1] = {
	[ATS_A_PTP_CLIENT_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[ATS_A_PTP_CLIENT_CLOCK] = { .type = NLA_U64, },
	[ATS_A_PTP_CLIENT_PORT] = { .type = NLA_U16, },
	[ATS_A_PTP_CLIENT_SYNC_LOG] = { .type = NLA_S32, },
	[ATS_A_PTP_CLIENT_SYNC_S] = { .type = NLA_U32, },
	[ATS_A_PTP_CLIENT_DELAY_LOG] = { .type = NLA_S32, },
	[ATS_A_PTP_CLIENT_DELAY_S] = { .type = NLA_U32, },
	[ATS_A_PTP_CLIENT_SYNC_SEQUENCE] = { .type = NLA_U16, },
};

/* ATS_CMD_CAPS_GET - do */
const struct nla_policy as_timesync_caps_get_nl_policy[ATS_A_CAPS_API_VERSION + 1] = {
	[ATS_A_CAPS_API_VERSION] = { .type = NLA_U32, },
};

/* ATS_CMD_TAP_SET - do */
const struct nla_policy as_timesync_tap_set_nl_policy[ATS_A_TAP_EVENTS + 1] = {
	[ATS_A_TAP_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[ATS_A_TAP_DIRECTIONS] = NLA_POLICY_MASK(NLA_U32, 0x3),
	[ATS_A_TAP_PROTOCOLS] = NLA_POLICY_MASK(NLA_U32, 0x3),
	[ATS_A_TAP_EVENTS] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* ATS_CMD_TAP_DEL - do */
const struct nla_policy as_timesync_tap_del_nl_policy[ATS_A_TAP_IFINDEX + 1] = {
	[ATS_A_TAP_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* ATS_CMD_TAP_GET - do */
const struct nla_policy as_timesync_tap_get_nl_policy[ATS_A_TAP_IFINDEX + 1] = {
	[ATS_A_TAP_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* ATS_CMD_REPLY_ATTACH - do */
const struct nla_policy as_timesync_reply_attach_nl_policy[ATS_A_REPLY_PORT + 1] = {
	[ATS_A_REPLY_MODE] = NLA_POLICY_MAX(NLA_U32, 1),
	[ATS_A_REPLY_FD] = NLA_POLICY_MIN(NLA_S32, 0),
	[ATS_A_REPLY_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[ATS_A_REPLY_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
};

/* ATS_CMD_REPLY_DETACH - do */
const struct nla_policy as_timesync_reply_detach_nl_policy[ATS_A_REPLY_ID + 1] = {
	[ATS_A_REPLY_ID] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* ATS_CMD_REPLY_GET - do */
const struct nla_policy as_timesync_reply_get_nl_policy[ATS_A_REPLY_ID + 1] = {
	[ATS_A_REPLY_ID] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* ATS_CMD_SERVER_SET - do */
const struct nla_policy as_timesync_server_set_nl_policy[ATS_A_SERVER_CLIENT_OCTETS + 1] = {
	[ATS_A_SERVER_ACL] = NLA_POLICY_NESTED(as_timesync_acl_rule_nl_policy),
	[ATS_A_SERVER_ACL_NONE] = { .type = NLA_FLAG, },
	[ATS_A_SERVER_INTERLEAVED] = NLA_POLICY_MAX(NLA_U8, 1),
	[ATS_A_SERVER_RATE_LIMIT] = NLA_POLICY_MAX(NLA_U8, 1),
	[ATS_A_SERVER_RATE_INTERVAL] = { .type = NLA_S32, },
	[ATS_A_SERVER_RATE_BURST] = NLA_POLICY_RANGE(NLA_U32, 1, 255),
	[ATS_A_SERVER_RATE_LEAK] = NLA_POLICY_RANGE(NLA_U32, 1, 4),
	[ATS_A_SERVER_KOD] = NLA_POLICY_MAX(NLA_U8, 1),
	[ATS_A_SERVER_CLIENT_OCTETS] = { .type = NLA_U64, },
};

/* ATS_CMD_SERVER_GET - do */
const struct nla_policy as_timesync_server_get_nl_policy[ATS_A_SERVER_WITH_ACL + 1] = {
	[ATS_A_SERVER_WITH_ACL] = { .type = NLA_FLAG, },
};

/* ATS_CMD_STATE_SET - do */
const struct nla_policy as_timesync_state_set_nl_policy[ATS_A_SERVER_STEPPED + 1] = {
	[ATS_A_SERVER_VALID_MS] = NLA_POLICY_MIN(NLA_U32, 100),
	[ATS_A_SERVER_LEAP] = NLA_POLICY_MAX(NLA_U8, 3),
	[ATS_A_SERVER_STRATUM] = { .type = NLA_U8, },
	[ATS_A_SERVER_PRECISION] = { .type = NLA_S32, },
	[ATS_A_SERVER_REFID] = { .type = NLA_U32, },
	[ATS_A_SERVER_REF_UTC] = { .type = NLA_S64, },
	[ATS_A_SERVER_ROOT_DELAY] = { .type = NLA_S64, },
	[ATS_A_SERVER_ROOT_DISPERSION] = { .type = NLA_S64, },
	[ATS_A_SERVER_AT_SYS] = { .type = NLA_S64, },
	[ATS_A_SERVER_DRIFT_PPB] = { .type = NLA_U32, },
	[ATS_A_SERVER_CORRECTION] = { .type = NLA_S64, },
	[ATS_A_SERVER_STEPPED] = { .type = NLA_FLAG, },
};

/* ATS_CMD_STATE_DEL - do */
const struct nla_policy as_timesync_state_del_nl_policy[ATS_A_SERVER_STEPPED + 1] = {
	[ATS_A_SERVER_STEPPED] = { .type = NLA_FLAG, },
};

/* ATS_CMD_IFACE_SET - do */
const struct nla_policy as_timesync_iface_set_nl_policy[ATS_A_IFACE_SPEED + 1] = {
	[ATS_A_IFACE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[ATS_A_IFACE_LINE_PHC] = { .type = NLA_S64, },
	[ATS_A_IFACE_LINE_SYS] = { .type = NLA_S64, },
	[ATS_A_IFACE_LINE_RATE] = { .type = NLA_S64, },
	[ATS_A_IFACE_LINE_VALID_MS] = NLA_POLICY_MIN(NLA_U32, 1),
	[ATS_A_IFACE_TX_DELAY] = { .type = NLA_S64, },
	[ATS_A_IFACE_TX_SLOTS] = NLA_POLICY_MAX(NLA_U32, 1024),
	[ATS_A_IFACE_LINE_ERROR] = { .type = NLA_U32, },
	[ATS_A_IFACE_SPEED] = { .type = NLA_U32, },
};

/* ATS_CMD_IFACE_DEL - do */
const struct nla_policy as_timesync_iface_del_nl_policy[ATS_A_IFACE_IFINDEX + 1] = {
	[ATS_A_IFACE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* ATS_CMD_IFACE_GET - do */
const struct nla_policy as_timesync_iface_get_nl_policy[ATS_A_IFACE_IFINDEX + 1] = {
	[ATS_A_IFACE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* ATS_CMD_CLIENT_GET - do */
const struct nla_policy as_timesync_client_get_nl_policy[ATS_A_CLIENT_ADDRESS + 1] = {
	[ATS_A_CLIENT_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
};

/* ATS_CMD_PHC_ADD - do */
const struct nla_policy as_timesync_phc_add_nl_policy[ATS_A_PHC_FD + 1] = {
	[ATS_A_PHC_FD] = NLA_POLICY_MIN(NLA_S32, 0),
};

/* ATS_CMD_PHC_DEL - do */
const struct nla_policy as_timesync_phc_del_nl_policy[ATS_A_PHC_INDEX + 1] = {
	[ATS_A_PHC_INDEX] = { .type = NLA_U32, },
};

/* ATS_CMD_PHC_GET - do */
const struct nla_policy as_timesync_phc_get_nl_policy[ATS_A_PHC_SAMPLES + 1] = {
	[ATS_A_PHC_INDEX] = { .type = NLA_U32, },
	[ATS_A_PHC_SAMPLES] = NLA_POLICY_RANGE(NLA_U32, 1, AS_TIMESYNC_SAMPLES_MAX),
};

/* ATS_CMD_PHC_ADJUST - do */
const struct nla_policy as_timesync_phc_adjust_nl_policy[ATS_A_PHC_PHASE + 1] = {
	[ATS_A_PHC_INDEX] = { .type = NLA_U32, },
	[ATS_A_PHC_FREQUENCY] = { .type = NLA_S64, },
	[ATS_A_PHC_OFFSET] = { .type = NLA_S64, },
	[ATS_A_PHC_PHASE] = { .type = NLA_S32, },
};

/* ATS_CMD_SERVO_ADD - do */
const struct nla_policy as_timesync_servo_add_nl_policy[ATS_A_SERVO_EVENTS + 1] = {
	[ATS_A_SERVO_TARGET] = { .type = NLA_U32, },
	[ATS_A_SERVO_REFERENCE] = NLA_POLICY_MAX(NLA_U32, 2),
	[ATS_A_SERVO_REFERENCE_INDEX] = { .type = NLA_U32, },
	[ATS_A_SERVO_ADD] = { .type = NLA_S64, },
	[ATS_A_SERVO_INTERVAL] = { .type = NLA_U64, },
	[ATS_A_SERVO_SAMPLES] = NLA_POLICY_RANGE(NLA_U32, 1, AS_TIMESYNC_SAMPLES_MAX),
	[ATS_A_SERVO_KP] = { .type = NLA_U32, },
	[ATS_A_SERVO_KI] = { .type = NLA_U32, },
	[ATS_A_SERVO_MAX_FREQUENCY] = { .type = NLA_U32, },
	[ATS_A_SERVO_FIRST_STEP] = { .type = NLA_U64, },
	[ATS_A_SERVO_STEP] = { .type = NLA_U64, },
	[ATS_A_SERVO_FREQUENCY] = { .type = NLA_S64, },
	[ATS_A_SERVO_EVENTS] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* ATS_CMD_SERVO_SET - do */
const struct nla_policy as_timesync_servo_set_nl_policy[ATS_A_SERVO_EVENTS + 1] = {
	[ATS_A_SERVO_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[ATS_A_SERVO_ADD] = { .type = NLA_S64, },
	[ATS_A_SERVO_INTERVAL] = { .type = NLA_U64, },
	[ATS_A_SERVO_SAMPLES] = NLA_POLICY_RANGE(NLA_U32, 1, AS_TIMESYNC_SAMPLES_MAX),
	[ATS_A_SERVO_KP] = { .type = NLA_U32, },
	[ATS_A_SERVO_KI] = { .type = NLA_U32, },
	[ATS_A_SERVO_MAX_FREQUENCY] = { .type = NLA_U32, },
	[ATS_A_SERVO_FIRST_STEP] = { .type = NLA_U64, },
	[ATS_A_SERVO_STEP] = { .type = NLA_U64, },
	[ATS_A_SERVO_EVENTS] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* ATS_CMD_SERVO_DEL - do */
const struct nla_policy as_timesync_servo_del_nl_policy[ATS_A_SERVO_ID + 1] = {
	[ATS_A_SERVO_ID] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* ATS_CMD_SERVO_GET - do */
const struct nla_policy as_timesync_servo_get_nl_policy[ATS_A_SERVO_ID + 1] = {
	[ATS_A_SERVO_ID] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* ATS_CMD_PTP_ATTACH - do */
const struct nla_policy as_timesync_ptp_attach_nl_policy[ATS_A_PTP_ACL + 1] = {
	[ATS_A_PTP_EVENT_FD] = NLA_POLICY_MIN(NLA_S32, 0),
	[ATS_A_PTP_GENERAL_FD] = NLA_POLICY_MIN(NLA_S32, 0),
	[ATS_A_PTP_CLIENTS_MAX] = { .type = NLA_U32, },
	[ATS_A_PTP_ACL] = NLA_POLICY_NESTED(as_timesync_acl_rule_nl_policy),
};

/* ATS_CMD_PTP_DETACH - do */
const struct nla_policy as_timesync_ptp_detach_nl_policy[ATS_A_PTP_ID + 1] = {
	[ATS_A_PTP_ID] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* ATS_CMD_PTP_SET - do */
const struct nla_policy as_timesync_ptp_set_nl_policy[ATS_A_PTP_EXCHANGES_MAX + 1] = {
	[ATS_A_PTP_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[ATS_A_PTP_CLOCK] = { .type = NLA_U64, },
	[ATS_A_PTP_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[ATS_A_PTP_DOMAIN] = { .type = NLA_U8, },
	[ATS_A_PTP_SDO] = NLA_POLICY_MAX(NLA_U16, 4095),
	[ATS_A_PTP_MINOR_VERSION] = NLA_POLICY_MAX(NLA_U8, 15),
	[ATS_A_PTP_DUTIES] = NLA_POLICY_MASK(NLA_U32, 0x7f),
	[ATS_A_PTP_LOG_MIN_DELAY_REQ] = { .type = NLA_S32, },
	[ATS_A_PTP_TAI_OFFSET] = { .type = NLA_S64, },
	[ATS_A_PTP_VALID_MS] = NLA_POLICY_MIN(NLA_U32, 100),
	[ATS_A_PTP_CSPTP_DOMAIN] = { .type = NLA_U8, },
	[ATS_A_PTP_TIME_FLAGS] = NLA_POLICY_MAX(NLA_U16, 127),
	[ATS_A_PTP_UTC_OFFSET] = { .type = NLA_S32, },
	[ATS_A_PTP_PRIORITY1] = { .type = NLA_U8, },
	[ATS_A_PTP_CLOCK_CLASS] = { .type = NLA_U8, },
	[ATS_A_PTP_CLOCK_ACCURACY] = { .type = NLA_U8, },
	[ATS_A_PTP_CLOCK_VARIANCE] = { .type = NLA_U16, },
	[ATS_A_PTP_PRIORITY2] = { .type = NLA_U8, },
	[ATS_A_PTP_GRANDMASTER] = { .type = NLA_U64, },
	[ATS_A_PTP_STEPS_REMOVED] = { .type = NLA_U16, },
	[ATS_A_PTP_TIME_SOURCE] = { .type = NLA_U8, },
	[ATS_A_PTP_EXCHANGES_MAX] = { .type = NLA_U32, },
};

/* ATS_CMD_PTP_GET - do */
const struct nla_policy as_timesync_ptp_get_nl_policy[ATS_A_PTP_ID + 1] = {
	[ATS_A_PTP_ID] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* ATS_CMD_PTP_CLIENT_SET - do */
const struct nla_policy as_timesync_ptp_client_set_nl_policy[ATS_A_PTP_CLIENT + 1] = {
	[ATS_A_PTP_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[ATS_A_PTP_CLIENT] = NLA_POLICY_NESTED(as_timesync_ptp_client_nl_policy),
};

/* ATS_CMD_PTP_CLIENT_DEL - do */
const struct nla_policy as_timesync_ptp_client_del_nl_policy[ATS_A_PTP_CLIENT + 1] = {
	[ATS_A_PTP_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[ATS_A_PTP_CLIENT] = NLA_POLICY_NESTED(as_timesync_ptp_client_nl_policy),
};

/* ATS_CMD_PTP_CLIENT_GET - do */
const struct nla_policy as_timesync_ptp_client_get_nl_policy[ATS_A_PTP_CLIENT + 1] = {
	[ATS_A_PTP_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[ATS_A_PTP_CLIENT] = NLA_POLICY_NESTED(as_timesync_ptp_client_nl_policy),
};

/* Ops table for as_timesync */
const struct genl_ops as_timesync_nl_ops[30] = {
	{
		.cmd		= ATS_CMD_CAPS_GET,
		.doit		= as_timesync_nl_caps_get_doit,
		.policy		= as_timesync_caps_get_nl_policy,
		.maxattr	= ATS_A_CAPS_API_VERSION,
	},
	{
		.cmd		= ATS_CMD_TAP_SET,
		.doit		= as_timesync_nl_tap_set_doit,
		.policy		= as_timesync_tap_set_nl_policy,
		.maxattr	= ATS_A_TAP_EVENTS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_TAP_DEL,
		.doit		= as_timesync_nl_tap_del_doit,
		.policy		= as_timesync_tap_del_nl_policy,
		.maxattr	= ATS_A_TAP_IFINDEX,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_TAP_GET,
		.doit		= as_timesync_nl_tap_get_doit,
		.dumpit		= as_timesync_nl_tap_get_dumpit,
		.policy		= as_timesync_tap_get_nl_policy,
		.maxattr	= ATS_A_TAP_IFINDEX,
	},
	{
		.cmd		= ATS_CMD_REPLY_ATTACH,
		.doit		= as_timesync_nl_reply_attach_doit,
		.policy		= as_timesync_reply_attach_nl_policy,
		.maxattr	= ATS_A_REPLY_PORT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_REPLY_DETACH,
		.doit		= as_timesync_nl_reply_detach_doit,
		.policy		= as_timesync_reply_detach_nl_policy,
		.maxattr	= ATS_A_REPLY_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_REPLY_GET,
		.doit		= as_timesync_nl_reply_get_doit,
		.dumpit		= as_timesync_nl_reply_get_dumpit,
		.policy		= as_timesync_reply_get_nl_policy,
		.maxattr	= ATS_A_REPLY_ID,
	},
	{
		.cmd		= ATS_CMD_SERVER_SET,
		.doit		= as_timesync_nl_server_set_doit,
		.policy		= as_timesync_server_set_nl_policy,
		.maxattr	= ATS_A_SERVER_CLIENT_OCTETS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_SERVER_GET,
		.doit		= as_timesync_nl_server_get_doit,
		.policy		= as_timesync_server_get_nl_policy,
		.maxattr	= ATS_A_SERVER_WITH_ACL,
	},
	{
		.cmd		= ATS_CMD_STATE_SET,
		.doit		= as_timesync_nl_state_set_doit,
		.policy		= as_timesync_state_set_nl_policy,
		.maxattr	= ATS_A_SERVER_STEPPED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_STATE_DEL,
		.doit		= as_timesync_nl_state_del_doit,
		.policy		= as_timesync_state_del_nl_policy,
		.maxattr	= ATS_A_SERVER_STEPPED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_IFACE_SET,
		.doit		= as_timesync_nl_iface_set_doit,
		.policy		= as_timesync_iface_set_nl_policy,
		.maxattr	= ATS_A_IFACE_SPEED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_IFACE_DEL,
		.doit		= as_timesync_nl_iface_del_doit,
		.policy		= as_timesync_iface_del_nl_policy,
		.maxattr	= ATS_A_IFACE_IFINDEX,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_IFACE_GET,
		.doit		= as_timesync_nl_iface_get_doit,
		.dumpit		= as_timesync_nl_iface_get_dumpit,
		.policy		= as_timesync_iface_get_nl_policy,
		.maxattr	= ATS_A_IFACE_IFINDEX,
	},
	{
		.cmd		= ATS_CMD_CLIENT_GET,
		.doit		= as_timesync_nl_client_get_doit,
		.dumpit		= as_timesync_nl_client_get_dumpit,
		.policy		= as_timesync_client_get_nl_policy,
		.maxattr	= ATS_A_CLIENT_ADDRESS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_PHC_ADD,
		.doit		= as_timesync_nl_phc_add_doit,
		.policy		= as_timesync_phc_add_nl_policy,
		.maxattr	= ATS_A_PHC_FD,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_PHC_DEL,
		.doit		= as_timesync_nl_phc_del_doit,
		.policy		= as_timesync_phc_del_nl_policy,
		.maxattr	= ATS_A_PHC_INDEX,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_PHC_GET,
		.doit		= as_timesync_nl_phc_get_doit,
		.dumpit		= as_timesync_nl_phc_get_dumpit,
		.policy		= as_timesync_phc_get_nl_policy,
		.maxattr	= ATS_A_PHC_SAMPLES,
	},
	{
		.cmd		= ATS_CMD_PHC_ADJUST,
		.doit		= as_timesync_nl_phc_adjust_doit,
		.policy		= as_timesync_phc_adjust_nl_policy,
		.maxattr	= ATS_A_PHC_PHASE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_SERVO_ADD,
		.doit		= as_timesync_nl_servo_add_doit,
		.policy		= as_timesync_servo_add_nl_policy,
		.maxattr	= ATS_A_SERVO_EVENTS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_SERVO_SET,
		.doit		= as_timesync_nl_servo_set_doit,
		.policy		= as_timesync_servo_set_nl_policy,
		.maxattr	= ATS_A_SERVO_EVENTS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_SERVO_DEL,
		.doit		= as_timesync_nl_servo_del_doit,
		.policy		= as_timesync_servo_del_nl_policy,
		.maxattr	= ATS_A_SERVO_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_SERVO_GET,
		.doit		= as_timesync_nl_servo_get_doit,
		.dumpit		= as_timesync_nl_servo_get_dumpit,
		.policy		= as_timesync_servo_get_nl_policy,
		.maxattr	= ATS_A_SERVO_ID,
	},
	{
		.cmd		= ATS_CMD_PTP_ATTACH,
		.doit		= as_timesync_nl_ptp_attach_doit,
		.policy		= as_timesync_ptp_attach_nl_policy,
		.maxattr	= ATS_A_PTP_ACL,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_PTP_DETACH,
		.doit		= as_timesync_nl_ptp_detach_doit,
		.policy		= as_timesync_ptp_detach_nl_policy,
		.maxattr	= ATS_A_PTP_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_PTP_SET,
		.doit		= as_timesync_nl_ptp_set_doit,
		.policy		= as_timesync_ptp_set_nl_policy,
		.maxattr	= ATS_A_PTP_EXCHANGES_MAX,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_PTP_GET,
		.doit		= as_timesync_nl_ptp_get_doit,
		.dumpit		= as_timesync_nl_ptp_get_dumpit,
		.policy		= as_timesync_ptp_get_nl_policy,
		.maxattr	= ATS_A_PTP_ID,
	},
	{
		.cmd		= ATS_CMD_PTP_CLIENT_SET,
		.doit		= as_timesync_nl_ptp_client_set_doit,
		.policy		= as_timesync_ptp_client_set_nl_policy,
		.maxattr	= ATS_A_PTP_CLIENT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_PTP_CLIENT_DEL,
		.doit		= as_timesync_nl_ptp_client_del_doit,
		.policy		= as_timesync_ptp_client_del_nl_policy,
		.maxattr	= ATS_A_PTP_CLIENT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ATS_CMD_PTP_CLIENT_GET,
		.doit		= as_timesync_nl_ptp_client_get_doit,
		.dumpit		= as_timesync_nl_ptp_client_get_dumpit,
		.policy		= as_timesync_ptp_client_get_nl_policy,
		.maxattr	= ATS_A_PTP_CLIENT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

const struct genl_multicast_group as_timesync_nl_mcgrps[] = {
	[AS_TIMESYNC_NLGRP_TAP] = { "tap", GENL_MCAST_CAP_NET_ADMIN },
	[AS_TIMESYNC_NLGRP_REPLY] = { "reply", },
	[AS_TIMESYNC_NLGRP_SERVO] = { "servo", },
};
