// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/kernel.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "kernel/kernel_private.h"

#define RETRY_S 10
/* How much of the counts an unloaded module may take with it. */
#define COUNT_EVERY_NS (10 * NSEC_PER_SEC)

static void serve(struct kernel *k);
static void start_answers(struct kernel *k);

static void close_socket(struct genl **g, struct event **event)
{
	if (event && *event) {
		event_free(*event);
		*event = NULL;
	}
	genl_close(*g);
	*g = NULL;
}

void kernel_lose(struct kernel *k)
{
	bool served;

	if (!k->ask)
		return;
	/* before others learn of it by this */
	served = k->serving || kernel_ptp_serves(k);
	kernel_places_lost(k);
	close_socket(&k->events, &k->events_event);
	close_socket(&k->ask, NULL);
	k->ops.log(k->cfg->kernel == CONFIG_KERNEL_ON ? LOG_WARNING :
		   served ? LOG_NOTICE : LOG_DEBUG,
		   "the kernel module was unloaded; going on without it");
	k->nline = k->nplain = 0;
	k->lines_mono = INT64_MIN / 2;
	k->serving = false;
	k->trouble[0] = '\0';
	event_del(k->timer);
	event_del(k->ptp_timer);
	kernel_ptp_lost(k);
}

bool kernel_still_there(struct kernel *k)
{
	struct genl *g;
	bool there;
	int r;

	g = k->ops.open(k->ops.ctx, &r);
	if (!g)
		return true;
	there = genl_find_family(g, ATS_GENL_NAME, false) != -ENOENT;
	genl_close(g);
	return there;
}

/* What may be better next time, without anything else changing. */
static bool passing(int error)
{
	return error == -ENOMEM || error == -ENOBUFS || error == -EAGAIN || error == -EIO ||
		error == -EINTR;
}

void kernel_refused(struct kernel *k, const char *what, int error)
{
	char trouble[sizeof(k->trouble)];

	snprintf(trouble, sizeof(trouble), "%s: %.200s", what, genl_error(k->ask));
	if (!kernel_still_there(k)) {
		kernel_lose(k);
		return;
	}
	module_state_del(k->ask, false);
	kernel_detach(k);
	kernel_forget_interfaces(k);
	k->serving = false;
	/* said once, however often it is tried again */
	if (strcmp(trouble, k->trouble))
		k->ops.log(LOG_WARNING, "the kernel module refuses: %s; NTP requests are answered "
			   "without it", trouble);
	memcpy(k->trouble, trouble, sizeof(trouble));
	if (passing(error))
		event_add(k->timer, &(struct timeval){ .tv_sec = RETRY_S });
	else
		event_del(k->timer);
}

static void on_ptp_timer(evutil_socket_t fd, short what, void *arg)
{
	kernel_ptp_run(arg);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct kernel *k = arg;

	if (!k->ask)
		return;
	if (!k->serving) {
		serve(k);
		return;
	}
	if (kernel_publish(k))
		return;
	start_answers(k);	/* at interfaces that came back */
	if (k->serving && kernel_mono(k) - k->counted_mono >= COUNT_EVERY_NS)
		kernel_count(k);
}

static int on_reply_event(void *ctx, const struct genl_reply *r)
{
	struct module_reply reply;

	if (module_reply_parse(r, &reply) && reply.gone)
		kernel_place_gone(ctx, &reply);
	return 0;
}

/* What is lost here shows when the interface is attached again, and refused. */
static void on_events(evutil_socket_t fd, short what, void *arg)
{
	struct kernel *k = arg;

	genl_receive(k->events, on_reply_event, k);
}

static struct event *listen_on(struct kernel *k, struct genl *g, event_callback_fn callback)
{
	struct event *e = event_new(k->base, genl_fd(g), EV_READ | EV_PERSIST, callback, k);

	if (!e || !event_add(e, NULL))
		return e;
	event_free(e);
	return NULL;
}

