// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ntp_peer.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "daemon/address.h"
#include "daemon/first_hand.h"
#include "daemon/log.h"
#include "os/hwstamp.h"
#include "os/udp.h"

enum {
	TX_STAMPS_AT_ONCE = 4,			/* soft and hard, and some junk */
	SILENT_POLLS = 8,
	UNSENT_POLLS = 3,			/* no route to that address */
	ROUGH_ANSWERS = 4,			/* basic ones, and it does not interleave */
};

/* How far a stated transmit time may be off before it is stamped, 1 sigma */
#define ROUGH_NS 1e4

/* A timer may fire a clock tick early; waiting again would cost a wake-up. */
#define EARLY_NS (5 * 1000000)

struct ntp_peer {
	const struct ntp_env *env;
	struct sockaddr_storage address;
	char text[ADDRESS_TEXT_LEN];
	char *interface;
	int min_poll, max_poll;
	bool online;
	unsigned int rough;		/* answers whose stamps may come later */

	struct assoc *assoc;
	struct tk_source *source;
	struct first_hand *first_hand;
	struct event *timer;
	/* of the request under way; NULL: none */
	struct udp *udp;
	struct event *readable;
	u32 tx_id;
	s64 tx_sys;			/* best known without the NIC */
	int ifindex;			/* where its packets come in, 0: not known */
	struct phc_moment rx, tx;	/* of the newest NIC stamps */
	unsigned int unanswered, unsent;	/* in a row */
	struct log_limit trouble, kisses;
};

static u64 random64(void *ctx)
{
	u64 v = 0;

	while (getrandom(&v, sizeof(v), 0) != sizeof(v))
		;
	return v;
}

static void end_request(struct ntp_peer *p)
{
	if (p->readable)
		event_free(p->readable);
	p->readable = NULL;
	udp_close(p->udp);
	p->udp = NULL;
}

static void arm(struct ntp_peer *p)
{
	s64 next = assoc_next_mono(p->assoc), wait;
	struct timeval tv;

	if (!p->online || next == INT64_MAX) {
		event_del(p->timer);
		return;
	}
	wait = next - ntp_env_mono(p->env);
	if (wait < 0)
		wait = 0;
	tv.tv_sec = wait / NSEC_PER_SEC;
	tv.tv_usec = wait % NSEC_PER_SEC / 1000;
	event_add(p->timer, &tv);
}

static void tell_reach(struct ntp_peer *p)
{
	struct assoc_report r;

	assoc_get_report(p->assoc, &r);
	tk_source_set_reach(p->source, r.reach, p->online);
	if (!r.reach || !p->online)
		first_hand_silent(p->first_hand);
	p->env->changed(p->env->ctx);
}

static void report_trouble(struct ntp_peer *p, const char *what)
{
	u64 left_out;

	if (log_limit_pass(&p->trouble, ntp_env_mono(p->env), &left_out))
		log_warning("server %s: %s (%llu more since the last message)", p->text, what,
			    (unsigned long long)left_out);
}

/* Two hosts that ask each other must not follow each other. */
static bool follows_us(const struct ntp_peer *p, const struct exchange *x)
{
	struct sockaddr_storage local = { 0 };
	socklen_t len = sizeof(local);

	if (!p->udp || getsockname(udp_fd(p->udp), (struct sockaddr *)&local, &len))
		return false;
	return address_is_loop((struct sockaddr *)&local, x->stratum, x->refid);
}

/*
 * Until its stamps come, if it interleaves at all, a server states when it means to send.
 * Beside stamps of NICs that is rough, and the first sample is where all begins.
 */
static bool is_rough(struct ntp_peer *p, const struct exchange *x)
{
	if (x->interleaved || p->rough >= ROUGH_ANSWERS)
		p->rough = ROUGH_ANSWERS;
	else
		p->rough++;
	return p->rough < ROUGH_ANSWERS;
}

static void feed(struct ntp_peer *p, struct exchange *x)
{
	s64 wait = assoc_next_mono(p->assoc) - ntp_env_mono(p->env);
	double rough_ns = is_rough(p, x) ? ROUGH_NS : 0.0;

	if (x->fwd.local_kind == STAMP_HARDWARE || x->back.local_kind == STAMP_HARDWARE) {
		x->error_ns = hypot(hypot(x->error_ns, fmax(p->rx.error_ns, p->tx.error_ns)),
				    rough_ns);
		x->remote_error_ns = hypot(x->remote_error_ns, rough_ns);
	}
	if (follows_us(p, x)) {
		report_trouble(p, "it gets its time from us, so it has none to give");
		tk_source_unsynchronised(p->source);
		return;
	}
	tk_source_sample(p->source, x, wait > 0 ? (double)wait / 1e9 : 0);
	assoc_set_poll(p->assoc, tk_source_advise_poll(p->source, p->min_poll, p->max_poll));
}

static void feed_held(struct ntp_peer *p)
{
	struct exchange x;

	if (assoc_held(p->assoc, &x))
		feed(p, &x);
}

