// SPDX-License-Identifier: GPL-2.0-or-later
#include "config_ptp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config_value.h"
#include "ptp/identity.h"
#include "ptp/pending.h"
#include "ptp/unicast_client.h"
#include "wire/ptp_csptp.h"

#define S_TO_NS 1e9
#define DEFAULT_PROFILE "default-e2e"
#define CLIENTS 4096		/* of negotiated unicast, by default */

static bool clock_valid(const char *s)
{
	u64 clock;

	return ptp_clock_parse(s, &clock);
}

static bool transmitter_valid(const char *s)
{
	unsigned int octet[6];
	char end;

	return config_address_valid(s) ||
		(strlen(s) == 17 && sscanf(s, "%2x:%2x:%2x:%2x:%2x:%2x%c", &octet[0], &octet[1],
					   &octet[2], &octet[3], &octet[4], &octet[5], &end) == 6);
}

static int set_profile(struct config_loader *l, const config_setting_t *s, void *obj)
{
	struct config_ptp *p = obj;
	const char *v = config_string(l, s, "the name of a PTP profile in quotes");
	char known[256] = "";
	size_t len = 0;

	if (!v)
		return -EINVAL;
	p->profile = ptp_profile_find(v);
	if (p->profile) {
		ptp_profile_defaults(p->profile, &p->set);
		return 0;
	}
	for (unsigned int i = 0; ptp_profile_at(i) && len < sizeof(known); i++)
		len += (size_t)snprintf(known + len, sizeof(known) - len, "%s%s", i ? ", " : "",
					ptp_profile_at(i)->name);
	return config_fail(l, s, NULL, "\"%.64s\" is no known profile; write one of %s", v, known);
}

/* It was set before all others, whose defaults depend on it. */
static int set_nothing(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return 0;
}

static int set_word(struct config_loader *l, const config_setting_t *s, int *to,
		    int (*word)(const char *text), const char *want)
{
	const char *v = config_string(l, s, want);
	int n;

	if (!v)
		return -EINVAL;
	n = word(v);
	if (n < 0)
		return config_fail(l, s, NULL, "\"%.64s\" is impossible; write %s", v, want);
	*to = n;
	return 0;
}

static int set_transport(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return set_word(l, s, &((struct config_ptp *)obj)->set.transport, ptp_transport_parse,
			"\"ethernet\" or \"ipv4\" or \"ipv6\"");
}

static int set_delivery(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return set_word(l, s, &((struct config_ptp *)obj)->set.delivery, ptp_delivery_parse,
			"\"multicast\" or \"unicast\" or \"hybrid\"");
}

static int set_delay(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return set_word(l, s, &((struct config_ptp *)obj)->set.delay, ptp_delay_parse,
			"\"e2e\" or \"p2p\"");
}

static int set_destination(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return set_word(l, s, &((struct config_ptp *)obj)->set.mac, ptp_mac_parse,
			"\"forwardable\" or \"local\"");
}

static int set_transmitters(struct config_loader *l, const config_setting_t *s, void *obj)
{
	struct config_ptp *p = obj;
	struct config_list list = {
		.max = CONFIG_TRANSMITTERS_MAX, .valid = transmitter_valid,
		.want = "the address of a time-transmitter, as in \"10.0.1.10\"",
	};
	int r = config_strings(l, s, list.max, "an address or a list of addresses",
			       config_add_string, &list);

	p->address = list.v;
	p->naddress = list.n;
	return r;
}

static int set_acceptable(struct config_loader *l, const config_setting_t *s, void *obj)
{
	struct config_ptp *p = obj;
	struct config_list list = {
		.max = CONFIG_TRANSMITTERS_MAX, .valid = clock_valid,
		.want = "a clock identity, as in \"001122.fffe.334455\"",
	};
	int r = config_strings(l, s, list.max, "a list of clock identities",
			       config_add_string, &list);

	p->acceptable = calloc(list.n + 1, sizeof(*p->acceptable));
	if (!r && !p->acceptable)
		r = config_no_memory(l, s);
	for (unsigned int i = 0; i < list.n; i++) {
		if (p->acceptable && ptp_clock_parse(list.v[i], &p->acceptable[p->nacceptable]))
			p->nacceptable++;
		free(list.v[i]);
	}
	free(list.v);
	return r;
}