/* Without it the end of an attachment is noticed later. */
static void open_events(struct kernel *k)
{
	int r;

	k->events = k->ops.open(k->ops.ctx, &r);
	if (!k->events)
		return;
	if (!genl_find_family(k->events, ATS_GENL_NAME, false) && !genl_join(k->events, "reply"))
		k->events_event = listen_on(k, k->events, on_events);
	if (!k->events_event)
		close_socket(&k->events, NULL);
}

static void tell_absent(struct kernel *k)
{
	if (!k->told_absent && k->cfg->kernel == CONFIG_KERNEL_ON)
		k->ops.log(LOG_WARNING, "the kernel module is not loaded, but the configuration says "
			   "kernel = \"on\" (modprobe as_timesync); going on without it");
	else if (!k->told_absent)
		k->ops.log(LOG_DEBUG, "the kernel module is not loaded; going on without it");
	k->told_absent = true;
}

/* Is the module there, does it speak our language? */
static void look(struct kernel *k, bool load)
{
	struct genl *g;
	int r;

	g = k->ops.open(k->ops.ctx, &r);
	if (!g) {
		tell_absent(k);
		return;
	}
	r = genl_find_family(g, ATS_GENL_NAME, load);
	if (!r)
		r = kernel_caps_get(g, &k->caps);
	if (r == -ENOENT) {
		tell_absent(k);
	} else if (r) {
		k->ops.log(LOG_WARNING, "the kernel module is not used: %s", genl_error(g));
	} else {
		k->ask = g;
		open_events(k);
		kernel_drop_strangers(k);
		return;
	}
	genl_close(g);
}

static void count_places(const struct kernel *k, unsigned int *sockets, unsigned int *interfaces)
{
	unsigned int i;

	*sockets = *interfaces = 0;
	for (i = 0; i < k->nplace; i++) {
		*sockets += k->place[i].id && k->place[i].fd >= 0;
		*interfaces += k->place[i].id && k->place[i].fd < 0;
	}
}

/* It was told who may ask and what time it is; now it may answer. */
static void start_answers(struct kernel *k)
{
	unsigned int sockets, interfaces;
	int r = kernel_attach(k);

	if (r) {
		kernel_refused(k, "answering at a socket", r);
		return;
	}
	if (k->serving)
		return;
	k->serving = true;
	k->trouble[0] = '\0';
	count_places(k, &sockets, &interfaces);
	k->ops.log(LOG_NOTICE, "kernel module %s answers NTP requests at %u sockets and %u "
		   "interfaces", k->caps.release, sockets, interfaces);
}

static void stop_serving(struct kernel *k)
{
	if (!k->serving)
		return;
	k->serving = false;
	module_state_del(k->ask, false);
	kernel_detach(k);
	kernel_forget_interfaces(k);
	event_del(k->timer);
}

/* As the configuration says, from the beginning. */
static void serve(struct kernel *k)
{
	int r;

	if (!k->ask)
		return;
	kernel_set_interfaces(k);
	if (!k->cfg->serve_ntp.enabled) {
		stop_serving(k);
		return;
	}
	r = module_server_set(k->ask, &k->cfg->serve_ntp);
	if (r)
		kernel_refused(k, "who may ask", r);
	else if (!kernel_publish(k))
		start_answers(k);
}

struct change {
	bool came, went;
};

static void on_family(void *ctx, const char *name, bool came)
{
	struct change *c = ctx;

	if (strcmp(name, ATS_GENL_NAME))
		return;
	c->went |= !came;
	c->came |= came;
}

static void on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct kernel *k = arg;
	struct change c = { false, false };

	/* when news were lost, anything may have happened */
	if (genl_watch_receive(k->watch, on_family, &c))
		c = (struct change){ true, k->ask && !kernel_still_there(k) };
	if (c.went)
		kernel_lose(k);
	if (!c.came || k->ask)
		return;
	look(k, false);
	serve(k);
	kernel_ptp_run(k);
}

/* Where there is no netlink there is no module: nothing to watch. */
static void start_watch(struct kernel *k)
{
	int r;

	k->watch = k->ops.open(k->ops.ctx, &r);
	if (!k->watch)
		return;
	if (!genl_watch(k->watch))
		k->watch_event = listen_on(k, k->watch, on_watch);
	if (!k->watch_event)
		close_socket(&k->watch, NULL);
}

