// SPDX-License-Identifier: GPL-2.0-or-later
/* Networks, addresses and host names as people write them. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_internal.h"

static void mask_host_bits(struct config_net *net)
{
	for (unsigned int i = 0; i < 16; i++) {
		unsigned int bits = net->prefix > 8 * i ? net->prefix - 8 * i : 0;

		if (bits < 8)
			net->addr.s6_addr[i] &= (u8)~(0xffu >> bits);
	}
}

static int parse_prefix(const char *s, unsigned int max, unsigned int *prefix)
{
	if (strlen(s) < 1 || strlen(s) > 3 || strspn(s, "0123456789") != strlen(s))
		return -EINVAL;
	*prefix = (unsigned int)atoi(s);
	return *prefix <= max ? 0 : -EINVAL;
}

int config_net_parse(const char *s, struct config_net *net, char *why, size_t len)
{
	char text[INET6_ADDRSTRLEN + 5], good[INET6_ADDRSTRLEN];
	struct in6_addr given;
	unsigned int max;
	char *slash;

	memset(net, 0, sizeof(*net));
	if (strlen(s) >= sizeof(text)) {
		snprintf(why, len, "is no network; write ADDRESS/BITS, as in \"10.0.0.0/8\"");
		return -EINVAL;
	}
	strcpy(text, s);
	slash = strchr(text, '/');
	if (slash)
		*slash++ = '\0';
	if (inet_pton(AF_INET, text, &net->addr) == 1)
		net->family = AF_INET;
	else if (inet_pton(AF_INET6, text, &net->addr) == 1)
		net->family = AF_INET6;
	else {
		snprintf(why, len, "\"%s\" is no network; write ADDRESS/BITS, as in \"10.0.0.0/8\" "
			 "or \"fd00::/8\"", s);
		return -EINVAL;
	}
	max = net->family == AF_INET ? 32 : 128;
	net->prefix = max;
	if (slash && parse_prefix(slash, max, &net->prefix)) {
		snprintf(why, len, "\"%s\" has a wrong prefix length; write 0 to %u after the slash",
			 s, max);
		return -EINVAL;
	}
	given = net->addr;
	mask_host_bits(net);
	if (memcmp(&given, &net->addr, sizeof(given))) {
		inet_ntop(net->family, &net->addr, good, sizeof(good));
		snprintf(why, len, "\"%s\" has host bits set; write \"%s/%u\" for the network or "
			 "\"%s\" for the one host", s, good, net->prefix, text);
		return -EINVAL;
	}
	return 0;
}

bool config_address_valid(const char *s)
{
	struct in6_addr addr;
	char text[INET6_ADDRSTRLEN + IF_NAMESIZE];
	char *scope;

	if (strlen(s) >= sizeof(text))
		return false;
	if (inet_pton(AF_INET, s, &addr) == 1)
		return true;
	strcpy(text, s);
	scope = strchr(text, '%');
	if (scope) {
		*scope++ = '\0';
		if (!*scope || strlen(scope) >= IF_NAMESIZE || strpbrk(scope, "%/ "))
			return false;
	}
	if (inet_pton(AF_INET6, text, &addr) != 1)
		return false;
	/* a scope says something of link-local addresses only */
	return !scope || IN6_IS_ADDR_LINKLOCAL(&addr) || IN6_IS_ADDR_MC_LINKLOCAL(&addr);
}

static bool label_valid(const char *s, size_t n)
{
	if (n < 1 || n > 63 || s[0] == '-' || s[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isascii((unsigned char)s[i]) ||
		    !(isalnum((unsigned char)s[i]) || s[i] == '-' || s[i] == '_'))
			return false;
	return true;
}

/* A host name or an address; 0 or -EINVAL. */
int config_host_check(const char *s, bool *literal, char *why, size_t len)
{
	const char *label = s;
	size_t n = strlen(s);

	*literal = config_address_valid(s);
	if (*literal)
		return 0;
	if (!n || n > CONFIG_NAME_MAX) {
		snprintf(why, len, "%s; write a host name or an address of at most %d characters",
			 n ? "is too long" : "is empty", CONFIG_NAME_MAX);
		return -EINVAL;
	}
	if (strchr(s, ':')) {
		snprintf(why, len, "\"%s\" is no IPv6 address; write one as in \"2001:db8::1\" "
			 "(a port goes to the key port)", s);
		return -EINVAL;
	}
	for (;;) {
		size_t m = strcspn(label, ".");

		if (!label_valid(label, m)) {
			snprintf(why, len, "\"%s\" is no host name; write letters, digits, '-' and "
				 "'.' only", s);
			return -EINVAL;
		}
		if (!label[m] || !label[m + 1])
			break;
		label += m + 1;
	}
	if (strspn(label, "0123456789.") == strlen(label)) {
		snprintf(why, len, "\"%s\" is no address; write four numbers of 0 to 255, as in "
			 "\"10.0.1.10\"", s);
		return -EINVAL;
	}
	return 0;
}