static int set_nets(struct config_loader *l, const config_setting_t *s, bool allow,
		    struct config_ptp *p)
{
	return config_nets(l, s, allow, &(struct config_acl){ &p->serve.acl, &p->serve.nacl,
							      &l->ptp_acl_room });
}

static int set_allow(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return set_nets(l, s, true, obj);
}

static int set_deny(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return set_nets(l, s, false, obj);
}

static int set_smpte(struct config_loader *l, const config_setting_t *s, void *obj)
{
	struct config_ptp *p = obj;

	if (!(p->profile->send & PTP_SEND_SMPTE_SM))
		return config_fail(l, s, NULL, "is not of the profile %s; remove it or write profile "
				   "= \"st2059-2\"", p->profile->name);
	return config_smpte(l, s, &p->serve.smpte);
}

#define SET(m) KEY_MEMBER(struct config_ptp, set.m)
#define PORT(m) KEY_MEMBER(struct config_ptp, m)

static const char *const phc_words[] = { "steered", "free", NULL };
static const char *const desired_words[] = {
	[CONFIG_PTP_AUTO] = "auto", [CONFIG_PTP_MASTER] = "master",
	[CONFIG_PTP_SLAVE] = "slave", [CONFIG_PTP_PASSIVE] = "passive", NULL,
};

/* What the profile allows of these numbers is looked at when all are known. */
#define PORT_KEYS								\
	{ "interface", KEY_CUSTOM, .set = set_nothing },			\
	{ "profile", KEY_CUSTOM, .set = set_nothing },				\
	{ "domain", KEY_INT, SET(domain), .min = 0, .max = 255 },		\
	{ "transport", KEY_CUSTOM, .set = set_transport },			\
	{ "delivery", KEY_CUSTOM, .set = set_delivery },			\
	{ "delay_mechanism", KEY_CUSTOM, .set = set_delay },			\
	{ "destination", KEY_CUSTOM, .set = set_destination },			\
	{ "announce_interval", KEY_INT, SET(log_announce), .min = -10, .max = 10 }, \
	{ "sync_interval", KEY_INT, SET(log_sync), .min = -10, .max = 10 },	\
	{ "delay_req_interval", KEY_INT, SET(log_min_delay_req), .min = -10, .max = 10 }, \
	{ "pdelay_req_interval", KEY_INT, SET(log_min_pdelay_req), .min = -10, .max = 10 }, \
	{ "announce_timeout", KEY_INT, SET(announce_timeout), .min = 2, .max = 255 }, \
	{ "sync_timeout", KEY_INT, SET(sync_timeout), .min = 0, .max = 255 },	\
	{ "grant_duration", KEY_INT, SET(grant_s), .min = 0, .max = 100000 },	\
	{ "local_priority", KEY_INT, SET(local_priority), .min = 0, .max = 255 }, \
	{ "dscp_event", KEY_INT, SET(dscp_event), .min = 0, .max = 63 },	\
	{ "dscp_general", KEY_INT, SET(dscp_general), .min = 0, .max = 63 },	\
	{ "send_priority", KEY_INT, SET(send_priority), .min = 0, .max = 15 },	\
	{ "acceptable", KEY_CUSTOM, .set = set_acceptable },			\
	{ "desired_state", KEY_CHOICE, PORT(desired), .choice = desired_words },	\
	{ "phc", KEY_CHOICE, PORT(free_phc), .choice = phc_words }

