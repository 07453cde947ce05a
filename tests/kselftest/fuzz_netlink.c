// SPDX-License-Identifier: GPL-2.0
/*
 * Sound messages of every command, changed at random, from several processes at
 * once while interfaces and sockets come and go. The same seed sends the same.
 *
 *	fuzz_netlink [-s SEED] [-n INPUTS] [-t SECONDS]
 *
 * It has failed when a reply is not as the contract says, when nothing was
 * accepted, or when the module does not answer any more; what the kernel's log says
 * is for the caller to look at.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest.h"

#include "fuzz.h"
#include "lab.h"
#include "nl.h"
#include "ptp_lab.h"
#include "spec.h"

#include "contract_table.h"

#define WORKERS		3
#define FDS		12
#define FD_PHC		8	/* two of them */
#define FD_EVENT	10	/* of PTP, on the worker's interface */
#define FD_GENERAL	11
#define CHANGE_EVERY	100	/* inputs until the surroundings change */
#define VALUE_MAX	512
#define NEVER_MAX	3
#define SETS		16
#define RECENT		4

/* Of all workers, in shared memory. */
struct tally {
	unsigned long long sent, accepted, refused, silent, replies, wrong, unread;
	unsigned long long accepted_of[ARRAY_SIZE(commands)];
	char refusal_of[ARRAY_SIZE(commands)][400];	/* of a sound one, the last */
	char complaint[256];
};

struct worker {
	struct fuzz fuzz;
	struct nl *nl;
	struct nl *spare;		/* asks and does not listen */
	struct tally *tally;
	unsigned int number;
	unsigned int ifindex;
	int fds[FDS];
	__u32 phcs[2];
	/* ids that replies told of */
	struct recent {
		const struct spec_set *set;
		__u32 id[RECENT];
		unsigned int next;
	} recent[SETS];
	/* of the message in work */
	const struct spec_cmd *cmd;
	bool dump, sound;		/* all as it should be, as far as that is known here */
};

static struct recent *recent_of(struct worker *worker, const struct spec_set *set)
{
	struct recent *r = worker->recent;

	while (r < worker->recent + SETS - 1 && r->set && r->set != set)
		r++;
	r->set = set;
	return r;
}

static void remember_id(struct worker *worker, const struct spec_cmd *cmd,
			const struct nlmsghdr *nlh)
{
	struct recent *r = recent_of(worker, cmd->set);
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		unsigned int type = mnl_attr_get_type(attr);

		if (type && type <= cmd->set->count &&
		    !strcmp(cmd->set->attrs[type - 1].name, "id") &&
		    mnl_attr_get_payload_len(attr) == sizeof(__u32))
			r->id[r->next++ % RECENT] = mnl_attr_get_u32(attr);
	}
}

static void look_at_reply(const struct nlmsghdr *nlh, void *data)
{
	struct worker *worker = data;
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct spec_cmd *cmd = NULL;
	const char *wrong;
	unsigned int i;

	/* what was spoilt may have become another command */
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i]->id == genl->cmd)
			cmd = commands[i];
	wrong = cmd ? spec_complaint(cmd, nlh->nlmsg_flags & NLM_F_MULTI, nlh) : "no command";
	worker->tally->replies++;
	if (!wrong) {
		remember_id(worker, cmd, nlh);
		return;
	}
	worker->tally->wrong++;
	snprintf(worker->tally->complaint, sizeof(worker->tally->complaint), "%s", wrong);
}

static void open_sockets(struct worker *worker)
{
	int *fds = worker->fds, pair[2];
	__u16 port = 1000 + worker->number;
	char name[IFNAMSIZ];

	fds[0] = lab_udp(AF_INET, port);
	fds[1] = lab_udp(AF_INET6, port);
	fds[2] = lab_udp(AF_INET, 0);
	fds[3] = dup(fds[0]);
	fds[4] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	fds[5] = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	fds[6] = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0) {
		fds[7] = pair[0];
		close(pair[1]);
	}
	fds[8] = lab_phc("simnic", 0, O_RDWR, &worker->phcs[0]);
	fds[9] = lab_phc("simnic", 1, O_RDWR, &worker->phcs[1]);
	snprintf(name, sizeof(name), "f%u", worker->number);
	fds[FD_EVENT] = ptp_socket(AF_INET, PTP_EVENT, name);
	fds[FD_GENERAL] = ptp_socket(AF_INET, PTP_GENERAL, name);
}

