// SPDX-License-Identifier: GPL-2.0
#include "attach.h"

#include <linux/mutex.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "attach_nl.h"
#include "reply_ingress.h"
#include "reply_path.h"
#include "reply_socket.h"
#include "server.h"

/* Users with namespaces of their own make them too. */
#define ATTACHMENTS_MAX 64

struct ats_attachments {
	struct mutex lock;	/* after RTNL, before a socket's lock */
	struct list_head list;	/* by id */
	u32 count, last_id;
};

int ats_attach_net_init(struct ats_net *an)
{
	struct ats_attachments *all = kzalloc(sizeof(*all), GFP_KERNEL_ACCOUNT);

	if (!all)
		return -ENOMEM;
	mutex_init(&all->lock);
	INIT_LIST_HEAD(&all->list);
	an->attachments = all;
	return 0;
}

static void free_attachment(struct rcu_head *rcu)
{
	struct ats_attachment *att = container_of(rcu, struct ats_attachment, rcu);

	if (att->claim.sk)
		sock_put(att->claim.sk);
	reply_paths_free(att->paths);
	free_percpu(att->cpu);
	kfree(att);
}

static struct ats_attachment *new_attachment(struct ats_net *an)
{
	struct ats_attachment *att = kzalloc(sizeof(*att), GFP_KERNEL_ACCOUNT);

	if (!att)
		return NULL;
	att->an = an;
	INIT_LIST_HEAD(&att->link);
	att->cpu = alloc_percpu_gfp(struct ats_reply_cpu, GFP_KERNEL_ACCOUNT);
	if (att->cpu)
		return att;
	kfree(att);
	return NULL;
}

/* Under the lock. */
static int list_attachment(struct ats_attachments *all, struct ats_attachment *att,
			   struct netlink_ext_ack *extack)
{
	if (all->count >= ATTACHMENTS_MAX) {
		NL_SET_ERR_MSG(extack, "there are 64 attachments already: detach one first");
		return -ENOSPC;
	}
	if (all->last_id == S32_MAX) {
		NL_SET_ERR_MSG(extack, "all ids are used up: load the module again");
		return -ENOSPC;
	}
	att->id = ++all->last_id;
	list_add_tail(&att->link, &all->list);
	all->count++;
	return 0;
}

/* Under the lock. */
static void unlist_attachment(struct ats_attachments *all, struct ats_attachment *att)
{
	list_del_init(&att->link);
	all->count--;
}

static struct ats_attachment *prepare(struct ats_net *an, struct netlink_ext_ack *extack)
{
	struct ats_attachment *att = NULL;

	if (!ats_server_prepare(an->server))
		att = new_attachment(an);
	if (!att)
		NL_SET_ERR_MSG(extack, "out of memory: a smaller client-octets may help");
	return att;
}

int ats_attach_socket(struct ats_net *an, int fd, struct netlink_ext_ack *extack)
{
	struct ats_attachments *all = an->attachments;
	struct ats_attachment *att = prepare(an, extack);
	int id, err;

	if (!att)
		return -ENOMEM;
	mutex_lock(&all->lock);
	err = list_attachment(all, att, extack);
	if (!err) {
		err = ats_socket_attach(att, fd, extack);
		if (err)
			unlist_attachment(all, att);
	}
	id = att->id;
	mutex_unlock(&all->lock);
	if (err) {
		free_attachment(&att->rcu);
		return err;
	}
	ats_attach_notify(an, id);
	return id;
}

/* Under the lock. */
static int ingress_taken(const struct ats_attachments *all, int ifindex, u16 port,
			 struct netlink_ext_ack *extack)
{
	const struct ats_attachment *att;

	list_for_each_entry(att, &all->list, link) {
		if (att->ingress && att->ifindex == ifindex && att->port == port) {
			NL_SET_ERR_MSG(extack, "this port of the interface is attached already");
			return -EEXIST;
		}
	}
	return 0;
}

int ats_attach_ingress(struct ats_net *an, int ifindex, u16 port, struct netlink_ext_ack *extack)
{
	struct ats_attachments *all = an->attachments;
	struct ats_attachment *att = prepare(an, extack);
	int id, err;

	if (!att)
		return -ENOMEM;
	att->port = port;
	rtnl_lock();
	mutex_lock(&all->lock);
	err = ingress_taken(all, ifindex, port, extack);
	if (!err)
		err = list_attachment(all, att, extack);
	if (!err) {
		err = ats_ingress_attach(att, ifindex, extack);
		if (err)
			unlist_attachment(all, att);
	}
	id = att->id;
	mutex_unlock(&all->lock);
	rtnl_unlock();
	if (err) {
		free_attachment(&att->rcu);
		return err;
	}
	ats_attach_notify(an, id);
	return id;
}

