// SPDX-License-Identifier: GPL-2.0
#include "netlink.h"

#include <linux/mutex.h>
#include <linux/xarray.h>
#include <net/sock.h>

#include "bracket.h"
#include "claim.h"
#include "netlink_gen.h"
#include "phc.h"

#define SAMPLES_DEFAULT 8

int as_timesync_nl_phc_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *fd = info->attrs[ATS_A_PHC_FD];
	struct sk_buff *msg;
	void *header;
	int index;

	if (!fd)
		return ats_nl_missing(info, ATS_A_PHC_FD, "fd");
	msg = ats_nl_new(info, ATS_CMD_PHC_ADD, nla_total_size(sizeof(u32)), &header);
	if (!msg)
		return -ENOMEM;
	index = ats_phc_add(ats_nl_net(info), nla_get_s32(fd), info->extack);
	if (index < 0) {
		nlmsg_free(msg);
		return index;
	}
	if (nla_put_u32(msg, ATS_A_PHC_INDEX, index)) {
		nlmsg_free(msg);
		ats_phc_del(ats_nl_net(info), index, info->extack);
		return -EMSGSIZE;
	}
	return ats_nl_reply(msg, header, info);
}

int as_timesync_nl_phc_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *index = info->attrs[ATS_A_PHC_INDEX];

	if (!index)
		return ats_nl_missing(info, ATS_A_PHC_INDEX, "index");
	return ats_phc_del(ats_nl_net(info), nla_get_u32(index), info->extack);
}

/* What is known without the device. */
static int put_phc(struct sk_buff *msg, const struct ats_phc *phc, bool gone)
{
	if (nla_put_u32(msg, ATS_A_PHC_INDEX, phc->index) ||
	    nla_put_u32(msg, ATS_A_PHC_USERS, phc->users) ||
	    (gone && nla_put_flag(msg, ATS_A_PHC_GONE)))
		return -EMSGSIZE;
	return 0;
}

/* Bracketed by CLOCK_REALTIME; the best of @n. */
static int read_best(struct ats_phc *phc, unsigned int n, struct ats_bracket *best)
{
	struct ats_reading reading[AS_TIMESYNC_SAMPLES_MAX];
	unsigned int i;
	int err;

	for (i = 0; i < n; i++) {
		err = ats_phc_read(phc, ATS_SYS_REAL, &reading[i]);
		if (err)
			return err;
	}
	return ats_bracket_best(best, reading, n) ? 0 : -EAGAIN;
}

static int put_reading(struct sk_buff *msg, struct ats_phc *phc, unsigned int n)
{
	struct ats_bracket best;
	s64 frequency;
	int err;

	err = read_best(phc, n, &best);
	if (!err)
		err = ats_phc_get_frequency(phc, &frequency);
	if (err)
		return err;
	if (nla_put_s64(msg, ATS_A_PHC_TIME, best.clock, ATS_A_PHC_PAD) ||
	    nla_put_s64(msg, ATS_A_PHC_SYS, best.sys, ATS_A_PHC_PAD) ||
	    nla_put_s64(msg, ATS_A_PHC_BRACKET, best.width, ATS_A_PHC_PAD) ||
	    nla_put_s64(msg, ATS_A_PHC_FREQUENCY, frequency, ATS_A_PHC_PAD))
		return -EMSGSIZE;
	return 0;
}

/* With the lock of the PHCs. */
static int get(struct sk_buff *msg, struct ats_phcs *phcs, struct genl_info *info)
{
	struct ats_phc *phc = ats_phc_find(phcs, nla_get_u32(info->attrs[ATS_A_PHC_INDEX]));
	struct nlattr *samples = info->attrs[ATS_A_PHC_SAMPLES];
	bool gone = false;
	int err;

	if (!phc)
		return ats_nl_refuse_attr(info, ATS_A_PHC_INDEX, -ENOENT,
					  "no PHC of this index is held: phc-add takes one by fd");
	err = put_reading(msg, phc, samples ? nla_get_u32(samples) : SAMPLES_DEFAULT);
	if (err == -ENODEV)
		gone = true;
	else if (err == -EAGAIN)
		return ats_nl_refuse(info, err, "the system clock was stepped back, try again");
	else if (err)
		return ats_nl_refuse(info, err, "the driver cannot read this PHC");
	return put_phc(msg, phc, gone);
}

