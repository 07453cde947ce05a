/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine for tests: a system clock that can be steered, one NIC "nic0"
 * (index 3) with a clock of its own (/dev/ptp0), a VLAN "vlan0" (index 4) on it.
 * Time passes only when something is read or fake_pass() says so.
 */
#ifndef FAKE_NIC_H
#define FAKE_NIC_H

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/ptp_clock.h>
#include <linux/sockios.h>
#include <math.h>
#include <net/if.h>
#include <string.h>

#include "os/clock.h"
#include "os/device.h"
#include "os/nic.h"

static struct {
	double t;		/* true ns since start */
	double sys, mono;	/* ns since start */
	struct timex tx;
	double phc_rate;	/* ratio */
	s64 phc_offset;
	double phc_steered;	/* ns, by phc_freq since start */
	long phc_freq;		/* as timex.freq */
	int max_adj;		/* ppb */
	int adjust_error;
	unsigned int adjusts;	/* that change something */
	bool phc_follows_sys;
	double bracket;		/* ns, mean time of each half of a bracket */
	u64 seed;
	/* what the NIC and its driver are like */
	u32 so_timestamping, rx_filters;
	struct hwtstamp_config config;
	bool no_get_config;
	int set_error;
	unsigned int sets, opens, closes, reads;
	int method_error[3];	/* errno of precise, extended, basic */
	unsigned int speed;
	short flags;
	bool carrier, no_get_link;
} fake;

#define FAKE_EPOCH (1700000000LL * NSEC_PER_SEC)
#define FAKE_MONO (1000LL * NSEC_PER_SEC)
#define FAKE_FD 77

static inline void fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.tx.tick = 10000;
	fake.phc_rate = 12.3e-6;
	fake.phc_offset = 37 * NSEC_PER_SEC + FAKE_EPOCH;
	fake.max_adj = 100000;
	fake.bracket = 500;
	fake.seed = 1;
	fake.so_timestamping = 0x7f;
	fake.rx_filters = 1u << HWTSTAMP_FILTER_NONE | 1u << HWTSTAMP_FILTER_ALL;
	fake.method_error[0] = EOPNOTSUPP;
	fake.speed = 1000;
	fake.flags = IFF_UP;
	fake.carrier = true;
}

static inline double fake_random(void)	/* 0..1 */
{
	fake.seed = fake.seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (double)(fake.seed >> 11) / (double)(1ULL << 53);
}

static inline void fake_pass(double ns)
{
	double local = ns * (1 + sysclock_to_ratio(100, fake.tx.tick, fake.tx.freq));

	fake.t += ns;
	fake.sys += local;
	fake.mono += local;
	fake.phc_steered += ns * (1 + fake.phc_rate) * ((double)fake.phc_freq * 1e-6 / 65536);
}

static inline s64 fake_sys(void)
{
	return FAKE_EPOCH + llround(fake.sys);
}

static inline s64 fake_phc(void)
{
	if (fake.phc_follows_sys)
		return fake_sys() + fake.phc_offset;
	return fake.phc_offset + llround(fake.t * (1 + fake.phc_rate) + fake.phc_steered);
}

static inline int fake_gettime(clockid_t id, struct timespec *ts)
{
	s64 now = id == CLOCK_REALTIME ? fake_sys() : FAKE_MONO + llround(fake.mono);

	ts->tv_sec = now / NSEC_PER_SEC;
	ts->tv_nsec = now % NSEC_PER_SEC;
	fake_pass(30);
	return 0;
}

static inline int fake_settime(clockid_t id, const struct timespec *ts)
{
	errno = EPERM;
	return -1;
}

static inline int fake_adjtime(clockid_t id, struct timex *tx)
{
	if (tx->modes & ADJ_TICK && tx->modes != ADJ_OFFSET_SS_READ)
		fake.tx.tick = tx->tick;
	if (tx->modes & ADJ_FREQUENCY)
		fake.tx.freq = tx->freq;
	if (tx->modes & ADJ_SETOFFSET && tx->modes != ADJ_OFFSET_SS_READ)
		fake.sys += (double)(tx->time.tv_sec * NSEC_PER_SEC + tx->time.tv_usec);
	*tx = fake.tx;
	return 0;
}

static const struct sysclock_calls fake_clock_calls = { fake_gettime, fake_settime, fake_adjtime };

static inline struct ptp_clock_time fake_ptp(s64 ns)
{
	return (struct ptp_clock_time) { .sec = ns / NSEC_PER_SEC, .nsec = (u32)(ns % NSEC_PER_SEC) };
}

static inline int fake_fail(int error)
{
	errno = error;
	return -1;
}

static inline int fake_extended(struct ptp_sys_offset_extended *o)
{
	unsigned int i;

	if (fake.method_error[1])
		return fake_fail(fake.method_error[1]);
	for (i = 0; i < o->n_samples; i++) {
		o->ts[i][0] = fake_ptp(fake_sys());
		fake_pass(fake.bracket * (0.5 + fake_random()));
		o->ts[i][1] = fake_ptp(fake_phc());
		fake_pass(fake.bracket * (0.5 + fake_random()));
		o->ts[i][2] = fake_ptp(fake_sys());
	}
	return 0;
}

