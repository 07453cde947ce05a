/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel module in the service of the daemon: watches it come and go, lets
 * it answer NTP requests while it is there and does what it is told, keeps it
 * told. Without it, or when it refuses, nothing changes but speed: the sockets
 * stay with the daemon all the time.
 *
 * Wiring: kernel_socket_opened() and kernel_socket_closing() around the life of
 * each server socket; kernel_configure() at start and after each reload, with
 * the sockets as they then are; kernel_update() whenever the clock or what is
 * served may have changed; kernel_stepped() after each step of the clock.
 */
#ifndef ATS_KERNEL_H
#define ATS_KERNEL_H

#include <event2/event.h>

#include "config/config.h"
#include "kernel/caps.h"
#include "kernel/module_client.h"
#include "kernel/module_reply.h"
#include "kernel/module_server.h"
#include "os/hwstamp.h"

struct kernel_ops {
	/* What is served now. */
	void (*get_state)(void *ctx, struct ntp_server_state *out);
	s64 (*now_mono)(void *ctx);
	/* like syslog() */
	void (*log)(int priority, const char *format, ...)
		__attribute__((format(printf, 2, 3)));
	/* A socket to the kernel; NULL: the real one. As genl_open(). */
	struct genl *(*open)(void *ctx, int *error);
	/* Of an interface; NULL: the real one, if_nametoindex(). 0: there is none. */
	unsigned int (*ifindex)(void *ctx, const char *name);
	/* All there are, at most @max; NULL: the real ones. */
	unsigned int (*interfaces)(void *ctx, u32 *ifindex, unsigned int max);
	struct hwstamp *hwstamp;	/* NULL: no stamps of NICs */
	void *ctx;
};

struct kernel;

/* NULL: no memory. Asks nothing before it is configured. */
struct kernel *kernel_new(struct event_base *base, const struct kernel_ops *ops);
/* The module answers nothing any more. */
void kernel_free(struct kernel *k);
/* @cfg must live until the next one is set. */
void kernel_configure(struct kernel *k, const struct config *cfg);

void kernel_socket_opened(struct kernel *k, int fd);
void kernel_socket_closing(struct kernel *k, int fd);

void kernel_update(struct kernel *k);
void kernel_stepped(struct kernel *k);

struct kernel_report {
	bool present;		/* the module is loaded and speaks our language */
	bool serving;		/* it has all it needs and may answer */
	char release[32];
	unsigned int sockets, interfaces;	/* it answers at */
	char trouble[256];	/* why it does not serve; "": no reason but configuration */
	/* since this daemon runs, as far as it was looked at */
	struct module_counts counts;
	u64 tx_hardware, tx_software, tx_lost;
	struct module_server server;
};

/* Asks the module. */
void kernel_get_report(struct kernel *k, struct kernel_report *out);

/* What the module knows of one client; false: nothing. */
bool kernel_get_client(struct kernel *k, const u8 addr[16], struct module_client *out);
/* A list of all it knows; NULL: nothing is known. */
struct module_clients *kernel_list_clients(struct kernel *k);

#endif