static void make_interface(struct worker *worker)
{
	char name[IFNAMSIZ], peer[IFNAMSIZ];

	snprintf(name, sizeof(name), "f%u", worker->number);
	snprintf(peer, sizeof(peer), "g%u", worker->number);
	worker->ifindex = lab_veth(name, peer, -1);
}

static void change_surroundings(struct worker *worker)
{
	unsigned int i;

	switch (fuzz_below(&worker->fuzz, 3)) {
	case 0:
		if (worker->ifindex)
			lab_delete(worker->ifindex);
		make_interface(worker);
		break;
	case 1:
		for (i = 0; i < FDS; i++) {
			close(worker->fds[i]);
			worker->fds[i] = -1;
		}
		open_sockets(worker);
		break;
	case 2:
		nl_close(worker->spare);
		worker->spare = nl_open();
		break;
	}
}

static __u32 known_id(struct worker *worker)
{
	__u32 id = recent_of(worker, worker->cmd->set)->id[fuzz_below(&worker->fuzz, RECENT)];

	return id ?: 1 + fuzz_below(&worker->fuzz, 8);
}

/* Of a PTP port: some that fit each other, for few clients */
static bool meaningful_ptp(struct worker *worker, const struct spec_attr *attr, __u64 *value)
{
	struct fuzz *fuzz = &worker->fuzz;

	if (!strcmp(attr->name, "event-fd"))
		*value = worker->fds[fuzz_once_in(fuzz, 8) ? fuzz_below(fuzz, FDS) : FD_EVENT];
	else if (!strcmp(attr->name, "general-fd"))
		*value = worker->fds[fuzz_once_in(fuzz, 8) ? fuzz_below(fuzz, FDS) : FD_GENERAL];
	else if (!strcmp(attr->name, "clients-max"))
		*value = fuzz_below(fuzz, 64);
	else if (!strcmp(attr->name, "sync-log") || !strcmp(attr->name, "delay-log") ||
		 !strcmp(attr->name, "log-min-delay-req"))
		*value = (__u64)fuzz_below(fuzz, 12) - 7;
	else if (!strcmp(attr->name, "sync-s") || !strcmp(attr->name, "delay-s"))
		*value = fuzz_below(fuzz, 100);
	else if (!strcmp(attr->name, "clock"))
		*value = PTP_CLIENT + fuzz_below(fuzz, 4);
	else if (!strcmp(attr->name, "tai-offset"))
		*value = PTP_TAI;
	else if (!strcmp(attr->name, "utc-offset"))
		*value = PTP_UTC_OFFSET;
	else
		return false;
	return true;
}

/* Names are what links attributes to the surroundings. */
static bool meaningful(struct worker *worker, const struct spec_attr *attr, __u64 *value)
{
	struct fuzz *fuzz = &worker->fuzz;

	if (!strcmp(attr->name, "ifindex"))
		*value = fuzz_once_in(fuzz, 8) ? 1 : worker->ifindex;
	else if (!strcmp(attr->name, "fd") && !strcmp(worker->cmd->set->name, "phc"))
		*value = worker->fds[fuzz_once_in(fuzz, 8) ? fuzz_below(fuzz, FDS) :
				     FD_PHC + fuzz_below(fuzz, 2)];
	else if (!strcmp(attr->name, "fd"))
		*value = worker->fds[fuzz_below(fuzz, fuzz_once_in(fuzz, 2) ? 2 : FDS)];
	else if (!strcmp(attr->name, "id"))
		*value = known_id(worker);
	else if (!strcmp(attr->name, "index") || !strcmp(attr->name, "target") ||
		 !strcmp(attr->name, "reference-index"))
		*value = worker->phcs[fuzz_below(fuzz, 2)];
	else if (!strcmp(attr->name, "add") || !strcmp(attr->name, "max-frequency"))
		*value = fuzz_below(fuzz, 100000);
	else if (!strcmp(attr->name, "rate-interval"))
		*value = (__u64)fuzz_below(fuzz, 32) - 19;
	else if (!strcmp(attr->name, "interval"))
		*value = 1000000 * (1 + fuzz_below(fuzz, 1000));
	else
		return meaningful_ptp(worker, attr, value);
	return true;
}