static inline int fake_basic(struct ptp_sys_offset *o)
{
	unsigned int i;

	if (fake.method_error[2])
		return fake_fail(fake.method_error[2]);
	for (i = 0; i < o->n_samples; i++) {
		o->ts[2 * i] = fake_ptp(fake_sys());
		fake_pass(3 * fake.bracket * (0.5 + fake_random()));
		o->ts[2 * i + 1] = fake_ptp(fake_phc());
		fake_pass(3 * fake.bracket * (0.5 + fake_random()));
		o->ts[2 * i + 2] = fake_ptp(fake_sys());
	}
	return 0;
}

static inline int fake_precise(struct ptp_sys_offset_precise *o)
{
	if (fake.method_error[0])
		return fake_fail(fake.method_error[0]);
	o->device = fake_ptp(fake_phc());
	o->sys_realtime = fake_ptp(fake_sys());
	fake_pass(2000);
	return 0;
}

static inline int fake_ethtool(struct ifreq *req)
{
	struct ethtool_ts_info *info = (void *)req->ifr_data;
	struct ethtool_cmd *cmd = (void *)req->ifr_data;
	struct ethtool_value *value = (void *)req->ifr_data;

	if (strcmp(req->ifr_name, "nic0") && strcmp(req->ifr_name, "vlan0"))
		return fake_fail(ENODEV);
	if (info->cmd == ETHTOOL_GET_TS_INFO) {
		info->so_timestamping = fake.so_timestamping;
		info->rx_filters = fake.rx_filters;
		info->phc_index = 0;
		return 0;
	}
	if (value->cmd == ETHTOOL_GLINK && !fake.no_get_link) {
		value->data = fake.carrier;
		return 0;
	}
	if (cmd->cmd == ETHTOOL_GSET) {
		ethtool_cmd_speed_set(cmd, fake.speed);
		return 0;
	}
	return fake_fail(EOPNOTSUPP);
}

static inline int fake_ioctl(void *ctx, int fd, unsigned long request, void *arg)
{
	struct ifreq *req = arg;
	struct hwtstamp_config *config = fd == FAKE_FD ? NULL : (void *)req->ifr_data;

	switch (request) {
	case PTP_SYS_OFFSET_PRECISE:
		fake.reads++;
		return fake_precise(arg);
	case PTP_SYS_OFFSET_EXTENDED:
		fake.reads++;
		return fake_extended(arg);
	case PTP_SYS_OFFSET:
		fake.reads++;
		return fake_basic(arg);
	case PTP_CLOCK_GETCAPS:
		*(struct ptp_clock_caps *)arg = (struct ptp_clock_caps){ .max_adj = fake.max_adj };
		return 0;
	case SIOCETHTOOL:
		return fake_ethtool(req);
	case SIOCGIFINDEX:
		req->ifr_ifindex = strcmp(req->ifr_name, "nic0") ? 4 : 3;
		return strcmp(req->ifr_name, "nic0") && strcmp(req->ifr_name, "vlan0") ?
			fake_fail(ENODEV) : 0;
	case SIOCGIFFLAGS:
		req->ifr_flags = fake.flags;
		return strcmp(req->ifr_name, "nic0") ? fake_fail(ENODEV) : 0;
	case SIOCGIFNAME:
		strcpy(req->ifr_name, req->ifr_ifindex == 3 ? "nic0" : "vlan0");
		return req->ifr_ifindex == 3 || req->ifr_ifindex == 4 ? 0 : fake_fail(ENODEV);
	case SIOCGHWTSTAMP:
		if (fake.no_get_config)
			return fake_fail(EOPNOTSUPP);
		*config = fake.config;
		return 0;
	case SIOCSHWTSTAMP:
		fake.sets++;
		if (fake.set_error)
			return fake_fail(fake.set_error);
		fake.config = *config;
		return 0;
	default:
		return fake_fail(ENOTTY);
	}
}

static inline int fake_open(void *ctx, const char *path, int flags)
{
	if (strcmp(path, "/dev/ptp0"))
		return fake_fail(ENOENT);
	fake.opens++;
	return FAKE_FD;
}

static inline int fake_close(void *ctx, int fd)
{
	fake.closes++;
	return 0;
}

/* As ptp_clock_adjtime() of the kernel's drivers/ptp/ptp_clock.c */
static inline int fake_adjust(void *ctx, int fd, struct timex *tx)
{
	if (tx->modes) {
		fake.adjusts++;
		if (fake.adjust_error)
			return fake_fail(fake.adjust_error);
	}
	if (tx->modes & ADJ_SETOFFSET) {
		if (!(tx->modes & ADJ_NANO) || tx->time.tv_usec < 0 ||
		    tx->time.tv_usec >= NSEC_PER_SEC)
			return fake_fail(EINVAL);
		fake.phc_offset += tx->time.tv_sec * NSEC_PER_SEC + tx->time.tv_usec;
	}
	if (tx->modes & ADJ_FREQUENCY) {
		if (fabs((double)tx->freq / 65.536) > fake.max_adj)
			return fake_fail(ERANGE);
		fake.phc_freq = tx->freq;
	}
	tx->freq = fake.phc_freq;
	return 0;
}

static struct device_calls fake_device = {
	.open = fake_open, .close = fake_close, .ioctl = fake_ioctl, .adjust = fake_adjust,
	.sysfs_net = "/nonexistent",
};

#endif