static void take_tx_stamp(struct ntp_peer *p, const struct stamp *st)
{
	s64 tx_sys;

	if (st->software_sys) {
		p->tx_sys = st->software_sys;
		assoc_transmitted(p->assoc, st->software_sys, STAMP_KERNEL);
	}
	if (hwstamp_tx(p->env->hwstamp, st, p->ifindex, p->tx_sys, &tx_sys, &p->tx)) {
		first_hand_stamp(p->first_hand, tx_sys, &p->tx);
		assoc_transmitted(p->assoc, tx_sys, STAMP_HARDWARE);
	}
}

static void read_tx_stamps(struct ntp_peer *p)
{
	struct tx_stamp tx;
	int i, r;

	for (i = 0; i < TX_STAMPS_AT_ONCE && udp_tx_pending(p->udp); i++) {
		r = udp_tx_stamp(p->udp, &tx);
		if (!r)
			break;
		if (r == 1 && tx.id == p->tx_id)
			take_tx_stamp(p, &tx.stamp);
	}
}

static void obey_kiss(struct ntp_peer *p)
{
	struct assoc_report r;
	u64 left_out;

	assoc_get_report(p->assoc, &r);
	if (!log_limit_pass(&p->kisses, ntp_env_mono(p->env), &left_out))
		return;
	if (assoc_next_mono(p->assoc) == INT64_MAX)
		log_warning("server %s: says %s; it is not asked any more", p->text, r.kod);
	else
		log_notice("server %s: says %s; asked every 2^%d s from now on", p->text, r.kod, r.poll);
}

/* False: nothing that ends the wait for the answer. */
static bool handle_answer(struct ntp_peer *p, const struct udp_message *m)
{
	struct exchange x;
	enum assoc_result r = assoc_receive(p->assoc, m->buf, m->len, m->rx_sys, m->rx_kind,
					    ntp_env_mono(p->env), &x);

	if (r <= ASSOC_UNSYNCHRONISED)
		p->unanswered = 0;
	switch (r) {
	case ASSOC_SAMPLE:
		feed(p, &x);
		return true;
	case ASSOC_VALID:
		return false;	/* its transmit stamp is to come */
	case ASSOC_KOD:
		obey_kiss(p);
		return true;
	case ASSOC_UNSYNCHRONISED:
		tk_source_unsynchronised(p->source);
		return true;
	case ASSOC_INVALID_TIME:
		report_trouble(p, "its timestamps contradict each other");
		return true;
	default:
		log_debug("server %s: %s", p->text, assoc_result_name(r));
		return false;
	}
}

static void take_rx_stamp(struct ntp_peer *p, struct udp_message *m)
{
	p->ifindex = hwstamp_ifindex(&m->stamp);
	if (!hwstamp_rx(p->env->hwstamp, &m->stamp, m->len, m->rx_sys, &m->rx_sys, &p->rx))
		return;
	m->rx_kind = STAMP_HARDWARE;
	first_hand_stamp(p->first_hand, m->rx_sys, &p->rx);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct ntp_peer *p = arg;
	u8 buf[NTP_PACKET_MAX + 4];
	struct udp_message m = { .buf = buf, .size = sizeof(buf) };
	struct exchange x;
	bool done = false;
	int r;

	r = udp_recv(p->udp, &m);
	if (r == 1)
		take_rx_stamp(p, &m);
	/* Before the answer is looked at: it may have overtaken the stamp. */
	read_tx_stamps(p);
	if (assoc_held(p->assoc, &x)) {
		feed(p, &x);
		done = true;
	}
	if (r == 1)
		done |= handle_answer(p, &m);
	else if (r < 0)
		log_debug("server %s: %s", p->text, strerror(-r));
	if (done)
		end_request(p);
	if (done || r == 1) {
		tell_reach(p);
		arm(p);
	}
}

static int open_socket(struct ntp_peer *p)
{
	struct udp_config cfg = {
		.family = p->address.ss_family,
		.connect = (const struct sockaddr *)&p->address,
		.interface = p->interface,
		.tx_stamps = true,
		.hardware = p->env->hwstamp && hwstamp_usable(p->env->hwstamp),
	};
	char err[200];
	int r;

	end_request(p);
	r = udp_open(&cfg, &p->udp, err, sizeof(err));
	if (r) {
		report_trouble(p, err);
		return r;
	}
	p->readable = event_new(p->env->base, udp_fd(p->udp), EV_READ | EV_PERSIST,
				on_readable, p);
	if (!p->readable || event_add(p->readable, NULL))
		return -ENOMEM;
	return 0;
}