static __u64 value_of(struct worker *worker, const struct spec_attr *attr)
{
	struct fuzz *fuzz = &worker->fuzz;
	__u64 value;

	if ((worker->sound || !fuzz_once_in(fuzz, 10)) && meaningful(worker, attr, &value))
		return value;
	value = fuzz_number(fuzz);
	if (!worker->sound && fuzz_once_in(fuzz, 30))
		return value;
	if (attr->mask)
		return value & attr->mask;
	if (attr->has_max)
		return attr->min + value % (attr->max - attr->min + 1);
	if (attr->has_min && (__s64)value < attr->min)
		return attr->min;
	return value;
}

static void put_attr(struct worker *worker, struct nlmsghdr *nlh, const struct spec_attr *attr);

static void put_nest(struct worker *worker, struct nlmsghdr *nlh, const struct spec_attr *attr)
{
	unsigned int rules = 1 + fuzz_below(&worker->fuzz, 4), i;
	struct nlattr *nest;

	if (nlh->nlmsg_len < 4096 && fuzz_once_in(&worker->fuzz, 200))
		rules = 4000 + fuzz_below(&worker->fuzz, 200);
	while (rules-- && nlh->nlmsg_len < NL_OUT_MAX / 2) {
		nest = mnl_attr_nest_start(nlh, attr->type);
		for (i = 0; i < attr->nested->count; i++)
			if (!fuzz_once_in(&worker->fuzz, 10000) &&
			    !(worker->sound && attr->nested->attrs[i].kind == KIND_PAD))
				put_attr(worker, nlh, &attr->nested->attrs[i]);
		mnl_attr_nest_end(nlh, nest);
	}
}

/* Of one of some hosts, by IPv4 */
static void put_address(struct fuzz *fuzz, __u8 address[16])
{
	const __u8 host[6] = { 0xff, 0xff, 10, 9, 0, 1 + fuzz_below(fuzz, 8) };

	memset(address, 0, 10);
	memcpy(address + 10, host, sizeof(host));
}

static void put_attr(struct worker *worker, struct nlmsghdr *nlh, const struct spec_attr *attr)
{
	struct fuzz *fuzz = &worker->fuzz;
	__u64 octets[VALUE_MAX / 8] = { 0 };
	size_t len = attr->len, i;

	switch (attr->kind) {
	case KIND_NEST:
		put_nest(worker, nlh, attr);
		return;
	case KIND_FLAG:
		break;
	case KIND_BINARY:
	case KIND_STRING:
	case KIND_PAD:
		len = len ?: fuzz_below(fuzz, VALUE_MAX);
		for (i = 0; i < ARRAY_SIZE(octets); i++)
			octets[i] = fuzz_random(fuzz);
		if (!strcmp(attr->name, "address") && !fuzz_once_in(fuzz, 4))
			put_address(fuzz, (__u8 *)octets);
		break;
	default:
		octets[0] = value_of(worker, attr);
		break;
	}
	if (!worker->sound && fuzz_once_in(fuzz, 100))
		len = fuzz_below(fuzz, VALUE_MAX);
	nl_put(nlh, attr->type, octets, len);
}

/* Exactly one of three is to be adjusted; a servo follows the system clock or a PHC. */
static bool left_out(const struct worker *worker, __u16 type, unsigned int only)
{
	static const __u16 ways[] = { ATS_A_PHC_FREQUENCY, ATS_A_PHC_OFFSET, ATS_A_PHC_PHASE };
	unsigned int i;

	if (worker->cmd->id == ATS_CMD_SERVO_ADD && type == ATS_A_SERVO_REFERENCE_INDEX)
		return only;
	for (i = 0; worker->cmd->id == ATS_CMD_PHC_ADJUST && i < ARRAY_SIZE(ways); i++)
		if (type == ways[i] && i != only)
			return true;
	return false;
}