static void sum_up(const struct ats_attachment *att, struct ats_attachment_view *view)
{
	const struct ats_reply_cpu *c;
	int cpu, i;

	*view = (struct ats_attachment_view){
		.id = att->id, .ingress = att->ingress, .ifindex = att->ifindex, .port = att->port,
	};
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(att->cpu, cpu);
		for (i = 0; i < ATS_COUNTS; i++)
			view->count[i] += READ_ONCE(c->count[i]);
	}
}

bool ats_attachment_look(struct ats_net *an, u32 id, struct ats_attachment_view *view)
{
	struct ats_attachments *all = an->attachments;
	struct ats_attachment *att;
	bool found = false;

	mutex_lock(&all->lock);
	list_for_each_entry(att, &all->list, link) {
		if (att->id >= id) {
			sum_up(att, view);
			found = true;
			break;
		}
	}
	mutex_unlock(&all->lock);
	return found;
}

bool ats_attachment_take(struct ats_attachment *att)
{
	struct ats_attachments *all = att->an->attachments;
	bool ours;

	mutex_lock(&all->lock);
	ours = !list_empty(&att->link);
	if (ours)
		unlist_attachment(all, att);
	mutex_unlock(&all->lock);
	return ours;
}

void ats_attachment_gone(struct ats_attachment *att)
{
	struct ats_attachment_view view;

	sum_up(att, &view);
	view.gone = true;
	ats_attach_notify_gone(att->an, &view);
	call_rcu(&att->rcu, free_attachment);
}

/*
 * Under RTNL and the lock. With its hook: its device cannot go in between, which would look
 * for it on the list.
 */
static void unlist_and_unhook(struct ats_attachments *all, struct ats_attachment *att)
{
	ASSERT_RTNL();
	unlist_attachment(all, att);
	if (att->ingress)
		ats_ingress_detach(att);
}

/*
 * It is on no list any more and has no hook. Sleeps. Without RTNL where it has a socket,
 * which may just be waiting for that to be closed.
 */
static void detach(struct ats_attachment *att)
{
	if (!att->ingress)
		ats_socket_detach(att);
	ats_attachment_gone(att);
}

int ats_detach(struct ats_net *an, u32 id)
{
	struct ats_attachments *all = an->attachments;
	struct ats_attachment *att, *found = NULL;

	rtnl_lock();
	mutex_lock(&all->lock);
	list_for_each_entry(att, &all->list, link) {
		if (att->id == id) {
			unlist_and_unhook(all, att);
			found = att;
			break;
		}
	}
	mutex_unlock(&all->lock);
	rtnl_unlock();
	if (!found)
		return -ENOENT;
	detach(found);
	/* what was under way is answered now */
	synchronize_net();
	return 0;
}

void ats_attach_dev_gone(struct net_device *dev)
{
	struct ats_attachments *all = ats_net(dev_net(dev))->attachments;
	struct ats_attachment *att, *next;
	LIST_HEAD(gone);

	if (!all)
		return;
	mutex_lock(&all->lock);
	list_for_each_entry_safe(att, next, &all->list, link) {
		if (att->ingress && att->dev == dev) {
			unlist_and_unhook(all, att);
			list_add(&att->link, &gone);
		}
	}
	mutex_unlock(&all->lock);
	list_for_each_entry_safe(att, next, &gone, link)
		detach(att);
}

void ats_attach_net_exit(struct ats_net *an)
{
	struct ats_attachments *all = an->attachments;
	struct ats_attachment *att;

	for (;;) {
		rtnl_lock();
		mutex_lock(&all->lock);
		att = list_first_entry_or_null(&all->list, struct ats_attachment, link);
		if (att)
			unlist_and_unhook(all, att);
		mutex_unlock(&all->lock);
		rtnl_unlock();
		if (!att)
			break;
		detach(att);
	}
	/* packets under way, sockets being closed, and free_attachment() */
	synchronize_net();
	rcu_barrier();
	/* devices of the namespace may go after us */
	rtnl_lock();
	an->attachments = NULL;
	rtnl_unlock();
	kfree(all);
}
