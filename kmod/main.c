// SPDX-License-Identifier: GPL-2.0
/*
 * AS-TIMESYNC: packet timestamping, NTP and PTP replies and PHC servos for the agent.
 */
#include <linux/module.h>
#include <linux/netdevice.h>

#include "attach.h"
#include "iface.h"
#include "net.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "ptp_ingress.h"
#include "server.h"
#include "tap.h"
#include "tap_dev.h"

/* Under RTNL. */
static int ats_netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	if (event == NETDEV_UNREGISTER) {
		ats_tap_dev_gone(dev);
		ats_attach_dev_gone(dev);
		ats_ptp_ingress_dev_gone(dev);
		ats_iface_dev_gone(dev);
	}
	return NOTIFY_DONE;
}

static struct notifier_block ats_netdev_notifier = {
	.notifier_call = ats_netdev_event,
};

static int __init ats_init(void)
{
	int err;

	err = ats_server_init();
	if (err)
		return err;
	err = ats_ptp_init();
	if (err)
		goto out_server;
	err = ats_tap_init();
	if (err)
		goto out_ptp;
	err = ats_net_init();
	if (err)
		goto out_tap;
	err = ats_tap_dev_init();
	if (err)
		goto out_net;
	err = register_netdevice_notifier(&ats_netdev_notifier);
	if (err)
		goto out_tap_dev;
	err = ats_netlink_init();
	if (err)
		goto out_notifier;
	return 0;

out_notifier:
	unregister_netdevice_notifier(&ats_netdev_notifier);
out_tap_dev:
	ats_tap_dev_exit();
out_net:
	ats_net_end();
	ats_net_exit();
out_tap:
	ats_tap_exit();
out_ptp:
	ats_ptp_exit();
out_server:
	ats_server_exit();
	return err;
}

static void __exit ats_exit(void)
{
	ats_netlink_exit();
	/* before interfaces are: a request that is taken is to be answered whole */
	ats_net_end();
	unregister_netdevice_notifier(&ats_netdev_notifier);
	ats_tap_dev_exit();
	ats_net_exit();
	ats_tap_exit();
	ats_ptp_exit();
	ats_server_exit();
}

module_init(ats_init);
module_exit(ats_exit);

MODULE_DESCRIPTION("AS-TIMESYNC: packet timestamps, NTP and PTP replies, PHC servos");
MODULE_LICENSE("GPL");
MODULE_VERSION(ATS_RELEASE);
MODULE_ALIAS_GENL_FAMILY(ATS_GENL_NAME);