int as_timesync_nl_phc_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ats_phcs *phcs = ats_nl_net(info)->phcs;
	struct sk_buff *msg;
	void *header;
	int err;

	if (!info->attrs[ATS_A_PHC_INDEX])
		return ats_nl_missing(info, ATS_A_PHC_INDEX, "index");
	msg = ats_nl_new(info, ATS_CMD_PHC_GET, NLMSG_GOODSIZE, &header);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&phcs->lock);
	err = get(msg, phcs, info);
	mutex_unlock(&phcs->lock);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return ats_nl_reply(msg, header, info);
}

int as_timesync_nl_phc_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ats_phcs *phcs = ats_net(sock_net(skb->sk))->phcs;
	unsigned long index = cb->args[0];
	struct ats_phc *phc;
	void *header;

	mutex_lock(&phcs->lock);
	xa_for_each_start(&phcs->by_index, index, phc, index) {
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				     &ats_genl_family, NLM_F_MULTI, ATS_CMD_PHC_GET);
		if (!header)
			break;
		if (put_phc(skb, phc, ats_phc_is_gone(phc))) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
	}
	mutex_unlock(&phcs->lock);
	/* past the last one, or at the one for which there was no room */
	cb->args[0] = phc ? index : ULONG_MAX;
	return skb->len;
}

/* What to do, and by how much. */
static int change(struct ats_phc *phc, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;

	if (attrs[ATS_A_PHC_FREQUENCY])
		return ats_phc_set_frequency(phc, nla_get_s64(attrs[ATS_A_PHC_FREQUENCY]));
	if (attrs[ATS_A_PHC_OFFSET])
		return ats_phc_step(phc, nla_get_s64(attrs[ATS_A_PHC_OFFSET]));
	return ats_phc_shift(phc, nla_get_s32(attrs[ATS_A_PHC_PHASE]));
}

static int explain_change(int err, struct genl_info *info)
{
	switch (err) {
	case 0:
		return 0;
	case -ENODEV:
		return ats_nl_refuse(info, err, "the device is gone");
	case -EACCES:
		return ats_nl_refuse(info, err,
				     "the PHC was opened for reading: hand over a file opened for writing");
	case -ERANGE:
	case -EINVAL:
		return ats_nl_refuse(info, -ERANGE, "beyond what this PHC can be set to");
	case -EOPNOTSUPP:
		return ats_nl_refuse(info, err, "this PHC cannot do that");
	case -EBUSY:
		return ats_nl_refuse(info, err, "this PHC runs free, for the virtual clocks on it");
	default:
		return ats_nl_refuse(info, err, "the driver failed");
	}
}

/* With the lock of the PHCs. Nobody can begin to steer it meanwhile. */
static int adjust(struct ats_phcs *phcs, struct genl_info *info)
{
	struct ats_phc *phc = ats_phc_find(phcs, nla_get_u32(info->attrs[ATS_A_PHC_INDEX]));
	int err;

	if (!phc)
		return ats_nl_refuse_attr(info, ATS_A_PHC_INDEX, -ENOENT,
					  "no PHC of this index is held: phc-add takes one by fd");
	ats_claims_lock();
	if (ats_claimed(phc))
		err = ats_nl_refuse(info, -EBUSY, "a servo steers this PHC");
	else
		err = explain_change(change(phc, info), info);
	ats_claims_unlock();
	return err;
}

int as_timesync_nl_phc_adjust_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ats_phcs *phcs = ats_nl_net(info)->phcs;
	int err;

	if (!info->attrs[ATS_A_PHC_INDEX])
		return ats_nl_missing(info, ATS_A_PHC_INDEX, "index");
	if (!!info->attrs[ATS_A_PHC_FREQUENCY] + !!info->attrs[ATS_A_PHC_OFFSET] +
	    !!info->attrs[ATS_A_PHC_PHASE] != 1)
		return ats_nl_refuse(info, -EINVAL,
				     "exactly one of frequency, offset and phase is required");
	mutex_lock(&phcs->lock);
	err = adjust(phcs, info);
	mutex_unlock(&phcs->lock);
	return err;
}
