/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of QEMU's internal interface that the plugin uses, as QEMU 10.0 has it. QEMU exports these symbols because
 * Debian builds it with modules; none is a stable interface, so unfit() proves names and layouts at start.
 */
#ifndef LOCKSTEP_QEMU_H
#define LOCKSTEP_QEMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* include/qemu/qemu-plugin.h: QEMU_PLUGIN_VERSION of 10.0. */
#define QEMU_PLUGIN_API 4
#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
struct qemu_info {
	const char *target_name;
	struct { int min, cur; } version;
	bool system_emulation;
	struct { int smp_vcpus, max_vcpus; } system;
};

/* include/qemu/timer.h */
enum { QEMU_CLOCK_VIRTUAL = 1 };
enum { QEMU_TIMER_ATTR_ALL = -1 };
typedef struct QEMUTimer {
	int64_t expire_time; /* ns; -1 when not armed */
	void *timer_list;
	void (*cb)(void *opaque);
	void *opaque;
	struct QEMUTimer *next;
	int attributes;
	int scale;
} QEMUTimer;
void timer_init_full(QEMUTimer *, void *group, int clock, int scale, int attributes, void (*)(void *), void *opaque);
void timer_mod_ns(QEMUTimer *, int64_t expire_time);
void timer_del(QEMUTimer *);
int64_t qemu_clock_get_ns(int clock);
int64_t qemu_clock_deadline_ns_all(int clock, int attributes);

/* include/net/net.h */
typedef struct NetClientState NetClientState;
/* qapi/net.json; only virtio-net's vhost paths and hubs look at it, and neither at this one. */
enum { NET_CLIENT_DRIVER_SOCKET = 5 };
/* Room for any NetClientState: QEMU allocates what the info asks for. */
enum { NET_CLIENT_SIZE = 4096 };
typedef struct {
	int type;
	size_t size;
	ssize_t (*receive)(NetClientState *, const uint8_t *frame, size_t length);
	void *receive_iov;
	bool (*can_receive)(NetClientState *);
	/* Of start to check_peer_type none is needed. */
	void *others[18];
} NetClientInfo;
NetClientState *qemu_new_net_client(NetClientInfo *, NetClientState *peer, const char *model, const char *name);
void qemu_del_net_client(NetClientState *);
NetClientState *qemu_find_netdev(const char *id);
ssize_t qemu_send_packet_async(NetClientState *, const uint8_t *frame, int length,
			       void (*sent)(NetClientState *, ssize_t));
void qemu_flush_queued_packets(NetClientState *);

/* include/hw/core/cpu.h, include/system/cpus.h */
typedef struct CPUState CPUState;
typedef union { int host_int; unsigned long host_ulong; void *host_ptr; uint64_t target_ptr; } run_on_cpu_data;
CPUState *qemu_get_cpu(int index);
void async_run_on_cpu(CPUState *, void (*)(CPUState *, run_on_cpu_data), run_on_cpu_data);
bool all_cpu_threads_idle(void);
void icount_start_warp_timer(void);
void icount_handle_deadline(void);
bool bql_locked(void);
bool qemu_in_vcpu_thread(void);

/* include/qemu/notify.h, include/qemu/main-loop.h */
typedef struct Notifier {
	void (*notify)(struct Notifier *, void *data);
	struct { void *next, **previous; } node;
} Notifier;
void main_loop_poll_add_notifier(Notifier *);

#endif