static const struct config_key source_keys[] = {
	{ "protocol", KEY_CUSTOM, .set = set_nothing },
	PORT_KEYS,
	{ "address", KEY_CUSTOM, .set = set_transmitters },
	{ "query_interval", KEY_INT, PORT(log_query), .min = PTP_LOG_QUERY_MIN,
	  .max = PTP_LOG_QUERY_MAX },
	{ "all_transmitters", KEY_BOOL, PORT(all_transmitters) },
	{ "csptp", KEY_BOOL, PORT(csptp) },
	{ "csptp_domain", KEY_INT, PORT(csptp_domain), .min = 0, .max = 255 },
	{ "prefer", KEY_BOOL, PORT(prefer) },
	{ "priority", KEY_INT, PORT(priority), .min = 0, .max = 255 },
	{ "monitoronly", KEY_BOOL, PORT(monitor) },
	{ "offline", KEY_BOOL, PORT(offline) },
	{ "asymmetry", KEY_REAL, PORT(asymmetry_ns), .min = -10, .max = 10, .scale = S_TO_NS },
	{ "accuracy", KEY_REAL, PORT(accuracy_ns), .min = 0, .max = 10, .scale = S_TO_NS },
};

static const struct config_key serve_keys[] = {
	PORT_KEYS,
	{ "priority1", KEY_INT, SET(priority1), .min = 0, .max = 255 },
	{ "priority2", KEY_INT, SET(priority2), .min = 0, .max = 255 },
	{ "two_step", KEY_BOOL, SET(two_step) },
	{ "clock_class", KEY_INT, PORT(clock_class), .min = 6, .max = 254 },
	{ "unicast_clients", KEY_INT, PORT(serve.clients), .min = 1, .max = PTP_PENDING_SLOTS_MAX },
	{ "unicast_rate", KEY_INT, PORT(serve.rate), .min = 0, .max = 100000000 },
	{ "open_delay_requests", KEY_BOOL, PORT(serve.open_delay) },
	{ "sptp", KEY_BOOL, PORT(serve.sptp) },
	{ "csptp", KEY_BOOL, PORT(serve.csptp) },
	{ "csptp_domain", KEY_INT, PORT(serve.csptp_domain), .min = 0, .max = 255 },
	{ "smpte", KEY_CUSTOM, .set = set_smpte },
	{ "grandmaster_id", KEY_INT, PORT(serve.gm_id), .min = 0, .max = 65535 },
	{ "allow", KEY_CUSTOM, .set = set_allow },
	{ "deny", KEY_CUSTOM, .set = set_deny },
};

static struct config_ptp *add_port(struct config_loader *l, const config_setting_t *s,
				   const struct config_ptp *p)
{
	struct config *c = &l->cfg;

	if (config_grow(l, s, &c->ptp, sizeof(*c->ptp), c->nptp, &l->ptp_room, CONFIG_PTP_MAX))
		return NULL;
	c->ptp[c->nptp] = *p;
	return &c->ptp[c->nptp++];
}

static int copy_lists(struct config_ptp *to, const struct config_ptp *from)
{
	to->address = calloc(from->naddress + 1, sizeof(*to->address));
	to->acceptable = calloc(from->nacceptable + 1, sizeof(*to->acceptable));
	to->serve.acl = calloc(from->serve.nacl + 1, sizeof(*to->serve.acl));
	to->naddress = to->nacceptable = to->serve.nacl = 0;
	if (!to->address || !to->acceptable || !to->serve.acl)
		return -ENOMEM;
	for (; to->serve.nacl < from->serve.nacl; to->serve.nacl++)
		to->serve.acl[to->serve.nacl] = from->serve.acl[to->serve.nacl];
	for (; to->naddress < from->naddress; to->naddress++) {
		to->address[to->naddress] = strdup(from->address[to->naddress]);
		if (!to->address[to->naddress])
			return -ENOMEM;
	}
	for (; to->nacceptable < from->nacceptable; to->nacceptable++)
		to->acceptable[to->nacceptable] = from->acceptable[to->nacceptable];
	return 0;
}