static struct nlmsghdr *make_message(struct worker *worker, struct nl *nl)
{
	const struct spec_cmd *cmd = commands[fuzz_below(&worker->fuzz, ARRAY_SIZE(commands))];
	struct fuzz *fuzz = &worker->fuzz;
	unsigned int sparse = 2 + fuzz_below(fuzz, 11), only = fuzz_below(fuzz, 3);
	struct nlmsghdr *nlh;
	const __u16 *type;

	worker->cmd = cmd;
	worker->sound = fuzz_once_in(fuzz, 2);
	if (worker->sound && fuzz_once_in(fuzz, 2))
		sparse = UINT_MAX;
	worker->dump = cmd->has_dump && fuzz_once_in(fuzz, 2);
	if (fuzz_once_in(fuzz, 100))
		worker->dump = !worker->dump;
	nlh = nl_begin(nl, cmd->id, worker->dump);
	nlh->nlmsg_flags |= NLM_F_ACK;
	for (type = cmd->request; *type && (!worker->dump || fuzz_once_in(fuzz, 4)); type++) {
		if (left_out(worker, *type, only))
			continue;
		if (!fuzz_once_in(fuzz, sparse))
			put_attr(worker, nlh, &cmd->set->attrs[*type - 1]);
		if (!worker->sound && fuzz_once_in(fuzz, 50))
			put_attr(worker, nlh, &cmd->set->attrs[*type - 1]);
	}
	if (!worker->sound && fuzz_once_in(fuzz, 50))
		put_attr(worker, nlh, &cmd->set->attrs[fuzz_below(fuzz, cmd->set->count)]);
	return nlh;
}

/*
 * Past the netlink header: the kernel drops without a word what has no sound
 * length.
 */
static void spoil_message(struct fuzz *fuzz, struct nlmsghdr *nlh)
{
	if (fuzz_once_in(fuzz, 3))
		nlh->nlmsg_len = NLMSG_HDRLEN + fuzz_below(fuzz, nlh->nlmsg_len - NLMSG_HDRLEN + 1);
	fuzz_spoil(fuzz, mnl_nlmsg_get_payload(nlh), nlh->nlmsg_len - NLMSG_HDRLEN);
}

/* A dump that is begun and never read. */
static void leave_unread(struct worker *worker)
{
	struct nlmsghdr *nlh = make_message(worker, worker->spare);

	nlh->nlmsg_seq = 1;
	if (mnl_socket_sendto(worker->spare->sock, nlh, nlh->nlmsg_len) > 0)
		worker->tally->unread++;
}

static void count(struct worker *worker, const struct answer *answer)
{
	struct tally *tally = worker->tally;
	unsigned int i = 0;

	while (commands[i] != worker->cmd)
		i++;
	if (!answer->err) {
		tally->accepted++;
		tally->accepted_of[i]++;
		return;
	}
	tally->refused++;
	if (worker->sound)
		snprintf(tally->refusal_of[i], sizeof(tally->refusal_of[i]), "%s: %s (%u, %u)",
			 strerror(-answer->err), answer->msg, answer->offset, answer->missing);
}

static void send_input(struct worker *worker)
{
	struct tally *tally = worker->tally;
	struct answer answer;
	struct nlmsghdr *nlh;

	if (worker->spare && fuzz_once_in(&worker->fuzz, 50)) {
		leave_unread(worker);
		return;
	}
	nlh = make_message(worker, worker->nl);
	if (!worker->sound && fuzz_once_in(&worker->fuzz, 2))
		spoil_message(&worker->fuzz, nlh);
	answer = nl_ask(worker->nl, nlh, look_at_reply, worker);
	tally->sent++;
	if (answer.err == -EAGAIN)
		tally->silent++;
	else
		count(worker, &answer);
}