/* Leave the module without a trace. */
static void let_go(struct kernel *k)
{
	if (k->ask) {
		kernel_ptp_stop(k);
		stop_serving(k);
		kernel_forget_interfaces(k);
	}
	event_del(k->ptp_timer);
	close_socket(&k->events, &k->events_event);
	close_socket(&k->ask, NULL);
	close_socket(&k->watch, &k->watch_event);
}

void kernel_configure(struct kernel *k, const struct config *cfg)
{
	bool was_off = !k->cfg || k->cfg->kernel == CONFIG_KERNEL_OFF;

	if (!k->cfg || k->cfg->kernel != cfg->kernel)
		k->told_absent = false;
	k->cfg = cfg;
	if (cfg->kernel == CONFIG_KERNEL_OFF) {
		let_go(k);
		return;
	}
	if (was_off)
		start_watch(k);
	if (!k->ask)
		look(k, cfg->kernel == CONFIG_KERNEL_ON);
	serve(k);
	kernel_ptp_run(k);
}

static unsigned int real_ifindex(void *ctx, const char *name)
{
	return if_nametoindex(name);
}

static unsigned int real_interfaces(void *ctx, u32 *ifindex, unsigned int max)
{
	struct if_nameindex *list = if_nameindex();
	unsigned int n = 0;

	for (; list && list[n].if_index && n < max; n++)
		ifindex[n] = list[n].if_index;
	if (list)
		if_freenameindex(list);
	return n;
}

static struct genl *real_open(void *ctx, int *error)
{
	return genl_open(NULL, error);
}

struct kernel *kernel_new(struct event_base *base, const struct kernel_ops *ops)
{
	struct kernel *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->base = base;
	k->ops = *ops;
	if (!k->ops.open)
		k->ops.open = real_open;
	if (!k->ops.interfaces)
		k->ops.interfaces = real_interfaces;
	if (!k->ops.ifindex)
		k->ops.ifindex = real_ifindex;
	k->lines_mono = INT64_MIN / 2;
	k->timer = evtimer_new(base, on_timer, k);
	k->ptp_timer = evtimer_new(base, on_ptp_timer, k);
	if (k->timer && k->ptp_timer)
		return k;
	if (k->timer)
		event_free(k->timer);
	free(k);
	return NULL;
}

void kernel_free(struct kernel *k)
{
	if (!k)
		return;
	let_go(k);
	event_free(k->timer);
	event_free(k->ptp_timer);
	free(k);
}

void kernel_get_report(struct kernel *k, struct kernel_report *out)
{
	unsigned int i;

	*out = (struct kernel_report){ .present = k->ask, .serving = k->serving };
	if (k->serving) {
		kernel_count(k);
		module_server_get(k->ask, &out->server);
	}
	if (k->ask)
		memcpy(out->release, k->caps.release, sizeof(out->release));
	count_places(k, &out->sockets, &out->interfaces);
	memcpy(out->trouble, k->trouble, sizeof(out->trouble));
	out->counts = k->before;
	for (i = 0; i < k->nplace; i++)
		module_counts_add(&out->counts, &k->place[i].counts);
	out->tx_hardware = k->tx_before.hardware + k->tx.hardware;
	out->tx_software = k->tx_before.software + k->tx.software;
	out->tx_lost = k->tx_before.lost + k->tx.lost;
}

bool kernel_get_client(struct kernel *k, const u8 addr[16], struct module_client *out)
{
	return k->serving && !module_client_get(k->ask, addr, out);
}

struct module_clients *kernel_list_clients(struct kernel *k)
{
	struct module_clients *l = NULL;
	struct genl *g;
	int r;

	if (!k->serving)
		return NULL;
	g = k->ops.open(k->ops.ctx, &r);
	if (g && !genl_find_family(g, ATS_GENL_NAME, false))
		l = module_clients_open(g);
	if (!l)
		genl_close(g);
	return l;
}
