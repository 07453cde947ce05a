// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual NICs in pairs that behave as NICs with hardware timestamps do, on clocks
 * of which the truth is known. For tests only. See Documentation/simnic.md.
 */
#include <linux/module.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>

#include "control.h"
#include "pair.h"
#include "truth.h"

static unsigned int pairs = 1;
module_param(pairs, uint, 0444);
MODULE_PARM_DESC(pairs, "pairs of NICs to begin with: simnic0 and simnic1, ... (1)");

static int __init simnic_init(void)
{
	unsigned int i;
	int err;

	simnic_truth_init();
	err = simnic_pair_init();
	if (err)
		goto truth;
	for (i = 0; i < pairs; i++) {
		err = simnic_pair_new(&init_net, "simnic%d", "simnic%d", "-", "-");
		if (err)
			goto pair;
	}
	simnic_control_init();
	return 0;
pair:
	simnic_pair_exit();
truth:
	simnic_truth_exit();
	return err;
}

static void __exit simnic_exit(void)
{
	simnic_control_exit();
	simnic_pair_exit();
	simnic_truth_exit();
}

module_init(simnic_init);
module_exit(simnic_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Virtual NICs with hardware timestamps, for tests");
MODULE_ALIAS_RTNL_LINK("simnic");
