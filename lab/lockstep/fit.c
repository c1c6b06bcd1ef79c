// SPDX-License-Identifier: GPL-2.0-only
/* Whether QEMU's inside is as qemu.h says: version, names, and the layouts that can be seen from outside. */
#define _GNU_SOURCE
#include "fit.h"

#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static const char *const symbols[] = {
	"timer_init_full", "timer_mod_ns", "timer_del", "qemu_clock_get_ns", "qemu_clock_deadline_ns_all",
	"qemu_new_net_client", "qemu_del_net_client", "qemu_find_netdev", "qemu_send_packet_async", "qemu_flush_queued_packets",
	"qemu_get_cpu", "async_run_on_cpu", "all_cpu_threads_idle", "icount_start_warp_timer", "icount_handle_deadline",
	"bql_locked", "qemu_in_vcpu_thread", "main_loop_poll_add_notifier",
};

static char reason[160];

static const char *missing_symbol(void)
{
	for (size_t i = 0; i < sizeof(symbols) / sizeof(*symbols); i++) {
		if (dlsym(RTLD_DEFAULT, symbols[i])) continue;
		snprintf(reason, sizeof(reason), "it does not export %s", symbols[i]);
		return reason;
	}
	return NULL;
}

static void no_timer(void *opaque)
{
	(void)opaque;
}

static bool timer_is_as_known(void)
{
	QEMUTimer timer = {0};

	timer_init_full(&timer, NULL, QEMU_CLOCK_VIRTUAL, 1, 0, no_timer, &timer);
	if (timer.cb != no_timer || timer.opaque != &timer || timer.scale != 1 || timer.expire_time != -1) return false;
	timer_mod_ns(&timer, 1000000000);
	bool armed = timer.expire_time == 1000000000;
	timer_del(&timer);
	return armed && timer.expire_time == -1;
}

static bool client_is_as_known(void)
{
	static NetClientInfo info = {.type = NET_CLIENT_DRIVER_SOCKET, .size = NET_CLIENT_SIZE};
	NetClientState *client = qemu_new_net_client(&info, NULL, "lockstep", "lockstep-probe");

	/* Its first member is the info; the name is found where QEMU looks for it. */
	bool known = *(NetClientInfo **)client == &info && qemu_find_netdev("lockstep-probe") == client;
	qemu_del_net_client(client);
	return known && !qemu_find_netdev("lockstep-probe");
}

const char *unfit(const struct qemu_info *info)
{
	if (!info->system_emulation || strcmp(info->target_name, "x86_64")) return "it does not emulate an x86-64 machine";
	if (info->version.cur != QEMU_PLUGIN_API) {
		snprintf(reason, sizeof(reason), "its plugin interface is version %d, not %d", info->version.cur, QEMU_PLUGIN_API);
		return reason;
	}
	if (missing_symbol()) return reason;
	if (dlsym(RTLD_DEFAULT, "ppoll") != (void *)ppoll || dlsym(RTLD_DEFAULT, "pthread_cond_wait") != (void *)pthread_cond_wait)
		return "the plugin does not stand before the C library (--preload)";
	if (!timer_is_as_known()) return "its timers have another layout";
	if (!client_is_as_known()) return "its network clients have another layout";
	return NULL;
}