/* One port for each interface, all alike */
static int add_ports(struct config_loader *l, const config_setting_t *s,
		     const struct config_ptp *like, char *const *interface, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct config_ptp *p = add_port(l, s, like);

		if (!p)
			return -EINVAL;
		p->address = NULL;
		p->acceptable = NULL;
		p->serve.acl = NULL;
		p->interface = strdup(interface[i]);
		if (copy_lists(p, like) || !p->interface)
			return config_no_memory(l, s);
	}
	return 0;
}

static bool allows_any(const struct config_ptp_serve *s)
{
	for (unsigned int i = 0; i < s->nacl; i++)
		if (s->acl[i].allow)
			return true;
	return false;
}

/* Unicast can come from afar and from forged addresses: over UDP nobody is served unnamed. */
static int check_access(struct config_loader *l, const config_setting_t *s,
			const struct config_ptp *p)
{
	const struct config_ptp_serve *serve = &p->serve;

	if (p->set.transport == PTP_OVER_ETHERNET)
		return !serve->nacl ? 0 :
			config_fail(l, s, NULL, "allow and deny are of IP addresses, but transport is "
				    "\"ethernet\"; remove them");
	if (allows_any(serve) || !p->transmit)
		return 0;
	if (p->set.delivery == PTP_UNICAST || serve->sptp || serve->csptp)
		return config_fail(l, s, NULL, "serves nobody by %s over UDP; add allow = "
				   "[ \"10.0.0.0/8\" ] with the networks of the clients",
				   serve->csptp ? "csptp" : serve->sptp ? "sptp" : "unicast");
	return 0;
}

static int check_asking(struct config_loader *l, const config_setting_t *s,
			const struct config_ptp *p)
{
	if (p->csptp && !p->naddress)
		return config_fail(l, s, NULL, "csptp asks nobody; add address = \"...\" of a server");
	if (p->all_transmitters && (!p->naddress || p->csptp))
		return config_fail(l, s, NULL, "all_transmitters is of use only with address and "
				   "without csptp; remove it");
	return 0;
}

static int check(struct config_loader *l, const config_setting_t *s, const struct config_ptp *p)
{
	char why[256];

	if (ptp_profile_check(p->profile, &p->set, why, sizeof(why)))
		return config_fail(l, s, NULL, "%s; write that or another profile", why);
	if (p->naddress && p->set.delivery != PTP_UNICAST)
		return config_fail(l, s, NULL, "address is of use only with delivery = \"unicast\"; "
				   "add that or remove the address");
	if (p->receive && !p->naddress && p->set.delivery == PTP_UNICAST)
		return config_fail(l, s, NULL, "asks nobody: delivery is \"unicast\"; add address = "
				   "\"...\" of a time-transmitter");
	if (p->serve.gm_id && !(p->profile->send & PTP_SEND_C37_238_2017))
		return config_fail(l, s, NULL, "grandmaster_id is not of the profile %s; remove it "
				   "or write profile = \"power\"", p->profile->name);
	return check_asking(l, s, p) ?: check_access(l, s, p);
}

static int walk(struct config_loader *l, const config_setting_t *s, const struct config_key *keys,
		size_t n, struct config_ptp *p)
{
	const config_setting_t *m = config_setting_get_member(s, "profile");
	int r;

	p->profile = ptp_profile_find(DEFAULT_PROFILE);
	ptp_profile_defaults(p->profile, &p->set);
	r = m ? set_profile(l, m, p) : 0;
	/* addresses say that without being asked */
	if (!r && config_setting_get_member(s, "address") &&
	    p->profile->delivery.allowed & PTP_UNICAST)
		p->set.delivery = PTP_UNICAST;
	if (!r)
		r = config_walk(l, s, keys, n, p);
	return r ? r : check(l, s, p);
}

