// SPDX-License-Identifier: GPL-2.0-only
/* tcpmig: moves live TCP connections between the machines of a single-IP cluster. The interface: uapi/tcpmig.h. */
#include <linux/module.h>

#include "module.h"

static int __init tcpmig_init(void)
{
	int err;

	err = tcpmig_state_init();
	if (err)
		return err;
	err = tcpmig_stats_init();
	if (err)
		return err;
	err = tcpmig_cluster_init();
	if (err)
		goto err_cluster;
	err = tcpmig_hook_init();
	if (err)
		goto err_capture;
	err = tcpmig_device_init();
	if (err)
		goto err_device;
	return 0;

err_device:
	tcpmig_hook_exit();
err_capture:
	tcpmig_cluster_exit();
err_cluster:
	tcpmig_stats_exit();
	return err;
}

static void __exit tcpmig_exit(void)
{
	tcpmig_device_exit();
	tcpmig_hook_exit();
	tcpmig_cluster_exit();
	tcpmig_stats_exit();
}

module_init(tcpmig_init);
module_exit(tcpmig_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Migration of TCP connections in a single-IP cluster");
/* Deliberately broken builds, to see the tests fail: never for use. */
#ifdef TCPMIG_BREAK_RST
MODULE_INFO(broken, "rst");
#endif
#ifdef TCPMIG_BREAK_TIMESTAMPS
MODULE_INFO(broken, "timestamps");
#endif
#ifdef TCPMIG_BREAK_QUEUE
MODULE_INFO(broken, "queue");
#endif
#ifdef TCPMIG_BREAK_LEAK
MODULE_INFO(broken, "leak");
#endif
#ifdef TCPMIG_BREAK_MARKS
MODULE_INFO(broken, "marks");
#endif