static void ask(struct ntp_peer *p)
{
	u8 buf[NTP_HEADER_LEN];
	int r = open_socket(p);

	p->tx_sys = p->env->clock->now_sys(p->env->clock_ctx);
	assoc_request(p->assoc, ntp_env_mono(p->env), p->tx_sys, buf);
	feed_held(p);
	if (!r) {
		r = udp_send(p->udp, buf, sizeof(buf), NULL, 0, NULL, &p->tx_id);
		if (r)
			report_trouble(p, strerror(-r));
	}
	if (r) {
		assoc_send_failed(p->assoc);
		end_request(p);
		p->unsent++;
	} else {
		read_tx_stamps(p);
		p->unsent = 0;
	}
	p->unanswered++;
	tell_reach(p);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct ntp_peer *p = arg;

	if (assoc_next_mono(p->assoc) - ntp_env_mono(p->env) < EARLY_NS)
		ask(p);
	arm(p);
}

static void make_configs(const struct ntp_peer *p, const struct config_source *cfg,
			 struct assoc_config *ac, struct tk_source_config *tc)
{
	*ac = (struct assoc_config){
		.burst = cfg->burst,
		.interleave = cfg->interleaved,
		.precision_ns = p->env->precision_ns,
		.random64 = random64,
	};
	config_poll_limits(cfg, address_is_near((const struct sockaddr *)&p->address),
			   &ac->min_poll, &ac->max_poll);
	*tc = (struct tk_source_config){
		.name = cfg->pool ? p->text : cfg->name,
		.prefer = cfg->prefer,
		.monitor = cfg->monitor,
		.priority = cfg->priority,
		.delay_asymmetry_ns = cfg->asymmetry_ns,
		.refid = address_refid((const struct sockaddr *)&p->address),
	};
}

static int set_interface(struct ntp_peer *p, const char *interface)
{
	char *copy = interface ? strdup(interface) : NULL;

	if (interface && !copy)
		return -ENOMEM;
	free(p->interface);
	p->interface = copy;
	return 0;
}

struct ntp_peer *ntp_peer_new(const struct ntp_env *env, const struct config_source *cfg,
			      const struct sockaddr *address, s64 first_mono)
{
	struct ntp_peer *p = calloc(1, sizeof(*p));
	struct assoc_config ac;
	struct tk_source_config tc;

	if (!p)
		return NULL;
	p->env = env;
	p->online = true;
	p->trouble.burst = p->kisses.burst = 3;
	memcpy(&p->address, address, udp_sockaddr_len(address));
	address_text(address, p->text);
	make_configs(p, cfg, &ac, &tc);
	p->min_poll = ac.min_poll;
	p->max_poll = ac.max_poll;
	p->timer = evtimer_new(env->base, on_timer, p);
	p->assoc = assoc_new(&ac);
	p->first_hand = first_hand_new(env);
	if (p->first_hand) {
		first_hand_configure(p->first_hand, &tc);
		p->source = timekeeper_add(env->tk, &tc);
	}
	if (!p->timer || !p->assoc || !p->source || set_interface(p, cfg->interface)) {
		ntp_peer_free(p);
		return NULL;
	}
	assoc_reset(p->assoc, first_mono);
	p->rough = ac.interleave ? 0 : ROUGH_ANSWERS;
	tell_reach(p);
	arm(p);
	return p;
}

void ntp_peer_free(struct ntp_peer *p)
{
	if (!p)
		return;
	end_request(p);
	if (p->source)
		timekeeper_remove(p->env->tk, p->source);
	first_hand_free(p->first_hand);
	assoc_free(p->assoc);
	if (p->timer)
		event_free(p->timer);
	free(p->interface);
	free(p);
}

void ntp_peer_configure(struct ntp_peer *p, const struct config_source *cfg)
{
	struct assoc_config ac;
	struct tk_source_config tc;

	make_configs(p, cfg, &ac, &tc);
	p->min_poll = ac.min_poll;
	p->max_poll = ac.max_poll;
	assoc_configure(p->assoc, &ac);
	first_hand_configure(p->first_hand, &tc);
	tk_source_configure(p->source, &tc);
	p->env->changed(p->env->ctx);
	arm(p);
}

void ntp_peer_set_online(struct ntp_peer *p, bool online)
{
	if (p->online == online)
		return;
	p->online = online;
	if (!online)
		end_request(p);
	tell_reach(p);
	arm(p);
}

void ntp_peer_shift(struct ntp_peer *p, s64 delta_ns)
{
	assoc_shift(p->assoc, delta_ns);
	first_hand_shift(p->first_hand, delta_ns);
}

const struct sockaddr *ntp_peer_address(const struct ntp_peer *p)
{
	return (const struct sockaddr *)&p->address;
}

const char *ntp_peer_text(const struct ntp_peer *p)
{
	return p->text;
}

struct tk_source *ntp_peer_source(const struct ntp_peer *p)
{
	return p->source;
}

void ntp_peer_get_report(const struct ntp_peer *p, struct assoc_report *r)
{
	assoc_get_report(p->assoc, r);
}

s64 ntp_peer_next_mono(const struct ntp_peer *p)
{
	return p->online ? assoc_next_mono(p->assoc) : INT64_MAX;
}

bool ntp_peer_silent(const struct ntp_peer *p)
{
	return p->online && (assoc_next_mono(p->assoc) == INT64_MAX ||
			     p->unanswered > SILENT_POLLS || p->unsent >= UNSENT_POLLS);
}
