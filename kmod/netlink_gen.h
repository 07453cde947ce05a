/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/as_timesync.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_AS_TIMESYNC_GEN_H
#define _LINUX_AS_TIMESYNC_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/as_timesync.h>

/* Common nested types */
extern const struct nla_policy as_timesync_acl_rule_nl_policy[ATS_A_ACL_RULE_ALLOW + 1];
extern const struct nla_policy as_timesync_ptp_client_nl_policy[ATS_A_PTP_CLIENT_PAD + 1];

extern const struct nla_policy as_timesync_caps_get_nl_policy[ATS_A_CAPS_API_VERSION + 1];

extern const struct nla_policy as_timesync_tap_set_nl_policy[ATS_A_TAP_EVENTS + 1];

extern const struct nla_policy as_timesync_tap_del_nl_policy[ATS_A_TAP_IFINDEX + 1];

extern const struct nla_policy as_timesync_tap_get_nl_policy[ATS_A_TAP_IFINDEX + 1];

extern const struct nla_policy as_timesync_reply_attach_nl_policy[ATS_A_REPLY_PORT + 1];

extern const struct nla_policy as_timesync_reply_detach_nl_policy[ATS_A_REPLY_ID + 1];

extern const struct nla_policy as_timesync_reply_get_nl_policy[ATS_A_REPLY_ID + 1];

extern const struct nla_policy as_timesync_server_set_nl_policy[ATS_A_SERVER_CLIENT_OCTETS + 1];

extern const struct nla_policy as_timesync_server_get_nl_policy[ATS_A_SERVER_WITH_ACL + 1];

extern const struct nla_policy as_timesync_state_set_nl_policy[ATS_A_SERVER_STEPPED + 1];

extern const struct nla_policy as_timesync_state_del_nl_policy[ATS_A_SERVER_STEPPED + 1];

extern const struct nla_policy as_timesync_iface_set_nl_policy[ATS_A_IFACE_SPEED + 1];

extern const struct nla_policy as_timesync_iface_del_nl_policy[ATS_A_IFACE_IFINDEX + 1];

extern const struct nla_policy as_timesync_iface_get_nl_policy[ATS_A_IFACE_IFINDEX + 1];

extern const struct nla_policy as_timesync_client_get_nl_policy[ATS_A_CLIENT_ADDRESS + 1];

extern const struct nla_policy as_timesync_phc_add_nl_policy[ATS_A_PHC_FD + 1];

extern const struct nla_policy as_timesync_phc_del_nl_policy[ATS_A_PHC_INDEX + 1];

extern const struct nla_policy as_timesync_phc_get_nl_policy[ATS_A_PHC_SAMPLES + 1];

extern const struct nla_policy as_timesync_phc_adjust_nl_policy[ATS_A_PHC_PHASE + 1];

extern const struct nla_policy as_timesync_servo_add_nl_policy[ATS_A_SERVO_EVENTS + 1];

extern const struct nla_policy as_timesync_servo_set_nl_policy[ATS_A_SERVO_EVENTS + 1];

extern const struct nla_policy as_timesync_servo_del_nl_policy[ATS_A_SERVO_ID + 1];

extern const struct nla_policy as_timesync_servo_get_nl_policy[ATS_A_SERVO_ID + 1];

extern const struct nla_policy as_timesync_ptp_attach_nl_policy[ATS_A_PTP_ACL + 1];

extern const struct nla_policy as_timesync_ptp_detach_nl_policy[ATS_A_PTP_ID + 1];

extern const struct nla_policy as_timesync_ptp_set_nl_policy[ATS_A_PTP_EXCHANGES_MAX + 1];

extern const struct nla_policy as_timesync_ptp_get_nl_policy[ATS_A_PTP_ID + 1];

extern const struct nla_policy as_timesync_ptp_client_set_nl_policy[ATS_A_PTP_CLIENT + 1];

extern const struct nla_policy as_timesync_ptp_client_del_nl_policy[ATS_A_PTP_CLIENT + 1];

extern const struct nla_policy as_timesync_ptp_client_get_nl_policy[ATS_A_PTP_CLIENT + 1];

/* Ops table for as_timesync */
extern const struct genl_ops as_timesync_nl_ops[30];

int as_timesync_nl_caps_get_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_tap_set_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_tap_del_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_tap_get_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_tap_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int as_timesync_nl_reply_attach_doit(struct sk_buff *skb,
				     struct genl_info *info);
int as_timesync_nl_reply_detach_doit(struct sk_buff *skb,
				     struct genl_info *info);
int as_timesync_nl_reply_get_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_reply_get_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb);
int as_timesync_nl_server_set_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_server_get_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_state_set_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_state_del_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_iface_set_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_iface_del_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_iface_get_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_iface_get_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb);
int as_timesync_nl_client_get_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_client_get_dumpit(struct sk_buff *skb,
				     struct netlink_callback *cb);
int as_timesync_nl_phc_add_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_phc_del_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_phc_get_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_phc_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int as_timesync_nl_phc_adjust_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_servo_add_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_servo_set_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_servo_del_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_servo_get_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_servo_get_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb);
int as_timesync_nl_ptp_attach_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_ptp_detach_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_ptp_set_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_ptp_get_doit(struct sk_buff *skb, struct genl_info *info);
int as_timesync_nl_ptp_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int as_timesync_nl_ptp_client_set_doit(struct sk_buff *skb,
				       struct genl_info *info);
int as_timesync_nl_ptp_client_del_doit(struct sk_buff *skb,
				       struct genl_info *info);
int as_timesync_nl_ptp_client_get_doit(struct sk_buff *skb,
				       struct genl_info *info);
int as_timesync_nl_ptp_client_get_dumpit(struct sk_buff *skb,
					 struct netlink_callback *cb);

enum {
	AS_TIMESYNC_NLGRP_TAP,
	AS_TIMESYNC_NLGRP_REPLY,
	AS_TIMESYNC_NLGRP_SERVO,
};

extern const struct genl_multicast_group as_timesync_nl_mcgrps[];

#endif /* _LINUX_AS_TIMESYNC_GEN_H */
