// SPDX-License-Identifier: GPL-2.0-or-later
/* The ports of all entries of PTP: do they go together, and which of them are one? */
#include "config_ptp.h"

#include <string.h>

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
			      "desired_state = \"%s\": %s", config_ptp_desired[p->desired], why);
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