static int read_ports(struct config_loader *l, const config_setting_t *s,
		      const struct config_key *keys, size_t n, const struct config_ptp *begin)
{
	const config_setting_t *m;
	struct config_ptp p = *begin;
	char **interface = NULL;
	unsigned int ninterface = 0;
	int r;

	l->ptp_acl_room = 0;
	p.line = config_setting_line(l, s);
	if (config_setting_type(s) != CONFIG_TYPE_GROUP)
		return config_walk(l, s, keys, n, &p);	/* which says so */
	r = walk(l, s, keys, n, &p);
	m = config_setting_get_member(s, "interface");
	if (!r && !m)
		r = config_fail(l, s, NULL, "has no interface; add interface = \"eth0\"");
	if (!r)
		r = config_interfaces(l, m, &interface, &ninterface);
	if (!r)
		r = add_ports(l, s, &p, interface, ninterface);
	for (unsigned int i = 0; i < ninterface; i++)
		free(interface[i]);
	free(interface);
	config_ptp_free(&p);
	return r;
}

#define BEGIN .accuracy_ns = -1, .csptp_domain = PTP_CSPTP_DOMAIN, \
	.serve = { .clients = CLIENTS, .csptp_domain = PTP_CSPTP_DOMAIN }

static const struct config_ptp as_source = { .receive = true, BEGIN };
static const struct config_ptp as_server = { .transmit = true, BEGIN };

int config_ptp_source(struct config_loader *l, const config_setting_t *s)
{
	return read_ports(l, s, source_keys, ARRAY_SIZE(source_keys), &as_source);
}

int config_ptp_serve(struct config_loader *l, const config_setting_t *s, void *obj)
{
	int r = 0;

	if (config_setting_type(s) != CONFIG_TYPE_LIST)
		return read_ports(l, s, serve_keys, ARRAY_SIZE(serve_keys), &as_server);
	for (int i = 0; !r && i < config_setting_length(s); i++)
		r = read_ports(l, config_setting_get_elem(s, (unsigned int)i), serve_keys,
			       ARRAY_SIZE(serve_keys), &as_server);
	return r;
}

int config_ptp_simple(struct config_loader *l, const config_setting_t *root)
{
	const config_setting_t *at = config_setting_get_member(root, "protocol");
	const config_setting_t *servers = config_setting_get_member(root, "upstreamservers");
	struct config_ptp p = as_source;
	int r = 0;

	if (!l->cfg.ntimestamp_interface)
		return config_fail(l, at, NULL, "\"ptp\" needs to know where; add timestampinterface "
				   "= \"eth0\"");
	if (!servers)
		servers = config_setting_get_member(root, "servers");
	p.profile = ptp_profile_find(DEFAULT_PROFILE);
	ptp_profile_defaults(p.profile, &p.set);
	p.line = config_setting_line(l, at);
	if (servers) {
		p.set.delivery = PTP_UNICAST;
		r = set_transmitters(l, servers, &p);
	}
	if (!r)
		r = check(l, at, &p);
	if (!r)
		r = add_ports(l, at, &p, l->cfg.timestamp_interface, l->cfg.ntimestamp_interface);
	config_ptp_free(&p);
	return r;
}

static bool same_smpte(const struct ptp_smpte_config *a, const struct ptp_smpte_config *b)
{
	return a->frame_rate == b->frame_rate && a->frame_rate_base == b->frame_rate_base &&
	       a->drop_frame == b->drop_frame && a->color_frame == b->color_frame &&
	       a->jam_s == b->jam_s;
}

static int fail_port(struct config_loader *l, const struct config_ptp *p, const char *what,
		     const struct config_ptp *other)
{
	return config_fail_at(&l->err, l->cfg.path, p->line, p->interface,
			      "%s differs from that on line %d; write the same in both", what,
			      other->line);
}

static int fail_twice(struct config_loader *l, const struct config_ptp *p, const char *what,
		      const struct config_ptp *other)
{
	return config_fail_at(&l->err, l->cfg.path, p->line, p->interface,
			      "%s by line %d already; keep one", what, other->line);
}

