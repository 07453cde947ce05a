// SPDX-License-Identifier: GPL-2.0
#include "net.h"

#include <net/netns/generic.h>

#include "attach.h"
#include "iface.h"
#include "phc.h"
#include "ptp_port.h"
#include "server.h"
#include "servo.h"
#include "tap.h"

static unsigned int ats_net_id __read_mostly;

struct ats_net *ats_net(struct net *net)
{
	return net_generic(net, ats_net_id);
}

static int __net_init ats_net_enter(struct net *net)
{
	struct ats_net *an = ats_net(net);
	int err;

	an->net = net;
	ats_ptp_net_init(an);
	err = ats_tap_net_init(an);
	if (err)
		return err;
	err = ats_server_net_init(an);
	if (err)
		goto out_tap;
	/* its transmit stamps are told to the server's clients */
	err = ats_iface_net_init(an);
	if (err)
		goto out_server;
	err = ats_attach_net_init(an);
	if (err)
		goto out_iface;
	err = ats_phc_net_init(an);
	if (err)
		goto out_attach;
	err = ats_servo_net_init(an);
	if (err)
		goto out_phc;
	return 0;

out_phc:
	ats_phc_net_exit(an);
out_attach:
	ats_attach_net_exit(an);
out_iface:
	ats_iface_net_exit(an);
out_server:
	ats_server_net_exit(an);
out_tap:
	ats_tap_net_exit(an);
	return err;
}

static void __net_exit ats_net_leave(struct net *net)
{
	struct ats_net *an = ats_net(net);

	ats_servo_net_exit(an);
	ats_phc_net_exit(an);
	ats_attach_net_exit(an);
	/* its stamps may look for a PTP port to the end: none is there any more */
	ats_iface_net_exit(an);
	ats_server_net_exit(an);
	ats_tap_net_exit(an);
}

static struct pernet_operations ats_net_ops = {
	.init = ats_net_enter,
	.exit = ats_net_leave,
	.id = &ats_net_id,
	.size = sizeof(struct ats_net),
};

/* PTP ports need the interfaces for their answers. */
static void __net_exit ats_net_close(struct net *net)
{
	ats_ptp_net_exit(ats_net(net));
}

static struct pernet_operations ats_net_close_ops = {
	.exit = ats_net_close,
};

/*
 * Devices, so that namespaces end before their interfaces go. The one that is registered
 * last ends first.
 */
int ats_net_init(void)
{
	int err;

	err = register_pernet_device(&ats_net_ops);
	if (err)
		return err;
	err = register_pernet_device(&ats_net_close_ops);
	if (err)
		unregister_pernet_device(&ats_net_ops);
	return err;
}

void ats_net_end(void)
{
	unregister_pernet_device(&ats_net_close_ops);
}

void ats_net_exit(void)
{
	unregister_pernet_device(&ats_net_ops);
}
