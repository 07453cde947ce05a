// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel tap: time messages of an interface, as the module records them. */
#define _GNU_SOURCE
#include "ctl/kernel.h"

#include <errno.h>
#include <getopt.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl/tap_file.h"
#include "ctl/tap_text.h"
#include "kernel/module_tap.h"
#include "kernel/tap_device.h"

#define BOTH_DIRECTIONS (ATS_DIRECTION_RX | ATS_DIRECTION_TX)
#define BOTH_PROTOCOLS (ATS_PROTOCOL_PTP | ATS_PROTOCOL_NTP)

enum {
	BATCH = 1024,
	LOOK_AGAIN_MS = 1000,	/* at the tap: others can change it */
};

struct tap {
	struct ctl *c;
	struct genl *g;
	const char *interface, *path;
	u32 directions, protocols;	/* wanted */
	unsigned long count, shown;	/* count 0: until interrupted */
	bool off;			/* end the tap, whoever began it, and nothing else */
	struct tap_device *device;
	struct tap_file *file;
	struct ats_tap_record *batch;
	struct module_tap before, ours;
	bool was_tapped;		/* so before is to be set again at the end */
	bool is_set;
	s64 looked_mono;
};

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	interrupted = 1;
}

static s64 mono_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static bool is_count(const char *s, unsigned long *v)
{
	char *end;

	errno = 0;
	*v = strtoul(s, &end, 10);
	return *s >= '1' && *s <= '9' && !*end && !errno;
}

static int parse(struct tap *t, int argc, char **argv)
{
	static const struct option options[] = {
		{ "rx", no_argument, NULL, 'r' }, { "tx", no_argument, NULL, 't' },
		{ "ptp", no_argument, NULL, 'p' }, { "ntp", no_argument, NULL, 'n' },
		{ "count", required_argument, NULL, 'c' }, { "json", no_argument, NULL, 'j' },
		{ "pcapng", required_argument, NULL, 'w' }, { "off", no_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	optind = 0;
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "j", options, NULL)) != -1) {
		switch (opt) {
		case 'r': t->directions |= ATS_DIRECTION_RX; break;
		case 't': t->directions |= ATS_DIRECTION_TX; break;
		case 'p': t->protocols |= ATS_PROTOCOL_PTP; break;
		case 'n': t->protocols |= ATS_PROTOCOL_NTP; break;
		case 'j': t->c->json = true; break;
		case 'w': t->path = optarg; break;
		case 'o': t->off = true; break;
		case 'c':
			if (!is_count(optarg, &t->count))
				return ctl_usage(t->c, "--count wants a number from 1, not", optarg);
			break;
		default:
			return ctl_usage(t->c, "unknown option, or one without its value:",
					 argv[optind - 1]);
		}
	}
	if (optind + 1 != argc)
		return ctl_usage(t->c, "kernel tap wants one interface", NULL);
	t->interface = argv[optind];
	if (t->off && (t->directions || t->protocols || t->count || t->path))
		return ctl_usage(t->c, "--off stands alone", NULL);
	t->directions = t->directions ? t->directions : BOTH_DIRECTIONS;
	t->protocols = t->protocols ? t->protocols : BOTH_PROTOCOLS;
	return CTL_OK;
}

/* What is there, widened to what is wanted. 0 or -errno. */
static int set(struct tap *t)
{
	int r = module_tap_get(t->g, t->ours.ifindex, &t->before);

	if (r && r != -ENOENT)
		return r;
	t->was_tapped = !r;
	t->ours.directions = t->before.directions | t->directions;
	t->ours.protocols = t->before.protocols | t->protocols;
	t->ours.events = t->before.events;
	r = module_tap_set(t->g, &t->ours);
	t->is_set = !r;
	return r;
}

static bool same(const struct module_tap *a, const struct module_tap *b)
{
	return a->directions == b->directions && a->protocols == b->protocols &&
	       a->events == b->events;
}

/* Is the tap as we set it? */
static bool unchanged(struct tap *t)
{
	struct module_tap now;

	return t->is_set && !module_tap_get(t->g, t->ours.ifindex, &now) && same(&now, &t->ours);
}

/* As it was before; what another changed in between is left to it. */
static void restore(struct tap *t)
{
	if (!unchanged(t))
		return;
	t->before.ifindex = t->ours.ifindex;
	if (t->was_tapped)
		module_tap_set(t->g, &t->before);
	else
		module_tap_del(t->g, t->ours.ifindex);
}

/* Another may have ended or narrowed it: then it is that which we widen. */
static int look_again(struct tap *t)
{
	struct module_tap now;
	int r = module_tap_get(t->g, t->ours.ifindex, &now);

	t->looked_mono = mono_now();
	if (!r && !(t->directions & ~now.directions) && !(t->protocols & ~now.protocols))
		return 0;
	return set(t);
}