/* What all ports of one instance have in common (IEEE 1588-2019 clause 8.2.1) */
static int check_instance(struct config_loader *l, const struct config_ptp *a,
			  const struct config_ptp *b)
{
	if (a->profile != b->profile)
		return fail_port(l, b, "the profile of the domain", a);
	if (!a->desired != !b->desired)
		return fail_port(l, b, "desired_state, of the domain all \"auto\" or none,", a);
	if (!a->transmit || !b->transmit)
		return 0;
	if (a->set.priority1 != b->set.priority1 || a->set.priority2 != b->set.priority2)
		return fail_port(l, b, "the priority of the clock", a);
	if (a->clock_class != b->clock_class)
		return fail_port(l, b, "the clock_class", a);
	if (!same_smpte(&a->serve.smpte, &b->serve.smpte))
		return fail_port(l, b, "smpte", a);
	if (a->serve.gm_id != b->serve.gm_id)
		return fail_port(l, b, "the grandmaster_id", a);
	return 0;
}

bool config_ptp_same_instance(const struct config_ptp *a, const struct config_ptp *b)
{
	return a->set.domain == b->set.domain && a->profile->sdo == b->profile->sdo;
}

/* Ports of several instances there use the same sockets. */
static bool same_wire(const struct config_ptp *a, const struct config_ptp *b)
{
	return a->set.transport == b->set.transport && !strcmp(a->interface, b->interface);
}

/* What of one NIC, and of one pair of sockets, cannot be had in two ways */
static int check_sharing(struct config_loader *l, const struct config_ptp *a,
			 const struct config_ptp *b)
{
	if (strcmp(a->interface, b->interface))
		return 0;
	if (a->free_phc != b->free_phc)
		return fail_port(l, b, "phc of this interface", a);
	/* a NIC that writes the time into Syncs has no stamps for those that need a Follow_Up */
	if (a->transmit && b->transmit && a->set.two_step != b->set.two_step)
		return fail_port(l, b, "two_step of this interface", a);
	if (!same_wire(a, b))
		return 0;
	if (a->transmit && b->transmit && a->serve.csptp && b->serve.csptp &&
	    a->serve.csptp_domain == b->serve.csptp_domain)
		return fail_twice(l, b, "answers csptp in this csptp_domain", a);
	if (a->csptp && b->csptp && a->csptp_domain == b->csptp_domain)
		return fail_twice(l, b, "asks by csptp in this csptp_domain", a);
	return 0;
}

/* A source and a served port that are one: what is served is said there */
static int merge(struct config_loader *l, struct config_ptp *a, struct config_ptp *b)
{
	struct config_ptp *source = a->receive ? a : b, *server = a->receive ? b : a;
	struct ptp_settings common = source->set;
	struct config_ptp_serve serve;
	struct config_ptp both;

	if (a->receive == b->receive)
		return fail_twice(l, b, "is in this domain", a);
	common.priority1 = server->set.priority1;
	common.priority2 = server->set.priority2;
	common.two_step = server->set.two_step;
	common.receiver_only = server->set.receiver_only;
	if (memcmp(&common, &server->set, sizeof(common)) ||
	    source->free_phc != server->free_phc || source->desired != server->desired)
		return fail_port(l, b, "a setting of this port", a);
	/* the source with what is of the server only; what is left is freed with the other */
	serve = source->serve;
	source->serve = server->serve;
	server->serve = serve;
	source->set = common;
	source->transmit = true;
	source->clock_class = server->clock_class;
	if (source == b) {
		both = *b;
		*b = *a;
		*a = both;
	}
	return 0;
}

static int fail_desired(struct config_loader *l, const struct config_ptp *p, const char *why)
{
	return config_fail_at(&l->err, l->cfg.path, p->line, p->interface,
			      "desired_state = \"%s\": %s", desired_words[p->desired], why);
}

