// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp/port_state.h"

/* Of the states without protocol the only ways out, and of the others into FAULTY */
static enum ptp_port_state next_down(enum ptp_port_state s, enum ptp_port_event ev)
{
	switch (s) {
	case PTP_INITIALIZING:
		if (ev == PTP_EV_INITIALIZED)
			return PTP_LISTENING;
		return ev == PTP_EV_FAULT_DETECTED ? PTP_FAULTY : s;
	case PTP_FAULTY:
		return ev == PTP_EV_FAULT_CLEARED ? PTP_INITIALIZING : s;
	case PTP_DISABLED:
		return ev == PTP_EV_DESIGNATED_ENABLED ? PTP_INITIALIZING : s;
	default:
		return ev == PTP_EV_FAULT_DETECTED ? PTP_FAULTY : s;
	}
}

static enum ptp_port_state next_slave(enum ptp_port_state s, enum ptp_port_event ev,
				      bool new_parent)
{
	switch (ev) {
	case PTP_EV_BMC_SLAVE:
		return s == PTP_SLAVE && !new_parent ? PTP_SLAVE : PTP_UNCALIBRATED;
	case PTP_EV_MASTER_CLOCK_SELECTED:
		return s == PTP_UNCALIBRATED ? PTP_SLAVE : s;
	case PTP_EV_SYNCHRONIZATION_FAULT:
		return s == PTP_SLAVE ? PTP_UNCALIBRATED : s;
	default:
		return s;
	}
}

/* Figure 31: what would make it master or passive sends it back to listen. */
static enum ptp_port_state next_receiver(enum ptp_port_state s, enum ptp_port_event ev,
					 bool new_parent)
{
	switch (ev) {
	case PTP_EV_BMC_MASTER:
	case PTP_EV_BMC_PASSIVE:
	case PTP_EV_ANNOUNCE_RECEIPT_TIMEOUT:
		return PTP_LISTENING;
	default:
		return next_slave(s, ev, new_parent);
	}
}

/* Figure 30 */
static enum ptp_port_state next_full(enum ptp_port_state s, enum ptp_port_event ev,
				     bool new_parent)
{
	switch (ev) {
	case PTP_EV_BMC_MASTER:
		return s == PTP_MASTER ? s : PTP_PRE_MASTER;
	case PTP_EV_BMC_PASSIVE:
		return PTP_PASSIVE;
	case PTP_EV_QUALIFICATION_TIMEOUT:
		return s == PTP_PRE_MASTER ? PTP_MASTER : s;
	case PTP_EV_ANNOUNCE_RECEIPT_TIMEOUT:
		return s == PTP_PRE_MASTER ? s : PTP_MASTER;
	default:
		return next_slave(s, ev, new_parent);
	}
}

enum ptp_port_state ptp_port_next_state(enum ptp_port_state s, enum ptp_port_event ev,
					bool receiver_only, bool new_parent)
{
	enum ptp_port_state next;

	if (ev == PTP_EV_INITIALIZE)
		return PTP_INITIALIZING;
	if (ev == PTP_EV_DESIGNATED_DISABLED)
		return PTP_DISABLED;
	next = next_down(s, ev);
	if (next != s || !ptp_port_alive(s))
		return next;
	return receiver_only ? next_receiver(s, ev, new_parent) : next_full(s, ev, new_parent);
}

void ptp_port_fsm_init(struct ptp_port_fsm *p)
{
	p->state = PTP_INITIALIZING;
	p->due_mono = INT64_MAX;
}

static bool enter(struct ptp_port_fsm *p, enum ptp_port_state s, s64 now_mono)
{
	if (s == p->state)
		return false;
	p->state = s;
	/* That of PRE_MASTER is set by who knows how far the grandmaster is. */
	p->due_mono = s == PTP_LISTENING ? now_mono + p->listen_ns : INT64_MAX;
	return true;
}

bool ptp_port_event(struct ptp_port_fsm *p, enum ptp_port_event ev, s64 now_mono)
{
	return enter(p, ptp_port_next_state(p->state, ev, p->receiver_only, false), now_mono);
}

bool ptp_port_decided(struct ptp_port_fsm *p, enum ptp_decision d, bool new_parent,
		      u16 steps_removed, s64 now_mono)
{
	enum ptp_port_event ev = PTP_EV_BMC_MASTER;
	enum ptp_port_state was = p->state, next;

	if (d == PTP_STAY)
		return false;
	if (d == PTP_S1)
		ev = PTP_EV_BMC_SLAVE;
	else if (d == PTP_P1 || d == PTP_P2)
		ev = PTP_EV_BMC_PASSIVE;
	next = ptp_port_next_state(p->state, ev, p->receiver_only, new_parent);
	/* A grandmaster has nothing to wait for. */
	if (next == PTP_PRE_MASTER && (d != PTP_M3 || !p->qualify))
		next = PTP_MASTER;
	enter(p, next, now_mono);
	if (p->state == PTP_PRE_MASTER && was != PTP_PRE_MASTER)
		p->due_mono = now_mono + (steps_removed + 1) * p->announce_interval_ns;
	return p->state != was;
}

bool ptp_port_tick(struct ptp_port_fsm *p, s64 now_mono)
{
	if (now_mono < p->due_mono)
		return false;
	if (p->state == PTP_PRE_MASTER)
		return ptp_port_event(p, PTP_EV_QUALIFICATION_TIMEOUT, now_mono);
	p->due_mono = p->receiver_only ? now_mono + p->listen_ns : INT64_MAX;
	return ptp_port_event(p, PTP_EV_ANNOUNCE_RECEIPT_TIMEOUT, now_mono);
}

static const char *const names[] = {
	[PTP_INITIALIZING] = "INITIALIZING", [PTP_FAULTY] = "FAULTY",
	[PTP_DISABLED] = "DISABLED",	     [PTP_LISTENING] = "LISTENING",
	[PTP_PRE_MASTER] = "PRE_MASTER",     [PTP_MASTER] = "MASTER",
	[PTP_PASSIVE] = "PASSIVE",	     [PTP_UNCALIBRATED] = "UNCALIBRATED",
	[PTP_SLAVE] = "SLAVE",
};

const char *ptp_port_state_name(enum ptp_port_state s)
{
	unsigned int i = (unsigned int)s;

	return i < ARRAY_SIZE(names) && names[i] ? names[i] : "unknown";
}