static int show(struct tap *t, const struct ats_tap_record *r)
{
	json_t *o;

	if (t->file) {
		tap_file_put(t->file, r, tap_view_lost(tap_device_view(t->device)));
		if (!strcmp(t->path, "-"))
			return CTL_OK;
	}
	if (!t->c->json) {
		fprintf(t->c->out, "%s\n", tap_text(r).s);
		return CTL_OK;
	}
	o = tap_json(r, t->interface);
	if (!o || !ctl_print_json(t->c, o)) {
		json_decref(o);
		return kernel_failed_errno(t->c, -ENOMEM, "a record");
	}
	json_decref(o);
	return CTL_OK;
}

static bool wanted(const struct tap *t, const struct ats_tap_record *r)
{
	return r->ifindex == t->ours.ifindex && r->direction & t->directions &&
	       r->protocol & t->protocols;
}

static bool enough(const struct tap *t)
{
	return t->count && t->shown >= t->count;
}

static int show_new(struct tap *t)
{
	size_t n;
	int r;

	tap_device_heard(t->device);
	do {
		n = tap_view_take(tap_device_view(t->device), t->batch, BATCH);
		for (size_t i = 0; i < n && !enough(t); i++) {
			if (!wanted(t, &t->batch[i]))
				continue;
			r = show(t, &t->batch[i]);
			if (r)
				return r;
			t->shown++;
		}
	} while (n == BATCH && !enough(t) && !interrupted);
	if (t->file)
		tap_file_flush(t->file);
	if (fflush(t->c->out))
		return kernel_failed_errno(t->c, -errno, "cannot write");
	return CTL_OK;
}

/* Signals come in while it waits, nowhere else. */
static int wait_for_news(struct tap *t, const sigset_t *mask)
{
	struct pollfd p = { .fd = tap_device_fd(t->device), .events = POLLIN };
	struct timespec limit = { .tv_sec = LOOK_AGAIN_MS / 1000 };
	int r;

	if (ppoll(&p, 1, &limit, mask) < 0 && errno != EINTR)
		return kernel_failed_errno(t->c, -errno, "waiting for records");
	if (mono_now() - t->looked_mono < LOOK_AGAIN_MS * (NSEC_PER_SEC / 1000))
		return CTL_OK;
	r = look_again(t);
	return r ? kernel_failed(t->c, t->g, r, "the tap is gone") : CTL_OK;
}

static int follow(struct tap *t, const sigset_t *mask)
{
	int r = CTL_OK;

	while (!r && !interrupted && !enough(t)) {
		r = wait_for_news(t, mask);
		if (!r)
			r = show_new(t);
	}
	return r;
}

static void say_end(struct tap *t)
{
	u64 lost = tap_view_lost(tap_device_view(t->device));

	fprintf(t->c->err, "%lu records", t->shown);
	if (lost)
		fprintf(t->c->err, "; %llu lost, they were overwritten before they were read: "
			"load the module with more tap_records", (unsigned long long)lost);
	fputc('\n', t->c->err);
}

static int open_all(struct tap *t)
{
	int error;

	t->ours.ifindex = if_nametoindex(t->interface);
	if (!t->ours.ifindex)
		return kernel_failed_errno(t->c, -errno, t->interface);
	t->batch = calloc(BATCH, sizeof(*t->batch));
	if (!t->batch)
		return kernel_failed_errno(t->c, -ENOMEM, "records");
	t->device = tap_device_open(&error);
	if (!t->device)
		return kernel_failed_errno(t->c, error, "/dev/" ATS_TAP_DEVICE);
	if (t->path) {
		t->file = tap_file_open(t->path, t->interface, &error);
		if (!t->file)
			return kernel_failed_errno(t->c, error, t->path);
	}
	t->looked_mono = mono_now();
	error = set(t);
	return error ? kernel_failed(t->c, t->g, error, t->interface) : CTL_OK;
}

/* What a killed one left behind. */
static int end_tap(struct tap *t)
{
	u32 ifindex = if_nametoindex(t->interface);
	int r;

	if (!ifindex)
		return kernel_failed_errno(t->c, -errno, t->interface);
	r = module_tap_del(t->g, ifindex);
	return r ? kernel_failed(t->c, t->g, r, t->interface) : CTL_OK;
}

static int close_all(struct tap *t, int r)
{
	int error;

	if (t->is_set)
		restore(t);
	if (t->file) {
		error = tap_file_close(t->file, tap_view_lost(tap_device_view(t->device)));
		if (error && !r)
			r = kernel_failed_errno(t->c, error, t->path);
	}
	if (t->device)
		tap_device_close(t->device);
	free(t->batch);
	return r;
}

static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };

int kernel_tap(struct ctl *c, struct genl *g, int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal }, old[ARRAY_SIZE(ending)];
	struct tap t = { .c = c, .g = g };
	sigset_t blocked, mask;
	int r = parse(&t, argc, argv);

	if (r)
		return r;
	if (t.off)
		return end_tap(&t);
	interrupted = 0;
	sigemptyset(&blocked);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++) {
		sigaddset(&blocked, ending[i]);
		sigaction(ending[i], &sa, &old[i]);
	}
	sigprocmask(SIG_BLOCK, &blocked, &mask);
	r = open_all(&t);
	if (!r) {
		r = follow(&t, &mask);
		say_end(&t);
	}
	r = close_all(&t, r);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		sigaction(ending[i], &old[i], NULL);
	return r;
}