/* IEEE 1588-2019 clause 17.6: what the port can be, when all is known of it */
static int check_desired(struct config_loader *l)
{
	const struct config *c = &l->cfg;

	for (unsigned int i = 0; i < c->nptp; i++) {
		const struct config_ptp *p = &c->ptp[i];

		if (p->desired == CONFIG_PTP_MASTER && !p->transmit)
			return fail_desired(l, p, "it gives no time; add it to serve_ptp");
		if (p->desired != CONFIG_PTP_SLAVE)
			continue;
		if (!p->receive)
			return fail_desired(l, p, "it follows nobody; add it to sources");
		if (p->clock_class && p->clock_class <= PTP_CLASS_PRIMARY_LAST)
			return fail_desired(l, p, "a clock_class below 128 never follows; write "
					    "another one");
		for (unsigned int k = 0; k < i; k++)
			if (c->ptp[k].desired == CONFIG_PTP_SLAVE &&
			    config_ptp_same_instance(&c->ptp[k], p))
				return fail_desired(l, p, "so is another port of this domain; "
						    "only one can be");
	}
	return 0;
}

int config_ptp_finish(struct config_loader *l)
{
	struct config *c = &l->cfg;
	int r;

	for (unsigned int i = 0; i < c->nptp; i++) {
		for (unsigned int k = 0; k < i; k++) {
			bool one = config_ptp_same_instance(&c->ptp[k], &c->ptp[i]);

			r = one ? check_instance(l, &c->ptp[k], &c->ptp[i]) : 0;
			if (!r && !(one && same_wire(&c->ptp[k], &c->ptp[i]))) {
				r = check_sharing(l, &c->ptp[k], &c->ptp[i]);
				if (r)
					return r;
				continue;
			}
			if (!r)
				r = merge(l, &c->ptp[k], &c->ptp[i]);
			if (r)
				return r;
			config_ptp_free(&c->ptp[i]);
			memmove(&c->ptp[i], &c->ptp[i + 1], (--c->nptp - i) * sizeof(*c->ptp));
			i--;
			break;
		}
	}
	return check_desired(l);
}

void config_ptp_free(struct config_ptp *p)
{
	for (unsigned int i = 0; i < p->naddress; i++)
		free(p->address[i]);
	free(p->address);
	free(p->acceptable);
	free(p->serve.acl);
	free(p->interface);
}

static bool same_addresses(const struct config_ptp *a, const struct config_ptp *b)
{
	for (unsigned int i = 0; i < a->naddress && i < b->naddress; i++)
		if (strcmp(a->address[i], b->address[i]))
			return false;
	return a->naddress == b->naddress;
}

static bool same_serving(const struct config_ptp_serve *a, const struct config_ptp_serve *b)
{
	return a->clients == b->clients && a->rate == b->rate && a->open_delay == b->open_delay &&
	       a->sptp == b->sptp && a->csptp == b->csptp && a->csptp_domain == b->csptp_domain &&
	       a->gm_id == b->gm_id && same_smpte(&a->smpte, &b->smpte) && a->nacl == b->nacl &&
	       (!a->nacl || !memcmp(a->acl, b->acl, a->nacl * sizeof(*a->acl)));
}

bool config_ptp_equal(const struct config_ptp *a, const struct config_ptp *b)
{
	return !strcmp(a->interface, b->interface) && a->profile == b->profile &&
	       !memcmp(&a->set, &b->set, sizeof(a->set)) && a->receive == b->receive &&
	       a->transmit == b->transmit && same_addresses(a, b) &&
	       a->nacceptable == b->nacceptable &&
	       (!a->nacceptable ||
		!memcmp(a->acceptable, b->acceptable, a->nacceptable * sizeof(*a->acceptable))) &&
	       a->prefer == b->prefer && a->monitor == b->monitor && a->offline == b->offline &&
	       a->priority == b->priority && a->asymmetry_ns == b->asymmetry_ns &&
	       a->accuracy_ns == b->accuracy_ns && a->clock_class == b->clock_class &&
	       a->desired == b->desired &&
	       a->free_phc == b->free_phc && a->log_query == b->log_query &&
	       a->all_transmitters == b->all_transmitters && a->csptp == b->csptp &&
	       a->csptp_domain == b->csptp_domain && same_serving(&a->serve, &b->serve);
}