static void work(struct worker *worker)
{
	__u64 input;

	worker->fuzz.state += worker->number * 1000003;
	worker->nl = nl_open();
	worker->spare = nl_open();
	if (!worker->nl)
		_exit(1);
	make_interface(worker);
	open_sockets(worker);
	for (input = 0; input < worker->fuzz.inputs && fuzz_goes_on(&worker->fuzz); input++) {
		if (input % CHANGE_EVERY == CHANGE_EVERY - 1)
			change_surroundings(worker);
		send_input(worker);
	}
	_exit(0);
}

/* True when all of them ended well. */
static bool run_workers(const struct fuzz *fuzz, struct tally *tallies)
{
	struct worker worker = { .fuzz = *fuzz };
	bool well = true;
	unsigned int i;
	int status;

	worker.fuzz.inputs = fuzz->inputs / WORKERS + 1;
	for (i = 0; i < WORKERS; i++) {
		worker.number = i;
		worker.tally = &tallies[i];
		switch (fork()) {
		case -1:
			return false;
		case 0:
			work(&worker);
		}
	}
	while (wait(&status) > 0)
		well = well && status == 0;
	return well;
}

static struct tally sum(const struct tally *tallies)
{
	struct tally all = { 0 };
	unsigned int i, k;

	for (i = 0; i < WORKERS; i++) {
		all.sent += tallies[i].sent;
		all.accepted += tallies[i].accepted;
		all.refused += tallies[i].refused;
		all.silent += tallies[i].silent;
		all.replies += tallies[i].replies;
		all.unread += tallies[i].unread;
		all.wrong += tallies[i].wrong;
		for (k = 0; k < ARRAY_SIZE(commands); k++) {
			all.accepted_of[k] += tallies[i].accepted_of[k];
			memcpy(all.refusal_of[k], tallies[i].refusal_of[k],
			       sizeof(all.refusal_of[k]));
		}
		if (tallies[i].wrong)
			memcpy(all.complaint, tallies[i].complaint, sizeof(all.complaint));
	}
	return all;
}

static bool still_answers(void)
{
	struct nl *nl = nl_open();
	bool answers = nl && !nl_ask_plain(nl, ATS_CMD_CAPS_GET, false, NULL, NULL).err;

	nl_close(nl);
	return answers;
}

/* What is behind the checks of a command is tried only where it is accepted: all but a few. */
static bool most_accepted(const struct tally *all)
{
	unsigned int i, never = 0;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		ksft_print_msg("%s: accepted %llu\n", commands[i]->name, all->accepted_of[i]);
		if (all->accepted_of[i])
			continue;
		ksft_print_msg("%s: never accepted, %s\n", commands[i]->name, all->refusal_of[i]);
		never++;
	}
	return never <= NEVER_MAX;
}

int main(int argc, char **argv)
{
	struct fuzz fuzz = { .state = 1, .inputs = 6000, .seconds = 120 };
	struct tally *tallies, all;
	bool well;

	fuzz_options(&fuzz, argc, argv);
	ksft_print_header();
	ksft_set_plan(5);
	tallies = mmap(NULL, WORKERS * sizeof(*tallies), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tallies == MAP_FAILED || !lab_enter())
		ksft_exit_fail_msg("cannot make the surroundings\n");
	well = run_workers(&fuzz, tallies);
	all = sum(tallies);
	ksft_print_msg("sent %llu: accepted %llu, refused %llu, no answer %llu\n", all.sent,
		       all.accepted, all.refused, all.silent);
	ksft_print_msg("replies %llu, wrong %llu %s; dumps left unread %llu\n", all.replies,
		       all.wrong, all.complaint, all.unread);
	ksft_test_result(well && all.silent == 0, "every message is answered\n");
	ksft_test_result(all.wrong == 0 && all.replies > 0, "replies are as the contract says\n");
	ksft_test_result(all.accepted > all.sent / 50 && all.refused > all.sent / 10,
			 "some are accepted, some refused\n");
	ksft_test_result(most_accepted(&all), "almost every command is accepted at least once\n");
	ksft_test_result(still_answers(), "the module still answers\n");
	ksft_finished();
}
